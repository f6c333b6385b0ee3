import { AwsError } from '../../core/error.ts';
import { refuseOthers } from '../../core/members.ts';
import type { Context } from '../../core/service.ts';
import { newSecret } from './cryptography.ts';
import {
  aliasesNamespace,
  defaultPolicy,
  describeKey as describe,
  type Key,
  type KeySpec,
  type KeyUsage,
  keyArn,
  keysNamespace,
  requireKey,
  uuidOf,
} from './key.ts';

interface CreateKeyInput {
  readonly Description?: string;
  readonly KeySpec?: string;
  readonly CustomerMasterKeySpec?: string;
  readonly KeyUsage?: string;
  readonly Policy?: string;
  readonly Tags?: Key['tags'];
}

interface OfKey {
  readonly KeyId: string;
}

interface Alias {
  readonly name: string;
  readonly keyId: string;
  readonly created: number;
  readonly updated: number;
}

const CREATE_MEMBERS = new Set([
  'Description',
  'KeySpec',
  'CustomerMasterKeySpec',
  'KeyUsage',
  'Policy',
  'Tags',
  'Origin',
  'MultiRegion',
  'BypassPolicyLockoutSafetyCheck',
]);
const SPECS = ['SYMMETRIC_DEFAULT', 'ECC_NIST_P256', 'ECC_NIST_EDWARDS25519', 'RSA_2048', 'RSA_3072', 'RSA_4096'];
const DAY = 86_400_000;

export function createKey(input: CreateKeyInput & { Origin?: string; MultiRegion?: boolean }, context: Context) {
  refuseOthers('kms', 'CreateKey', input, CREATE_MEMBERS);
  const spec = input.KeySpec ?? input.CustomerMasterKeySpec ?? 'SYMMETRIC_DEFAULT';
  const usage = input.KeyUsage ?? 'ENCRYPT_DECRYPT';
  const fits = spec === 'SYMMETRIC_DEFAULT' ? usage === 'ENCRYPT_DECRYPT' : usage === 'SIGN_VERIFY';
  if (!SPECS.includes(spec) || !fits || (input.Origin ?? 'AWS_KMS') !== 'AWS_KMS' || input.MultiRegion === true) {
    throw new AwsError(
      'WeftLocalNotImplemented',
      `weft local does not implement kms:CreateKey with KeySpec ${spec}, KeyUsage ${usage}, Origin ${input.Origin ?? 'AWS_KMS'}, MultiRegion ${input.MultiRegion ?? false}`,
      501,
    );
  }
  const { account, region, now } = context;
  const key: Key = {
    id: uuidOf(`${account} ${context.requestId} ${now}`),
    account,
    region,
    created: now,
    description: input.Description ?? '',
    spec: spec as KeySpec,
    usage: usage as KeyUsage,
    enabled: true,
    rotation: false,
    policy: checkedPolicy(input.Policy ?? defaultPolicy(account)),
    tags: input.Tags ?? [],
    secret: newSecret(spec as KeySpec),
  };
  save(context, key);
  return { KeyMetadata: describe(key) };
}

export function describeKey(input: OfKey, context: Context) {
  return { KeyMetadata: describe(requireKey(context, input.KeyId, 'DescribeKey')) };
}

export function listKeys(_input: object, context: Context) {
  const keys = context.cloud.store.list<Key>(keysNamespace(context.account, context.region));
  return { Keys: keys.map(({ value }) => ({ KeyId: value.id, KeyArn: keyArn(value) })), Truncated: false };
}

/** A change of one key that answers nothing. */
function changing(operation: string, change: (key: Key, input: OfKey & Record<string, unknown>) => Key) {
  return (input: OfKey & Record<string, unknown>, context: Context) => {
    save(context, change(requireKey(context, input.KeyId, operation), input));
    return {};
  };
}

export const enableKey = changing('EnableKey', (key) => ({ ...key, enabled: true }));
export const disableKey = changing('DisableKey', (key) => ({ ...key, enabled: false }));

export const enableKeyRotation = changing('EnableKeyRotation', (key, input) => {
  if (key.spec !== 'SYMMETRIC_DEFAULT') throw new AwsError('UnsupportedOperationException', '');
  return { ...key, rotation: true, rotationDays: Number(input.RotationPeriodInDays ?? 365) };
});

export const disableKeyRotation = changing('DisableKeyRotation', (key) => ({ ...key, rotation: false }));

export const putKeyPolicy = changing('PutKeyPolicy', (key, input) => ({
  ...key,
  policy: checkedPolicy(String(input.Policy)),
}));

export const updateKeyDescription = changing('UpdateKeyDescription', (key, input) => ({
  ...key,
  description: String(input.Description),
}));

export const tagResource = changing('TagResource', (key, input) => {
  const given = input.Tags as Key['tags'];
  const kept = key.tags.filter(({ TagKey }) => !given.some((tag) => tag.TagKey === TagKey));
  return { ...key, tags: [...kept, ...given] };
});

