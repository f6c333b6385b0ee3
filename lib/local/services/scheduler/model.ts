import { AwsError } from '../../core/error.ts';

/** A schedule as the store keeps it. */
export interface StoredSchedule {
  readonly account: string;
  readonly region: string;
  readonly group: string;
  readonly name: string;
  readonly expression: string;
  readonly state: 'ENABLED' | 'DISABLED';
  readonly description?: string;
  readonly target: ScheduleTarget;
  /** Epoch milliseconds. */
  readonly startAt?: number;
  readonly endAt?: number;
  readonly deleteAfter: boolean;
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly nextAt?: number;
}

export interface ScheduleTarget {
  readonly Arn: string;
  readonly RoleArn: string;
  readonly Input?: string;
  readonly DeadLetterConfig?: { readonly Arn?: string };
  readonly RetryPolicy?: { readonly MaximumRetryAttempts?: number; readonly MaximumEventAgeInSeconds?: number };
  readonly SqsParameters?: { readonly MessageGroupId?: string };
  readonly EventBridgeParameters?: { readonly DetailType: string; readonly Source: string };
}

/** One firing of a schedule that its target has not taken yet. */
export interface Firing {
  readonly schedule: Pick<StoredSchedule, 'account' | 'region' | 'group' | 'name'>;
  readonly target: ScheduleTarget;
  readonly scheduledAt: number;
  readonly attempts: number;
  readonly dueAt: number;
}

export const SCHEDULES = 'scheduler/schedules';
export const GROUPS = 'scheduler/groups';
export const FIRINGS = 'scheduler/firings';

export function scheduleArn(schedule: Firing['schedule']): string {
  return `arn:aws:scheduler:${schedule.region}:${schedule.account}:schedule/${schedule.group}/${schedule.name}`;
}

export function groupArn(account: string, region: string, name: string): string {
  return `arn:aws:scheduler:${region}:${account}:schedule-group/${name}`;
}

export function validation(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

export function notFound(what: string): AwsError {
  return new AwsError('ResourceNotFoundException', `${what} does not exist.`, 404);
}

export function conflict(what: string): AwsError {
  return new AwsError('ConflictException', `${what} already exists.`, 409);
}
