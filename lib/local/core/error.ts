/** An error that a service answers, in AWS's own code and words. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  /** More members of the error's body, e.g. `CancellationReasons`. */
  readonly members: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, status = 400, members: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = 'AwsError';
    this.code = code;
    this.status = status;
    this.members = members;
  }
}

/** What an operation that is not modelled answers: it says so by name, and nothing is silently accepted. */
export function notModelled(service: string, operation: string): AwsError {
  return new AwsError('WeftLocalNotImplemented', `weft local does not implement ${service}:${operation}`, 501);
}
