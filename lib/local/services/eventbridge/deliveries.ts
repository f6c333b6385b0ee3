import { randomUUID } from 'node:crypto';
import type { Cloud } from '../../core/cloud.ts';
import { AwsError } from '../../core/error.ts';
import { type EventEnvelope, type Origin, ruleArn, type StoredRule, type StoredTarget } from './model.ts';

/** What is to be delivered to one target, kept until it is or has been given up. */
export interface Delivery {
  readonly rule: Pick<StoredRule, 'account' | 'region' | 'bus' | 'name'>;
  readonly target: StoredTarget;
  readonly event: EventEnvelope;
  readonly origin: Origin;
  readonly attempts: number;
  /** Epoch milliseconds. */
  readonly acceptedAt: number;
  readonly dueAt: number;
}

/** Sends one delivery to its target. @throws AwsError when the target does not take it. */
export type Deliver = (delivery: Delivery) => Promise<void>;
/** Puts what could not be delivered on a queue, with the attributes that say why. */
export type DeadLetter = (
  queueArn: string,
  delivery: Delivery,
  attributes: Readonly<Record<string, string>>,
) => Promise<void>;

const PENDING = 'events/deliveries';
/** Errors that no retry can heal: EventBridge gives such an event up at once. */
const PERMANENT =
  /AccessDenied|NotFound|NonExistentQueue|QueueDoesNotExist|Validation|InvalidParameter|MissingParameter|NotImplemented/;

let sequence = 0;

export function putDelivery(
  cloud: Cloud,
  rule: StoredRule,
  target: StoredTarget,
  event: EventEnvelope,
  origin: Origin,
): void {
  const now = cloud.clock.now();
  const { account, region, bus, name } = rule;
  const delivery: Delivery = {
    rule: { account, region, bus, name },
    target,
    event,
    origin,
    attempts: 0,
    acceptedAt: now,
    dueAt: now,
  };
  sequence += 1;
  const key = `${String(now).padStart(15, '0')} ${String(sequence).padStart(12, '0')} ${randomUUID()}`;
  cloud.store.put(PENDING, key, delivery);
}

/** Makes every delivery that is due, in the order in which the events came. True when there was one. */
export async function pumpDeliveries(cloud: Cloud, deliver: Deliver, deadLetter: DeadLetter): Promise<boolean> {
  const now = cloud.clock.now();
  const due = cloud.store.list<Delivery>(PENDING).filter(({ value }) => value.dueAt <= now);
  for (const { key, value } of due) {
    try {
      await deliver(value);
      cloud.store.delete(PENDING, key);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      await retryOrGiveUp(cloud, key, value, error, deadLetter);
    }
  }
  return due.length > 0;
}

export function nextDelivery(cloud: Cloud): number | undefined {
  const times = cloud.store.list<Delivery>(PENDING).map(({ value }) => value.dueAt);
  return times.length === 0 ? undefined : Math.min(...times);
}

async function retryOrGiveUp(
  cloud: Cloud,
  key: string,
  delivery: Delivery,
  error: AwsError,
  deadLetter: DeadLetter,
): Promise<void> {
  const { MaximumRetryAttempts = 185, MaximumEventAgeInSeconds = 86_400 } = delivery.target.RetryPolicy ?? {};
  const dueAt = cloud.clock.now() + Math.min(900_000, 1000 * 2 ** Math.min(delivery.attempts, 20));
  const exhausted = delivery.attempts >= MaximumRetryAttempts;
  const tooOld = dueAt - delivery.acceptedAt > MaximumEventAgeInSeconds * 1000;
  const permanent = PERMANENT.test(error.code);
  if (!permanent && !exhausted && !tooOld) {
    cloud.store.put(PENDING, key, { ...delivery, attempts: delivery.attempts + 1, dueAt });
    return;
  }
  const queue = delivery.target.DeadLetterConfig?.Arn;
  if (queue !== undefined) {
    await deadLetter(queue, delivery, {
      RULE_ARN: ruleArn(delivery.rule),
      TARGET_ARN: delivery.target.Arn,
      ERROR_CODE: errorCode(error),
      ERROR_MESSAGE: error.message.slice(0, 1024),
      RETRY_ATTEMPTS: String(delivery.attempts),
      ...(permanent
        ? {}
        : { EXHAUSTED_RETRY_CONDITION: exhausted ? 'MaximumRetryAttempts' : 'MaximumEventAgeInSeconds' }),
    }).catch((failure: unknown) => {
      if (!(failure instanceof AwsError)) throw failure;
    });
  }
  cloud.store.delete(PENDING, key);
}

/** EventBridge's own word for what went wrong at the target. */
function errorCode(error: AwsError): string {
  if (/AccessDenied/.test(error.code)) return 'NO_PERMISSIONS';
  if (/NotFound|NonExistentQueue|QueueDoesNotExist/.test(error.code)) return 'NO_RESOURCE';
  return /Throttl|TooManyRequests/.test(error.code) ? 'THROTTLING' : 'SDK_CLIENT_ERROR';
}
