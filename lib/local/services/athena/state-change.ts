import { emitEvent } from '../../core/emit.ts';
import type { Context } from '../../core/service.ts';
import type { ExecutionRecord } from './model.ts';

const SEQUENCE: Readonly<Record<string, string>> = { QUEUED: '1', RUNNING: '2' };

/** Tells the default bus of the account that an execution went from one state to another. */
export function tellStateChange(context: Context, { account, execution }: ExecutionRecord, before?: string): void {
  const { State = '', AthenaError: error } = execution.Status ?? {};
  if (State === before) return;
  const athenaError = error && {
    errorCategory: error.ErrorCategory,
    errorType: error.ErrorType,
    errorMessage: error.ErrorMessage,
    retryable: error.Retryable,
  };
  emitEvent(context.cloud, account, context.region, {
    source: 'aws.athena',
    detailType: 'Athena Query State Change',
    detail: {
      versionId: '0',
      currentState: State,
      ...(before === undefined ? {} : { previousState: before }),
      statementType: execution.StatementType,
      queryExecutionId: execution.QueryExecutionId,
      workgroupName: execution.WorkGroup,
      sequenceNumber: SEQUENCE[State] ?? '3',
      ...(athenaError === undefined ? {} : { athenaError }),
    },
  });
}
