import { type Cloud, callerFor } from '../../core/cloud.ts';
import type { AsyncInvocation } from './async-queue.ts';
import type { StoredFunction } from './model.ts';
import type { Outcome } from './sandbox.ts';
import { sendToQueue } from './send-to-queue.ts';

type Condition = 'Success' | 'RetriesExhausted' | 'EventAgeExceeded';

/** Sends the record of an ended asynchronous invocation to its destination, when the function has one. */
export function deliverOutcome(
  cloud: Cloud,
  stored: StoredFunction,
  entry: AsyncInvocation,
  outcome: Outcome,
  condition: Condition,
): void {
  const configured = stored.invokeConfig?.DestinationConfig;
  const arn = (condition === 'Success' ? configured?.OnSuccess : configured?.OnFailure)?.Destination;
  if (arn === undefined) return;
  const record = {
    version: '1.0',
    timestamp: cloud.clock.date().toISOString(),
    requestContext: {
      requestId: entry.requestId,
      functionArn: `${stored.configuration.FunctionArn}:$LATEST`,
      condition,
      approximateInvokeCount: entry.failures + (condition === 'Success' ? 1 : 0),
    },
    requestPayload: JSON.parse(entry.payload) as unknown,
    responseContext: { statusCode: 200, executedVersion: '$LATEST', functionError: outcome.functionError },
    responsePayload: JSON.parse(outcome.payload) as unknown,
  };
  sendToQueue(cloud, arn, JSON.stringify(record), { caller: callerFor(stored.configuration.Role, stored.name) });
}

/** Sends what failed to the OnFailure destination as a record, and to the dead-letter queue as it came. */
export function deliverFailure(
  cloud: Cloud,
  stored: StoredFunction,
  entry: AsyncInvocation,
  outcome: Outcome,
  condition: Condition,
): void {
  deliverOutcome(cloud, stored, entry, outcome, condition);
  const queue = stored.configuration.DeadLetterConfig?.TargetArn;
  if (queue === undefined) return;
  const error = JSON.parse(outcome.payload) as { errorMessage?: string };
  sendToQueue(cloud, queue, entry.payload, {
    caller: callerFor(stored.configuration.Role, stored.name),
    attributes: {
      RequestID: entry.requestId,
      ErrorCode: '200',
      ErrorMessage: (error.errorMessage ?? '').slice(0, 1024),
    },
  });
}

/** The kinds of destination that are modelled. @throws AwsError for another, when it is configured. */
export function isDestination(arn: string): boolean {
  return /^arn:aws:sqs:/.test(arn);
}
