import { AwsError } from '../../core/error.ts';
import { QueryFailure } from './sql/gate.ts';

/** Why a query failed, and whose fault it is: 1 system, 2 user. */
export function reasonOf(error: unknown): { text: string; category: number } {
  if (error instanceof QueryFailure) return { text: error.message, category: error.category };
  if (error instanceof AwsError)
    return {
      text: error.code === 'InvalidRequestException' ? error.message : `${error.message} (${error.code})`,
      category: 2,
    };
  if (process.env.WEFT_LOCAL_DEBUG !== undefined) console.error(error);
  return { text: `GENERIC_INTERNAL_ERROR: ${error instanceof Error ? error.message : String(error)}`, category: 1 };
}

/** What `AthenaError` says of a query that failed. */
export function athenaError(reason: string, category: number) {
  return {
    ErrorCategory: category,
    ErrorType: category === 1 ? 1 : 1006,
    Retryable: category === 1,
    ErrorMessage: reason,
  };
}

/** Times in milliseconds; nothing queues here. */
export function statistics(milliseconds: number, bytes: number, manifest: string | undefined) {
  return {
    EngineExecutionTimeInMillis: milliseconds,
    DataScannedInBytes: bytes,
    TotalExecutionTimeInMillis: milliseconds,
    QueryQueueTimeInMillis: 0,
    ServicePreProcessingTimeInMillis: 0,
    QueryPlanningTimeInMillis: 0,
    ServiceProcessingTimeInMillis: 0,
    ResultReuseInformation: { ReusedPreviousResult: false },
    ...(manifest === undefined ? {} : { DataManifestLocation: manifest }),
  };
}
