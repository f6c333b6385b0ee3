import type { WriteOnce } from '#aws/s3.ts';
import { keptQuery, type QueryMessage, queryKey } from '#mesh/audit/reads/execution.ts';
import type { SqlParser } from '#mesh/audit/reads/sql-parser.ts';
import { readsOf, type SqlReads } from '#mesh/audit/reads/sql-reads.ts';

export interface KeepQueryDeps {
  readonly trail: WriteOnce;
  readonly parser: SqlParser;
}

/** How an execution was kept: with what its text reads, or without; `known`: it was there already. */
export type Kept = 'read' | 'unread' | 'known';

/** Keeps one execution with the tables and columns that its text reads. A text that cannot be read is kept all the same. */
export async function keepQuery(message: QueryMessage, { trail, parser }: KeepQueryDeps): Promise<Kept> {
  const reads = message.cut ? undefined : attempt(message, parser);
  const isNew = await trail.put(queryKey(message), `${JSON.stringify(keptQuery(message, reads))}\n`);
  if (!isNew) return 'known';
  return reads === undefined ? 'unread' : 'read';
}

/** The parser may fail on what its authors did not think of: that is no reason to lose an execution. */
function attempt({ sql, databaseName }: QueryMessage, parser: SqlParser): SqlReads | undefined {
  try {
    return readsOf(sql, databaseName, parser);
  } catch {
    return undefined;
  }
}
