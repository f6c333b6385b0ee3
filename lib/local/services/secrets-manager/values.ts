import { randomInt, randomUUID } from 'node:crypto';
import { AwsError } from '../../core/error.ts';
import type { Context } from '../../core/service.ts';
import { arnOf, CURRENT, requireLive, type Secret, type SecretVersion, saveSecret, withStage } from './model.ts';

export interface ValueInput {
  readonly SecretId?: string;
  readonly ClientRequestToken?: string;
  readonly SecretString?: string;
  readonly SecretBinary?: string;
  readonly VersionStages?: readonly string[];
}

const LARGEST = 65_536;

export function getValue(
  input: { readonly SecretId?: string; readonly VersionId?: string; readonly VersionStage?: string },
  context: Context,
) {
  const secret = requireLive(context, input.SecretId);
  const stage = input.VersionStage ?? (input.VersionId === undefined ? CURRENT : undefined);
  const version = secret.versions.find(
    ({ id, stages }) =>
      (input.VersionId === undefined || id === input.VersionId) && (stage === undefined || stages.includes(stage)),
  );
  if (version === undefined) {
    const what = stage === undefined ? `VersionId: ${input.VersionId}` : `staging label: ${stage}`;
    throw new AwsError(
      'ResourceNotFoundException',
      `Secrets Manager can't find the specified secret value for ${what}`,
    );
  }
  return {
    ARN: arnOf(secret),
    Name: secret.name,
    VersionId: version.id,
    SecretString: version.string,
    SecretBinary: version.binary,
    VersionStages: version.stages,
    CreatedDate: new Date(version.created),
  };
}

export function putValue(input: ValueInput, context: Context) {
  const secret = requireLive(context, input.SecretId);
  const { next, version } = withValue(secret, input, context);
  saveSecret(context.cloud, next);
  const stages = next.versions.find(({ id }) => id === version)?.stages ?? [];
  return { ARN: arnOf(secret), Name: secret.name, VersionId: version, VersionStages: stages };
}

/**
 * The secret with one more version. A token that has made a version before makes none again.
 * @throws AwsError `ResourceExistsException` when it did so with another value
 */
export function withValue(secret: Secret, input: ValueInput, context: Context): { next: Secret; version: string } {
  const { SecretString: string, SecretBinary: binary, VersionStages: asked = [CURRENT] } = input;
  if ((string === undefined) === (binary === undefined)) {
    throw new AwsError('InvalidParameterException', 'You must provide either SecretString or SecretBinary.');
  }
  if (Buffer.byteLength(string ?? binary ?? '') > LARGEST) {
    throw new AwsError('InvalidParameterException', `The value must have at most ${LARGEST} bytes.`);
  }
  const version = input.ClientRequestToken ?? randomUUID();
  const known = secret.versions.find(({ id }) => id === version);
  // The version of a rotation is there before it has a value.
  if (known?.string !== undefined || known?.binary !== undefined) {
    if (known.string === string && known.binary === binary) return { next: secret, version };
    throw new AwsError(
      'ResourceExistsException',
      "You can't use ClientRequestToken because a version with it already exists.",
    );
  }
  const value: SecretVersion = {
    id: version,
    ...(string === undefined ? {} : { string }),
    ...(binary === undefined ? {} : { binary }),
    stages: [],
    created: context.now,
  };
  const stages = secret.versions.length === 0 ? [...new Set([CURRENT, ...asked])] : asked;
  const versions = stages.reduce<readonly SecretVersion[]>(
    (all, stage) => withStage(all, version, stage),
    [...secret.versions.filter(({ id }) => id !== version), { ...value, stages: known?.stages ?? [] }],
  );
  return { next: { ...secret, versions, changed: context.now }, version };
}

export function moveStage(
  input: {
    readonly SecretId?: string;
    readonly VersionStage: string;
    readonly MoveToVersionId?: string;
    readonly RemoveFromVersionId?: string;
  },
  context: Context,
) {
  const secret = requireLive(context, input.SecretId);
  const { VersionStage: stage, MoveToVersionId: to, RemoveFromVersionId: from } = input;
  const holder = secret.versions.find(({ stages }) => stages.includes(stage))?.id;
  if (holder !== undefined && holder !== from && holder !== to) {
    throw new AwsError(
      'InvalidParameterException',
      `The parameter RemoveFromVersionId can't be empty. Staging label ${stage} is currently attached to version ${holder}, so you must explicitly reference that version in RemoveFromVersionId.`,
    );
  }
  const removed = secret.versions
    .map((version) => ({ ...version, stages: version.stages.filter((one) => one !== stage) }))
    .filter(({ stages }) => stages.length > 0);
  const versions = to === undefined ? removed : withStage(secret.versions, to, stage);
  saveSecret(context.cloud, { ...secret, versions, changed: context.now });
  return { ARN: arnOf(secret), Name: secret.name };
}

export interface PasswordRules {
  readonly PasswordLength?: number;
  readonly ExcludeCharacters?: string;
  readonly ExcludeNumbers?: boolean;
  readonly ExcludePunctuation?: boolean;
  readonly ExcludeUppercase?: boolean;
  readonly ExcludeLowercase?: boolean;
  readonly IncludeSpace?: boolean;
  readonly RequireEachIncludedType?: boolean;
}

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

export function randomPassword(rules: PasswordRules): { RandomPassword: string } {
  const length = rules.PasswordLength ?? 32;
  const without = (text: string) => [...text].filter((letter) => !(rules.ExcludeCharacters ?? '').includes(letter));
  const kinds = [
    rules.ExcludeLowercase === true ? '' : LOWER,
    rules.ExcludeUppercase === true ? '' : LOWER.toUpperCase(),
    rules.ExcludeNumbers === true ? '' : '0123456789',
    rules.ExcludePunctuation === true ? '' : PUNCTUATION,
    rules.IncludeSpace === true ? ' ' : '',
  ]
    .map(without)
    .filter((kind) => kind.length > 0);
  const all = kinds.flat();
  if (all.length === 0 || length < kinds.length || length > 4096) {
    throw new AwsError('InvalidParameterException', 'No password can be made by these rules.');
  }
  const pick = (letters: readonly string[]) => letters[randomInt(letters.length)] ?? '';
  const letters = Array.from({ length }, () => pick(all));
  if (rules.RequireEachIncludedType !== false) {
    const places = new Set<number>();
    while (places.size < kinds.length) places.add(randomInt(length));
    for (const [index, place] of [...places].entries()) letters[place] = pick(kinds[index] ?? all);
  }
  return { RandomPassword: letters.join('') };
}