export const untagResource = changing('UntagResource', (key, input) => {
  const names = input.TagKeys as readonly string[];
  return { ...key, tags: key.tags.filter(({ TagKey }) => !names.includes(TagKey)) };
});

export function getKeyRotationStatus(input: OfKey, context: Context) {
  const key = requireKey(context, input.KeyId, 'GetKeyRotationStatus');
  return { KeyId: keyArn(key), KeyRotationEnabled: key.rotation, RotationPeriodInDays: key.rotationDays };
}

export function getKeyPolicy(input: OfKey, context: Context) {
  return { Policy: requireKey(context, input.KeyId, 'GetKeyPolicy').policy, PolicyName: 'default' };
}

export function listResourceTags(input: OfKey, context: Context) {
  return { Tags: requireKey(context, input.KeyId, 'ListResourceTags').tags, Truncated: false };
}

export function scheduleKeyDeletion(input: OfKey & { PendingWindowInDays?: number }, context: Context) {
  const key = requireKey(context, input.KeyId, 'ScheduleKeyDeletion');
  const days = input.PendingWindowInDays ?? 30;
  if (days < 7 || days > 30) {
    throw new AwsError('ValidationException', `PendingWindowInDays is ${days}, it must be between 7 and 30`);
  }
  if (key.deletionAt !== undefined) {
    throw new AwsError('KMSInvalidStateException', `${keyArn(key)} is pending deletion.`);
  }
  const deletionAt = context.now + days * DAY;
  save(context, { ...key, enabled: false, deletionAt });
  const DeletionDate = new Date(deletionAt);
  return { KeyId: keyArn(key), DeletionDate, KeyState: 'PendingDeletion', PendingWindowInDays: days };
}

export function cancelKeyDeletion(input: OfKey, context: Context) {
  const key = requireKey(context, input.KeyId, 'CancelKeyDeletion');
  save(context, { ...key, deletionAt: undefined });
  return { KeyId: keyArn(key) };
}

export function createAlias(input: { AliasName: string; TargetKeyId: string }, context: Context) {
  const { AliasName: name } = input;
  if (!/^alias\/[A-Za-z0-9/_-]{1,249}$/.test(name) || name.startsWith('alias/aws/')) {
    throw new AwsError('InvalidAliasNameException', `${name} is not a valid alias name`);
  }
  const key = requireKey(context, input.TargetKeyId, 'CreateAlias');
  const namespace = aliasesNamespace(context.account, context.region);
  if (context.cloud.store.get(namespace, name) !== undefined) {
    throw new AwsError('AlreadyExistsException', `An alias with the name ${aliasArn(context, name)} already exists`);
  }
  const alias: Alias = { name, keyId: key.id, created: context.now, updated: context.now };
  context.cloud.store.put(namespace, name, alias);
  return {};
}

export function updateAlias(input: { AliasName: string; TargetKeyId: string }, context: Context) {
  const key = requireKey(context, input.TargetKeyId, 'UpdateAlias');
  const alias = requireAlias(context, input.AliasName);
  const changed: Alias = { ...alias, keyId: key.id, updated: context.now };
  context.cloud.store.put(aliasesNamespace(context.account, context.region), alias.name, changed);
  return {};
}

export function deleteAlias(input: { AliasName: string }, context: Context) {
  const { name } = requireAlias(context, input.AliasName);
  context.cloud.store.delete(aliasesNamespace(context.account, context.region), name);
  return {};
}

export function listAliases(input: { KeyId?: string }, context: Context) {
  const only = input.KeyId === undefined ? undefined : requireKey(context, input.KeyId, 'ListAliases').id;
  const aliases = context.cloud.store
    .list<Alias>(aliasesNamespace(context.account, context.region))
    .map(({ value }) => value)
    .filter(({ keyId }) => only === undefined || keyId === only);
  return {
    Aliases: aliases.map(({ name, keyId, created, updated }) => ({
      AliasName: name,
      AliasArn: aliasArn(context, name),
      TargetKeyId: keyId,
      CreationDate: new Date(created),
      LastUpdatedDate: new Date(updated),
    })),
    Truncated: false,
  };
}

function requireAlias(context: Context, name: string): Alias {
  const alias = context.cloud.store.get<Alias>(aliasesNamespace(context.account, context.region), name);
  if (alias === undefined) throw new AwsError('NotFoundException', `Alias ${aliasArn(context, name)} is not found.`);
  return alias;
}

function aliasArn({ region, account }: Context, name: string): string {
  return `arn:aws:kms:${region}:${account}:${name}`;
}

function checkedPolicy(text: string): string {
  try {
    const { Statement } = JSON.parse(text) as { Statement?: unknown };
    if (Statement !== undefined) return text;
  } catch {
    // What is not JSON gets the same answer.
  }
  throw new AwsError('MalformedPolicyDocumentException', 'The policy is not a JSON document with statements');
}

function save(context: Context, key: Key): void {
  context.cloud.store.put(keysNamespace(key.account, key.region), key.id, key);
}
