import type { JsonCall } from './json-call.ts';

/** An execution as Athena answers it, as far as the trail keeps it; times in epoch seconds. */
export interface Execution {
  readonly QueryExecutionId: string;
  readonly Query?: string;
  readonly StatementType?: string;
  readonly WorkGroup?: string;
  readonly QueryExecutionContext?: { readonly Database?: string };
  readonly Status?: {
    readonly State?: string;
    readonly SubmissionDateTime?: number;
    readonly CompletionDateTime?: number;
  };
  readonly Statistics?: { readonly DataScannedInBytes?: number };
}

/** The executions that Athena still knows: it forgets them after 45 days. */
export interface QueryHistory {
  execution(id: string): Promise<Execution>;
  /** Those of a workgroup in pages of at most 50, newest first. */
  pages(workgroup: string): AsyncIterable<readonly Execution[]>;
}

const PAGE = 50;

/** @param call made for the service `athena` with the target `AmazonAthena` */
export function createQueryHistory(call: JsonCall): QueryHistory {
  return {
    async execution(QueryExecutionId) {
      const answer = await call('GetQueryExecution', { QueryExecutionId });
      return (answer as { QueryExecution: Execution }).QueryExecution;
    },
    async *pages(WorkGroup) {
      let NextToken: string | undefined;
      do {
        const page = (await call('ListQueryExecutions', { WorkGroup, MaxResults: PAGE, NextToken })) as {
          QueryExecutionIds?: readonly string[];
          NextToken?: string;
        };
        const QueryExecutionIds = page.QueryExecutionIds ?? [];
        if (QueryExecutionIds.length > 0) {
          const answer = await call('BatchGetQueryExecution', { QueryExecutionIds });
          yield (answer as { QueryExecutions?: readonly Execution[] }).QueryExecutions ?? [];
        }
        NextToken = page.NextToken || undefined;
      } while (NextToken !== undefined);
    },
  };
}
