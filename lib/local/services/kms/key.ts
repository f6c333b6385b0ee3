import { createHash } from 'node:crypto';
import { AwsError } from '../../core/error.ts';
import { admits } from '../../core/policy.ts';
import type { Context } from '../../core/service.ts';

export type KeySpec =
  | 'SYMMETRIC_DEFAULT'
  | 'ECC_NIST_P256'
  | 'ECC_NIST_EDWARDS25519'
  | 'RSA_2048'
  | 'RSA_3072'
  | 'RSA_4096';
export type KeyUsage = 'ENCRYPT_DECRYPT' | 'SIGN_VERIFY';

/** A key as it is stored, its secret with it. */
export interface Key {
  readonly id: string;
  readonly account: string;
  readonly region: string;
  /** Epoch milliseconds. */
  readonly created: number;
  readonly description: string;
  readonly spec: KeySpec;
  readonly usage: KeyUsage;
  readonly enabled: boolean;
  /** Epoch milliseconds at which it goes, when its deletion is scheduled. */
  readonly deletionAt?: number;
  readonly rotation: boolean;
  readonly rotationDays?: number;
  readonly policy: string;
  readonly tags: readonly { readonly TagKey: string; readonly TagValue: string }[];
  /** Base64 of 32 bytes, or the private key as PEM. */
  readonly secret: string;
}

export const keysNamespace = (account: string, region: string) => `kms/${account}/${region}/key`;
export const aliasesNamespace = (account: string, region: string) => `kms/${account}/${region}/alias`;

export function keyArn({ region, account, id }: { region: string; account: string; id: string }): string {
  return `arn:aws:kms:${region}:${account}:key/${id}`;
}

/** The default key policy: the account decides by its identity policies. */
export function defaultPolicy(account: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Id: 'key-default-1',
    Statement: [
      {
        Sid: 'Enable IAM User Permissions',
        Effect: 'Allow',
        Principal: { AWS: `arn:aws:iam::${account}:root` },
        Action: 'kms:*',
        Resource: '*',
      },
    ],
  });
}

/** The key of an id, an ARN, an alias or an alias ARN; undefined when there is none. */
export function findKey(context: Context, reference: string): Key | undefined {
  const [, region = context.region, account = context.account, rest = reference] =
    /^arn:aws:kms:([^:]+):(\d{12}):(.+)$/.exec(reference) ?? [];
  const { store } = context.cloud;
  const target = rest.startsWith('alias/')
    ? store.get<{ keyId: string }>(aliasesNamespace(account, region), rest)?.keyId
    : rest.replace(/^key\//, '');
  const key = target === undefined ? undefined : store.get<Key>(keysNamespace(account, region), target);
  const gone = key?.deletionAt !== undefined && key.deletionAt <= context.cloud.clock.now();
  return gone ? undefined : key;
}

/**
 * The key that a request names, once the key's policy lets the caller use it.
 * @throws AwsError `NotFoundException` or `AccessDeniedException`.
 */
export function requireKey(context: Context, reference: string | undefined, operation: string): Key {
  const key = reference === undefined ? undefined : findKey(context, reference);
  if (key === undefined) {
    const shown = reference?.startsWith('alias/')
      ? `Alias arn:aws:kms:${context.region}:${context.account}:${reference} is not found.`
      : `Key '${keyArn({ ...context, id: reference ?? '' })}' does not exist`;
    throw new AwsError('NotFoundException', shown);
  }
  checkAccess(context, key, operation);
  return key;
}

function checkAccess(context: Context, key: Key, operation: string): void {
  const { caller } = context;
  const request = { caller, action: `kms:${operation}`, resource: keyArn(key) };
  if (admits(context.cloud.store, key.policy, key.account, request)) return;
  throw new AwsError(
    'AccessDeniedException',
    `User: ${caller.arn} is not authorized to perform: kms:${operation} on resource: ${keyArn(key)} because no resource-based policy allows the kms:${operation} action`,
  );
}

/** @throws AwsError `DisabledException`, `KMSInvalidStateException` or `InvalidKeyUsageException`. */
export function requireUsable(key: Key, usage: KeyUsage): void {
  if (key.deletionAt !== undefined) {
    throw new AwsError('KMSInvalidStateException', `${keyArn(key)} is pending deletion.`);
  }
  if (!key.enabled) throw new AwsError('DisabledException', `${keyArn(key)} is disabled.`);
  if (key.usage !== usage) {
    throw new AwsError(
      'InvalidKeyUsageException',
      `${keyArn(key)} key usage is ${key.usage} which is not valid for this operation.`,
    );
  }
}

export function describeKey(key: Key) {
  const state = key.deletionAt !== undefined ? 'PendingDeletion' : key.enabled ? 'Enabled' : 'Disabled';
  const symmetric = key.spec === 'SYMMETRIC_DEFAULT';
  return {
    AWSAccountId: key.account,
    KeyId: key.id,
    Arn: keyArn(key),
    CreationDate: new Date(key.created),
    Enabled: state === 'Enabled',
    Description: key.description,
    KeyUsage: key.usage,
    KeyState: state,
    DeletionDate: key.deletionAt === undefined ? undefined : new Date(key.deletionAt),
    Origin: 'AWS_KMS',
    KeyManager: 'CUSTOMER',
    KeySpec: key.spec,
    CustomerMasterKeySpec: key.spec,
    EncryptionAlgorithms: key.usage === 'ENCRYPT_DECRYPT' && symmetric ? ['SYMMETRIC_DEFAULT'] : undefined,
    SigningAlgorithms: key.usage === 'SIGN_VERIFY' ? signingAlgorithms(key.spec) : undefined,
    MultiRegion: false,
  };
}

export function signingAlgorithms(spec: KeySpec): string[] {
  if (spec === 'ECC_NIST_P256') return ['ECDSA_SHA_256'];
  // Of the two algorithms of such a key, the one over the message itself; ED25519_PH_SHA_512 is not modelled.
  if (spec === 'ECC_NIST_EDWARDS25519') return ['ED25519_SHA_512'];
  const kinds = ['RSASSA_PKCS1_V1_5', 'RSASSA_PSS'];
  return kinds.flatMap((kind) => ['SHA_256', 'SHA_384', 'SHA_512'].map((hash) => `${kind}_${hash}`));
}

/** A UUID that follows from a text. */
export function uuidOf(text: string): string {
  const digest = createHash('sha256').update(text).digest('hex');
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-4${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
}
