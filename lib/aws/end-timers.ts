import { createHash } from 'node:crypto';
import { isNamed, type Patience, persist } from './retry.ts';
import { awsError, createSigned, type Unsigned, type Way } from './signed-request.ts';

/** The one-time schedules of an account's agent, one for each product database at most. */
export interface EndTimers {
  /** Sends the message to the agent's queue at that time (ISO 8601) or within a minute after it; a schedule of before gives way. */
  set(database: string, at: string, message: unknown): Promise<void>;
  clear(database: string): Promise<void>;
}

export interface EndTimersConfig {
  /** The schedule group that they are in. */
  readonly group: string;
  /** The FIFO queue that a timer sends to, and the message group there. */
  readonly queueArn: string;
  readonly messageGroup: string;
  /** What Scheduler sends as. */
  readonly roleArn: string;
}

/** Keeps the timers in EventBridge Scheduler: API Reference, `CreateSchedule`, `UpdateSchedule`, `DeleteSchedule`. */
export function createEndTimers(way: Way, config: EndTimersConfig, patience: Patience): EndTimers {
  const send = createSigned('scheduler', way);
  const call = (method: Unsigned['method'], database: string, input?: object): Promise<void> =>
    persist(async () => {
      const { status, text, headers } = await send({
        method,
        path: `/schedules/${timerName(database)}`,
        ...(input === undefined ? { query: { groupName: config.group } } : {}),
        headers: { 'content-type': 'application/json' },
        body: input === undefined ? '' : JSON.stringify(input),
      });
      if (status < 300) return;
      const said = JSON.parse(text || '{}') as Record<string, unknown>;
      const name = (headers['x-amzn-errortype'] ?? String(said.__type ?? 'Unknown')).replace(/^.*#|:.*$/g, '');
      throw awsError(name, String(said.Message ?? said.message ?? `status ${status}`), status);
    }, patience);
  return {
    async set(database, at, message) {
      const schedule = {
        GroupName: config.group,
        Description: `What ends of ${database}`,
        ScheduleExpression: `at(${wholeSecond(at)})`,
        ScheduleExpressionTimezone: 'UTC',
        FlexibleTimeWindow: { Mode: 'OFF' },
        // One that deletes itself when it is done could take the next one of its name with it.
        ActionAfterCompletion: 'NONE',
        State: 'ENABLED',
        Target: {
          Arn: config.queueArn,
          RoleArn: config.roleArn,
          Input: JSON.stringify(message),
          SqsParameters: { MessageGroupId: config.messageGroup },
          RetryPolicy: { MaximumRetryAttempts: 185, MaximumEventAgeInSeconds: 86_400 },
        },
      };
      try {
        await call('POST', database, schedule);
      } catch (error) {
        if (!isNamed(error, 'ConflictException')) throw error;
        await call('PUT', database, schedule);
      }
    },
    async clear(database) {
      await call('DELETE', database).catch((error: unknown) => {
        if (!isNamed(error, 'ResourceNotFoundException')) throw error;
      });
    },
  };
}

/** The name of a database's timer: a schedule's name has 64 characters at most. */
export function timerName(database: string): string {
  if (database.length <= 64) return database;
  return `${database.slice(0, 43)}-${createHash('sha256').update(database).digest('hex').slice(0, 20)}`;
}

/** A schedule knows no fractions of a second: the next whole one, as `at()` has it. */
function wholeSecond(at: string): string {
  return new Date(Math.ceil(Date.parse(at) / 1000) * 1000).toISOString().slice(0, 19);
}
