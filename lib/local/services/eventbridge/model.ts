import { AwsError } from '../../core/error.ts';
import type { PolicyDocument } from '../../core/policy.ts';
import type { Context } from '../../core/service.ts';

export interface StoredBus {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly description?: string;
  readonly deadLetterConfig?: { readonly Arn?: string };
  readonly policy?: PolicyDocument;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly tags?: readonly { readonly Key: string; readonly Value: string }[];
}

export interface StoredRule {
  readonly name: string;
  readonly bus: string;
  readonly account: string;
  readonly region: string;
  readonly pattern?: string;
  readonly schedule?: string;
  readonly state: 'ENABLED' | 'DISABLED';
  readonly description?: string;
  readonly roleArn?: string;
  readonly targets: readonly StoredTarget[];
  /** When a schedule fires next, in epoch milliseconds. */
  readonly nextAt?: number;
}

/** A target as PutTargets takes it, of the kinds that are modelled. */
export interface StoredTarget {
  readonly Id: string;
  readonly Arn: string;
  readonly RoleArn?: string;
  readonly Input?: string;
  readonly InputPath?: string;
  readonly InputTransformer?: {
    readonly InputPathsMap?: Readonly<Record<string, string>>;
    readonly InputTemplate: string;
  };
  readonly SqsParameters?: { readonly MessageGroupId?: string };
  readonly DeadLetterConfig?: { readonly Arn?: string };
  readonly RetryPolicy?: { readonly MaximumRetryAttempts?: number; readonly MaximumEventAgeInSeconds?: number };
}

/** An event as rules see it and targets get it. */
export interface EventEnvelope {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
  readonly 'replay-name'?: string;
}

/** How an event came to a bus: put there, or by a rule of another bus. */
export type Origin = { readonly byRule: boolean; readonly fromAccount: string };

export interface BusId {
  readonly account: string;
  readonly region: string;
  readonly name: string;
}

export function namespace(account: string, region: string, kind: string): string {
  return `events/${account}/${region}/${kind}`;
}

export function busArn({ account, region, name }: BusId): string {
  return `arn:aws:events:${region}:${account}:event-bus/${name}`;
}

export function ruleArn(rule: Pick<StoredRule, 'account' | 'region' | 'bus' | 'name'>): string {
  const path = rule.bus === 'default' ? rule.name : `${rule.bus}/${rule.name}`;
  return `arn:aws:events:${rule.region}:${rule.account}:rule/${path}`;
}

/** The bus behind a name or ARN; the default bus when there is none. */
export function parseBus(text: string | undefined, context: Pick<Context, 'account' | 'region'>): BusId {
  const { account, region } = context;
  if (text === undefined) return { account, region, name: 'default' };
  const arn = /^arn:aws:events:([a-z0-9-]+):(\d{12}):event-bus\/(.+)$/.exec(text);
  return arn === null
    ? { account, region, name: text }
    : { account: arn[2] ?? '', region: arn[1] ?? '', name: arn[3] ?? '' };
}

export function validation(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

export function notFound(what: string): AwsError {
  return new AwsError('ResourceNotFoundException', `${what} does not exist.`);
}
