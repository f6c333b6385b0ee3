import type { WriteOnce } from '#aws/s3.ts';
import { type KeptQuery, keptQuery, type QueryMessage, queryKey } from '#mesh/audit/reads/execution.ts';
import type { SqlParser } from '#mesh/audit/reads/sql-parser.ts';
import { readsOf, type SqlReads } from '#mesh/audit/reads/sql-reads.ts';
import { captureOf } from '#mesh/audit/rules/capture.ts';
import type { AuditRules, Capture } from '#mesh/audit/rules/rule.ts';
import { productId } from '#mesh/product/product.ts';
import { productOfDatabase } from '#mesh/topology/names.ts';

export interface KeepQueryDeps {
  readonly trail: WriteOnce;
  readonly parser: SqlParser;
  /** How much of a text is kept. */
  readonly rules: Pick<AuditRules, 'capture'>;
}

/** How an execution was kept: with what its text reads, or without; `known`: it was there already. */
export type Kept = 'read' | 'unread' | 'known';

/** Keeps one execution with the tables and columns that its text reads. A text that cannot be read is kept all the same. */
export async function keepQuery(message: QueryMessage, { trail, parser, rules }: KeepQueryDeps): Promise<Kept> {
  const reads = message.cut ? undefined : attempt(message, parser);
  const kept = captured(keptQuery(message, reads), captureOf(rules, productsOf(reads)));
  const isNew = await trail.put(queryKey(message), `${JSON.stringify(kept)}\n`);
  if (!isNew) return 'known';
  return reads === undefined ? 'unread' : 'read';
}

/** The products whose tables a text reads: their databases are named after them, in governance and in links. */
function productsOf(reads: SqlReads | undefined): string[] {
  return (reads?.tables ?? []).flatMap(({ databaseName }) => {
    const product = productOfDatabase(databaseName);
    return product === undefined ? [] : [productId(product)];
  });
}

/** What it reads is kept in any case; of the text, what the rules say. */
function captured(query: KeptQuery, capture: Capture): KeptQuery {
  if (capture === 'text') return query;
  return { ...query, sql: '', ...(capture === 'none' ? { sqlSha256: '' } : {}) };
}

/** The parser may fail on what its authors did not think of: that is no reason to lose an execution. */
function attempt({ sql, databaseName }: QueryMessage, parser: SqlParser): SqlReads | undefined {
  try {
    return readsOf(sql, databaseName, parser);
  } catch {
    return undefined;
  }
}
