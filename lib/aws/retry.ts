import { setTimeout as wait } from 'node:timers/promises';

/** How long and how often a call may be tried again; time and chance are passed in so that tests need neither. */
export interface Patience {
  sleep(milliseconds: number): Promise<void>;
  /** A number from 0 up to 1. */
  random(): number;
  /** The time on the clock that `sleep` goes by, in milliseconds; where it is absent, nothing is paced. */
  now?(): number;
  /** Tries in all; default 6. */
  readonly attempts?: number;
  /** The ceiling of the first pause, in milliseconds; default 100. */
  readonly base?: number;
  /** The ceiling of every pause, in milliseconds; default 5,000. */
  readonly cap?: number;
}

/** Patience with the machine's own clock and chance. */
export const realPatience: Patience = {
  sleep: async (milliseconds) => {
    await wait(milliseconds);
  },
  random: Math.random,
  now: () => performance.now(),
};

/**
 * What an AWS error asks for: `retry` (throttled, concurrent change, a fault of the service or of the way to it), `unclear` (it may have
 * been applied: only reading back tells) or `permanent`.
 */
export type Failure = 'retry' | 'unclear' | 'permanent';

/** An error as AWS words it, thrown by the SDK or found in the `Failures` of a batch. */
export interface Symptom {
  readonly name: string;
  readonly message: string;
  readonly status?: number;
}

const RETRYABLE = new Set([
  'ConcurrentModificationException',
  'EC2ThrottledException',
  'InternalFailure',
  'InternalServerError',
  'InternalServerException',
  'InternalServiceException',
  'LimitExceededException',
  'OperationTimeoutException',
  'PriorRequestNotComplete',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'RequestTimeout',
  'RequestTimeoutException',
  'ResourceNotReadyException',
  'ServiceUnavailable',
  'ServiceUnavailableException',
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'ThrottledException',
  'TimeoutError',
  'TooManyRequestsException',
  'TransactionInProgressException',
]);

const BROKEN_CONNECTION = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT']);

/** Lake Formation says this of a grant that it applied all the same (hashicorp/terraform-provider-aws#38982). */
const MAY_BE_APPLIED = /resource does not exist or requester is not authorized/i;

/** Lake Formation hides a throttle in an InvalidInputException (aws-cloudformation/cloudformation-coverage-roadmap#2289). */
const DISGUISED_THROTTLE = /rate exceeded|throttl/i;

const THROTTLES = /thrott|slowdown|toomanyrequests|requestlimitexceeded|throughputexceeded/i;

/** Sorts an AWS error by code and by words, because a throttle and a success can both wear another error's code. */
export function classify(symptom: Symptom): Failure {
  if (RETRYABLE.has(symptom.name) || BROKEN_CONNECTION.has(symptom.name)) return 'retry';
  if (DISGUISED_THROTTLE.test(symptom.message)) return 'retry';
  if (MAY_BE_APPLIED.test(symptom.message)) return 'unclear';
  if (symptom.status !== undefined && symptom.status >= 500 && symptom.name !== 'WeftLocalNotImplemented') {
    return 'retry';
  }
  return 'permanent';
}

/** True when the service says that calls come too fast, plainly or in disguise. */
export function isThrottle({ name, message }: Symptom): boolean {
  return THROTTLES.test(name) || DISGUISED_THROTTLE.test(message);
}

/** The symptom of whatever the SDK threw. */
export function symptomOf(error: unknown): Symptom {
  if (!(error instanceof Error)) return { name: 'Unknown', message: String(error) };
  const more = error as Error & { code?: unknown; $metadata?: { httpStatusCode?: number } };
  const name = typeof more.code === 'string' && BROKEN_CONNECTION.has(more.code) ? more.code : error.name;
  return { name, message: error.message, status: more.$metadata?.httpStatusCode };
}

/** True when an AWS error has that code. */
export function isNamed(error: unknown, ...names: string[]): boolean {
  return error instanceof Error && names.includes(error.name);
}

/** The pause before try number `attempt` (from 1) is repeated: full jitter below an exponential ceiling, in milliseconds. */
export function pause(attempt: number, patience: Patience): number {
  const ceiling = Math.min(patience.cap ?? 5_000, (patience.base ?? 100) * 2 ** (attempt - 1));
  return Math.round(ceiling * patience.random());
}

/** Tries again while the error asks for it, at most `patience.attempts` times in all; then the last error is thrown as it came. */
export async function persist<T>(
  work: () => Promise<T>,
  patience: Patience,
  retryable: (error: unknown) => boolean = (error) => classify(symptomOf(error)) === 'retry',
): Promise<T> {
  const attempts = patience.attempts ?? 6;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= attempts || !retryable(error)) throw error;
      await patience.sleep(pause(attempt, patience));
    }
  }
}
