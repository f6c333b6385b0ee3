import type { KnownQuery } from '#mesh/retention/copies.ts';
import type { JsonCall } from './json-call.ts';

/** Athena answers that many executions in one call. */
const MOST_IDS = 50;

interface ExecutionsAnswer {
  readonly QueryExecutions?: readonly {
    readonly QueryExecutionId?: string;
    readonly Query?: string;
    readonly QueryExecutionContext?: { readonly Database?: string };
  }[];
}

/** What Athena still knows of some executions; of those it does not know any more it says nothing. @param call Athena's JSON protocol */
export async function knownQueries(ids: readonly string[], call: JsonCall): Promise<KnownQuery[]> {
  const found: KnownQuery[] = [];
  for (let start = 0; start < ids.length; start += MOST_IDS) {
    const QueryExecutionIds = ids.slice(start, start + MOST_IDS);
    const { QueryExecutions = [] } = (await call('BatchGetQueryExecution', { QueryExecutionIds })) as ExecutionsAnswer;
    for (const { QueryExecutionId: id = '', Query: sql = '', QueryExecutionContext } of QueryExecutions) {
      found.push({ id, sql, ...(QueryExecutionContext?.Database ? { database: QueryExecutionContext.Database } : {}) });
    }
  }
  return found;
}
