import { randomUUID } from 'node:crypto';
import type { Cloud } from '../../core/cloud.ts';
import { AwsError } from '../../core/error.ts';
import type { Caller, Context } from '../../core/service.ts';
import { LambdaService } from '../lambda/service.ts';
import {
  arnOf,
  findSecret,
  PENDING,
  type Rotation,
  type RotationRules,
  requireLive,
  type Secret,
  saveSecret,
  withStage,
} from './model.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const STEPS = ['createSecret', 'setSecret', 'testSecret', 'finishSecret'] as const;
const UNDER_WAY = 'secretsmanager/rotations';

export function rotateSecret(
  input: {
    readonly SecretId?: string;
    readonly ClientRequestToken?: string;
    readonly RotationLambdaARN?: string;
    readonly RotationRules?: RotationRules;
    readonly RotateImmediately?: boolean;
  },
  context: Context,
) {
  const secret = requireLive(context, input.SecretId);
  const lambda = input.RotationLambdaARN ?? secret.rotation?.lambda;
  if (lambda === undefined) {
    throw new AwsError('InvalidRequestException', 'No Lambda rotation function ARN is associated with this secret.');
  }
  const rules = input.RotationRules ?? secret.rotation?.rules ?? {};
  const now = input.RotateImmediately ?? true;
  const rotation = { lambda, rules, enabled: true, dueAt: now ? context.now : context.now + periodOf(rules) };
  const version = now ? (input.ClientRequestToken ?? randomUUID()) : undefined;
  keep(context.cloud, { ...secret, rotation: version === undefined ? rotation : { ...rotation, token: version } });
  return { ARN: arnOf(secret), Name: secret.name, VersionId: version };
}

export function cancelRotation(input: { readonly SecretId?: string }, context: Context) {
  const secret = requireLive(context, input.SecretId);
  const { rotation } = secret;
  if (rotation !== undefined) {
    const { dueAt: _due, token: _token, ...rest } = rotation;
    keep(context.cloud, { ...secret, rotation: { ...rest, enabled: false } });
  }
  return { ARN: arnOf(secret), Name: secret.name };
}

/** Makes the rotations that are due: the four steps in order, each an invocation of the function. A failed one is tried again an hour later. */
export async function pumpRotations(cloud: Cloud): Promise<boolean> {
  const now = cloud.clock.now();
  const due = cloud.store.list<number>(UNDER_WAY).filter(({ value }) => value <= now);
  for (const { key } of due) {
    const [, , , region = cloud.region, account = ''] = key.split(':');
    const secret = findSecret({ cloud, account, region }, key);
    if (secret?.rotation?.dueAt === undefined) cloud.store.delete(UNDER_WAY, key);
    else await rotate(cloud, secret, secret.rotation);
  }
  return due.length > 0;
}

export function nextRotation(cloud: Cloud): number | undefined {
  const times = cloud.store.list<number>(UNDER_WAY).map(({ value }) => value);
  return times.length === 0 ? undefined : Math.min(...times);
}

async function rotate(cloud: Cloud, secret: Secret, rotation: Rotation): Promise<void> {
  const arn = arnOf(secret);
  const token = rotation.token ?? randomUUID();
  keep(cloud, { ...withPending(secret, token, cloud.clock.now()), rotation: { ...rotation, token } });
  const caller: Caller = {
    kind: 'service',
    account: secret.account,
    arn: 'secretsmanager.amazonaws.com',
    principalId: 'secretsmanager.amazonaws.com',
  };
  let isDone = true;
  for (const Step of STEPS) {
    const payload = JSON.stringify({ Step, SecretId: arn, ClientRequestToken: token });
    const keys = { 'aws:SourceAccount': secret.account, 'aws:SourceArn': arn };
    try {
      const outcome = await cloud
        .service(LambdaService)
        .invokeAs(caller, rotation.lambda, payload, 'RequestResponse', keys);
      if (outcome.functionError !== undefined) isDone = false;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      isDone = false;
    }
    if (!isDone) break;
  }
  const after = findSecret({ cloud, account: secret.account, region: secret.region }, arn);
  if (after?.rotation === undefined) return;
  const { token: _, ...rest } = after.rotation;
  const now = cloud.clock.now();
  keep(
    cloud,
    isDone
      ? { ...after, rotated: now, rotation: { ...rest, dueAt: now + periodOf(rest.rules) } }
      : { ...after, rotation: { ...rest, token, dueAt: now + HOUR } },
  );
}

/** The version that the function is to fill: it is there, and without a value, before the first step. */
function withPending(secret: Secret, token: string, now: number): Secret {
  if (secret.versions.some(({ id }) => id === token)) return secret;
  const versions = withStage([...secret.versions, { id: token, stages: [], created: now }], token, PENDING);
  return { ...secret, versions };
}

function keep(cloud: Cloud, secret: Secret): void {
  saveSecret(cloud, secret);
  const { dueAt } = secret.rotation ?? {};
  if (dueAt === undefined) cloud.store.delete(UNDER_WAY, arnOf(secret));
  else cloud.store.put(UNDER_WAY, arnOf(secret), dueAt);
}

function periodOf({ AutomaticallyAfterDays: days, ScheduleExpression: expression }: RotationRules): number {
  const [, count, unit] = /^rate\((\d+) (hour|day)s?\)$/.exec(expression ?? '') ?? [];
  if (count !== undefined) return Number(count) * (unit === 'hour' ? HOUR : DAY);
  if (expression !== undefined) {
    throw new AwsError('WeftLocalNotImplemented', `weft local rotates by rate(…), not by ${expression}`, 501);
  }
  return (days ?? 30) * DAY;
}
