import { createHash } from 'node:crypto';
import type { Cloud } from '../../core/cloud.ts';
import { AwsError } from '../../core/error.ts';
import type { Context } from '../../core/service.ts';

/** One version of a secret. */
export interface SecretVersion {
  readonly id: string;
  readonly string?: string;
  /** Base64. */
  readonly binary?: string;
  readonly stages: readonly string[];
  /** Epoch milliseconds. */
  readonly created: number;
}

export interface RotationRules {
  readonly AutomaticallyAfterDays?: number;
  readonly ScheduleExpression?: string;
  readonly Duration?: string;
}

export interface Rotation {
  readonly lambda: string;
  readonly rules: RotationRules;
  readonly enabled: boolean;
  /** Epoch milliseconds at which the next one is due. */
  readonly dueAt?: number;
  /** The version that the rotation under way makes. */
  readonly token?: string;
}

export interface Secret {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly description?: string;
  readonly kmsKeyId?: string;
  readonly tags: readonly { readonly Key: string; readonly Value: string }[];
  readonly versions: readonly SecretVersion[];
  readonly policy?: string;
  readonly rotation?: Rotation;
  readonly created: number;
  readonly changed: number;
  readonly rotated?: number;
  /** Epoch milliseconds from which it can no longer be restored. */
  readonly deleted?: number;
}

export const CURRENT = 'AWSCURRENT';
export const PENDING = 'AWSPENDING';
const PREVIOUS = 'AWSPREVIOUS';

export function secretsNamespace(account: string, region: string): string {
  return `secretsmanager/${account}/${region}/secret`;
}

/** The ARN ends in six characters of its own; here they follow from the name. */
export function arnOf({ account, region, name }: Pick<Secret, 'account' | 'region' | 'name'>): string {
  const suffix = createHash('sha256').update(`${account} ${region} ${name}`).digest('hex').slice(0, 6);
  return `arn:aws:secretsmanager:${region}:${account}:secret:${name}-${suffix}`;
}

/** The secret behind a name, an ARN, or an ARN without its suffix. */
export function findSecret(context: Pick<Context, 'cloud' | 'account' | 'region'>, id: string): Secret | undefined {
  const [, region = context.region, account = context.account, rest] =
    /^arn:aws:secretsmanager:([^:]+):(\d{12}):secret:(.+)$/.exec(id) ?? [];
  const namespace = secretsNamespace(account, region);
  const { store } = context.cloud;
  const whole = store.get<Secret>(namespace, rest ?? id);
  if (rest === undefined || whole !== undefined) return whole;
  const named = store.get<Secret>(namespace, rest.replace(/-[^-]{6}$/, ''));
  return named !== undefined && arnOf(named) === id ? named : undefined;
}

/** @throws AwsError `ResourceNotFoundException` */
export function requireSecret(context: Context, id: string | undefined): Secret {
  const found = findSecret(context, id ?? '');
  if (found === undefined) {
    throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  }
  return found;
}

/** @throws AwsError `InvalidRequestException` for one that is marked for deletion */
export function requireLive(context: Context, id: string | undefined): Secret {
  const secret = requireSecret(context, id);
  if (secret.deleted !== undefined) {
    throw new AwsError(
      'InvalidRequestException',
      "You can't perform this operation on the secret because it was marked for deletion.",
    );
  }
  return secret;
}

export function saveSecret(cloud: Cloud, secret: Secret): Secret {
  cloud.store.put(secretsNamespace(secret.account, secret.region), secret.name, secret);
  return secret;
}

/** The versions with a stage on that version alone; what was current becomes the previous one. A version without a stage is gone. */
export function withStage(versions: readonly SecretVersion[], id: string, stage: string): SecretVersion[] {
  const former = versions.find((version) => version.stages.includes(stage));
  const moved = versions.map((version) => {
    const stages = version.stages.filter((one) => one !== stage && !(stage === CURRENT && one === PREVIOUS));
    if (version.id === id) return { ...version, stages: [...stages.filter((one) => one !== PREVIOUS), stage] };
    return { ...version, stages: stage === CURRENT && version === former ? [...stages, PREVIOUS] : stages };
  });
  return moved.filter(({ stages }) => stages.length > 0);
}
