import { randomUUID } from 'node:crypto';
import { tellAssumed } from '../../core/act.ts';
import { type Cloud, callerFor } from '../../core/cloud.ts';
import { AwsError } from '../../core/error.ts';
import { restJsonCodec } from '../../core/rest-codec.ts';
import type { Service } from '../../core/service.ts';
import { EventBridgeService } from '../eventbridge/service.ts';
import { sendToQueue } from '../lambda/send-to-queue.ts';
import { LambdaService } from '../lambda/service.ts';
import { FIRINGS, type Firing, groupArn, SCHEDULES, type StoredSchedule, scheduleArn } from './model.ts';
import { operations, ROUTES, withNext } from './operations.ts';

/** Errors that no retry can heal. */
const PERMANENT = /AccessDenied|NotFound|QueueDoesNotExist|Validation|InvalidParameter|MissingParameter/;

/**
 * Amazon EventBridge Scheduler on the cloud's clock. A schedule that missed several times, because the clock was moved or nothing ran, fires once.
 */
export class SchedulerService implements Service {
  readonly signingName = 'scheduler';
  readonly codec = restJsonCodec(ROUTES);
  readonly operations = operations;
  readonly #cloud: Cloud;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  async pump(): Promise<boolean> {
    const fired = this.#fire();
    const now = this.#cloud.clock.now();
    const due = this.#cloud.store.list<Firing>(FIRINGS).filter(({ value }) => value.dueAt <= now);
    for (const { key, value } of due) await this.#attempt(key, value);
    return fired || due.length > 0;
  }

  nextDue(): number | undefined {
    const times = [
      ...this.#cloud.store.list<StoredSchedule>(SCHEDULES).map(({ value }) => value.nextAt),
      ...this.#cloud.store.list<Firing>(FIRINGS).map(({ value }) => value.dueAt),
    ].filter((at) => at !== undefined);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  #fire(): boolean {
    const { store, clock } = this.#cloud;
    const now = clock.now();
    const due = store
      .list<StoredSchedule>(SCHEDULES)
      .filter(({ value }) => value.nextAt !== undefined && value.nextAt <= now);
    for (const { key, value: schedule } of due) {
      const { account, region, group, name, target, nextAt: scheduledAt = now } = schedule;
      const next = withNext(schedule, now);
      store.transaction(() => {
        const firing: Firing = {
          schedule: { account, region, group, name },
          target,
          scheduledAt,
          attempts: 0,
          dueAt: now,
        };
        store.put(FIRINGS, `${String(now).padStart(15, '0')} ${randomUUID()}`, firing);
        if (next.nextAt === undefined && schedule.deleteAfter) store.delete(SCHEDULES, key);
        else store.put(SCHEDULES, key, next);
      });
    }
    return due.length > 0;
  }

  async #attempt(key: string, firing: Firing): Promise<void> {
    const { store, clock } = this.#cloud;
    try {
      await this.#deliver(firing, key);
      store.delete(FIRINGS, key);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const { MaximumRetryAttempts = 185, MaximumEventAgeInSeconds = 86_400 } = firing.target.RetryPolicy ?? {};
      const dueAt = clock.now() + Math.min(900_000, 1000 * 2 ** Math.min(firing.attempts, 20));
      const tooOld = dueAt - firing.scheduledAt > MaximumEventAgeInSeconds * 1000;
      if (!PERMANENT.test(error.code) && firing.attempts < MaximumRetryAttempts && !tooOld) {
        store.put(FIRINGS, key, { ...firing, attempts: firing.attempts + 1, dueAt });
        return;
      }
      this.#deadLetter(firing, error);
      store.delete(FIRINGS, key);
    }
  }

  async #deliver(firing: Firing, executionId: string): Promise<void> {
    const { target, schedule } = firing;
    const text = inputOf(firing, executionId);
    const caller = callerFor(target.RoleArn, `scheduler-${schedule.name}`.slice(0, 64));
    tellAssumed(this.#cloud, 'scheduler.amazonaws.com', target.RoleArn, {
      'aws:SourceAccount': schedule.account,
      'aws:SourceArn': groupArn(schedule.account, schedule.region, schedule.group),
    });
    if (target.Arn.startsWith('arn:aws:lambda:')) {
      await this.#cloud.service(LambdaService).invokeAs(caller, target.Arn, text, 'Event');
    } else if (target.Arn.startsWith('arn:aws:sqs:')) {
      sendToQueue(this.#cloud, target.Arn, text, { caller, groupId: target.SqsParameters?.MessageGroupId });
    } else {
      const { Source, DetailType } = target.EventBridgeParameters ?? {};
      const events = this.#cloud.service(EventBridgeService);
      const Entries = [{ Source, DetailType, Detail: text, EventBusName: target.Arn }];
      const context = this.#cloud.contextFor(caller, schedule.region);
      const answer = (await this.#cloud.invoke(events, 'PutEvents', { Entries }, context)) as {
        Entries: { ErrorCode?: string; ErrorMessage?: string }[];
      };
      const [entry] = answer.Entries;
      if (entry?.ErrorCode !== undefined) throw new AwsError(entry.ErrorCode, entry.ErrorMessage ?? '');
    }
  }

  #deadLetter(firing: Firing, error: AwsError): void {
    const queue = firing.target.DeadLetterConfig?.Arn;
    if (queue === undefined) return;
    try {
      sendToQueue(this.#cloud, queue, firing.target.Input ?? '{}', {
        caller: callerFor(firing.target.RoleArn, 'scheduler'),
        attributes: {
          SCHEDULE_ARN: scheduleArn(firing.schedule),
          TARGET_ARN: firing.target.Arn,
          ERROR_CODE: error.code,
          ERROR_MESSAGE: error.message.slice(0, 1024),
          RETRY_ATTEMPTS: String(firing.attempts),
          SCHEDULED_TIME: new Date(firing.scheduledAt).toISOString(),
        },
      });
    } catch (failure) {
      if (!(failure instanceof AwsError)) throw failure;
    }
  }
}

/** The target's input with the scheduler's own values in it; the default event when there is none. */
function inputOf(firing: Firing, executionId: string): string {
  const { schedule, target, scheduledAt, attempts } = firing;
  const time = `${new Date(scheduledAt).toISOString().slice(0, 19)}Z`;
  if (target.Input !== undefined) {
    return target.Input.replaceAll('<aws.scheduler.scheduled-time>', time)
      .replaceAll('<aws.scheduler.schedule-arn>', scheduleArn(schedule))
      .replaceAll('<aws.scheduler.execution-id>', executionId)
      .replaceAll('<aws.scheduler.attempt-number>', String(attempts + 1));
  }
  return JSON.stringify({
    version: '0',
    id: executionId.slice(-36),
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account: schedule.account,
    time,
    region: schedule.region,
    resources: [scheduleArn(schedule)],
    detail: '{}',
  });
}
