import { AwsError } from '../../core/error.ts';
import { refuseOthers } from '../../core/members.ts';
import { paginate } from '../../core/page.ts';
import type { Context } from '../../core/service.ts';
import { arnOf, requireLive, requireSecret, type Secret, saveSecret, secretsNamespace } from './model.ts';
import { type ValueInput, withValue } from './values.ts';

const DAY = 86_400_000;
const NAME = /^[A-Za-z0-9/_+=.@-]{1,512}$/;

interface SecretInput extends ValueInput {
  readonly Name?: string;
  readonly Description?: string;
  readonly KmsKeyId?: string;
  readonly Tags?: Secret['tags'];
}

const CREATE = new Set([
  'Name',
  'ClientRequestToken',
  'Description',
  'KmsKeyId',
  'SecretBinary',
  'SecretString',
  'Tags',
]);
const UPDATE = new Set(['SecretId', 'ClientRequestToken', 'Description', 'KmsKeyId', 'SecretBinary', 'SecretString']);

export function createSecret(input: SecretInput, context: Context) {
  refuseOthers('secretsmanager', 'CreateSecret', input, CREATE);
  const { account, region, cloud, now } = context;
  const name = input.Name ?? '';
  if (!NAME.test(name)) {
    throw new AwsError(
      'ValidationException',
      'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!',
    );
  }
  const known = cloud.store.get<Secret>(secretsNamespace(account, region), name);
  if (known?.deleted !== undefined) {
    throw new AwsError(
      'InvalidRequestException',
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
  }
  if (known !== undefined) {
    throw new AwsError('ResourceExistsException', `The operation failed because the secret ${name} already exists.`);
  }
  const empty: Secret = {
    name,
    account,
    region,
    ...(input.Description === undefined ? {} : { description: input.Description }),
    ...(input.KmsKeyId === undefined ? {} : { kmsKeyId: input.KmsKeyId }),
    tags: input.Tags ?? [],
    versions: [],
    created: now,
    changed: now,
  };
  const valued = hasValue(input) ? withValue(empty, input, context) : undefined;
  const secret = saveSecret(cloud, valued?.next ?? empty);
  return { ARN: arnOf(secret), Name: name, VersionId: valued?.version };
}

export function updateSecret(input: SecretInput, context: Context) {
  refuseOthers('secretsmanager', 'UpdateSecret', input, UPDATE);
  const former = requireLive(context, input.SecretId);
  const described: Secret = {
    ...former,
    ...(input.Description === undefined ? {} : { description: input.Description }),
    ...(input.KmsKeyId === undefined ? {} : { kmsKeyId: input.KmsKeyId }),
    changed: context.now,
  };
  const valued = hasValue(input) ? withValue(described, input, context) : undefined;
  saveSecret(context.cloud, valued?.next ?? described);
  return { ARN: arnOf(former), Name: former.name, VersionId: valued?.version };
}

export function describeSecret(input: { readonly SecretId?: string }, context: Context) {
  return described(requireSecret(context, input.SecretId));
}

export function listSecrets(input: { readonly MaxResults?: number; readonly NextToken?: string }, context: Context) {
  refuseOthers('secretsmanager', 'ListSecrets', input, new Set(['MaxResults', 'NextToken']));
  const all = context.cloud.store.list<Secret>(secretsNamespace(context.account, context.region));
  const live = all.map(({ value }) => value).filter(({ deleted }) => deleted === undefined);
  const { page, next } = paginate(live, input.MaxResults, input.NextToken);
  return { SecretList: page.map(described), NextToken: next };
}

export function deleteSecret(
  input: {
    readonly SecretId?: string;
    readonly RecoveryWindowInDays?: number;
    readonly ForceDeleteWithoutRecovery?: boolean;
  },
  context: Context,
) {
  const secret = requireSecret(context, input.SecretId);
  const { RecoveryWindowInDays: days = 30, ForceDeleteWithoutRecovery: force = false } = input;
  if (force && input.RecoveryWindowInDays !== undefined) {
    throw new AwsError(
      'InvalidParameterException',
      "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
    );
  }
  if (days < 7 || days > 30) {
    throw new AwsError(
      'InvalidParameterException',
      'The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).',
    );
  }
  const at = force ? context.now : context.now + days * DAY;
  if (force) context.cloud.store.delete(secretsNamespace(secret.account, secret.region), secret.name);
  else saveSecret(context.cloud, { ...secret, deleted: at });
  return { ARN: arnOf(secret), Name: secret.name, DeletionDate: new Date(at) };
}

export function restoreSecret(input: { readonly SecretId?: string }, context: Context) {
  const { deleted: _, ...secret } = requireSecret(context, input.SecretId);
  saveSecret(context.cloud, secret);
  return { ARN: arnOf(secret), Name: secret.name };
}

export function tagSecret(input: { readonly SecretId?: string; readonly Tags: Secret['tags'] }, context: Context) {
  const secret = requireLive(context, input.SecretId);
  const kept = secret.tags.filter(({ Key }) => !input.Tags.some((tag) => tag.Key === Key));
  saveSecret(context.cloud, { ...secret, tags: [...kept, ...input.Tags] });
  return {};
}

export function untagSecret(
  input: { readonly SecretId?: string; readonly TagKeys: readonly string[] },
  context: Context,
) {
  const secret = requireLive(context, input.SecretId);
  saveSecret(context.cloud, { ...secret, tags: secret.tags.filter(({ Key }) => !input.TagKeys.includes(Key)) });
  return {};
}

export function getPolicy(input: { readonly SecretId?: string }, context: Context) {
  const secret = requireLive(context, input.SecretId);
  return { ARN: arnOf(secret), Name: secret.name, ResourcePolicy: secret.policy };
}

export function putPolicy(input: { readonly SecretId?: string; readonly ResourcePolicy: string }, context: Context) {
  const secret = requireLive(context, input.SecretId);
  try {
    JSON.parse(input.ResourcePolicy);
  } catch {
    throw new AwsError('MalformedPolicyDocumentException', 'This resource policy contains unsupported syntax.');
  }
  saveSecret(context.cloud, { ...secret, policy: input.ResourcePolicy });
  return { ARN: arnOf(secret), Name: secret.name };
}

export function deletePolicy(input: { readonly SecretId?: string }, context: Context) {
  const { policy: _, ...secret } = requireLive(context, input.SecretId);
  saveSecret(context.cloud, secret);
  return { ARN: arnOf(secret), Name: secret.name };
}

function hasValue(input: SecretInput): boolean {
  return input.SecretString !== undefined || input.SecretBinary !== undefined;
}

function described(secret: Secret) {
  const { rotation } = secret;
  return {
    ARN: arnOf(secret),
    Name: secret.name,
    Description: secret.description,
    KmsKeyId: secret.kmsKeyId,
    RotationEnabled: rotation?.enabled,
    RotationLambdaARN: rotation?.lambda,
    RotationRules: rotation?.rules,
    LastRotatedDate: secret.rotated === undefined ? undefined : new Date(secret.rotated),
    NextRotationDate: rotation?.dueAt === undefined ? undefined : new Date(rotation.dueAt),
    LastChangedDate: new Date(secret.changed),
    DeletedDate: secret.deleted === undefined ? undefined : new Date(secret.deleted),
    CreatedDate: new Date(secret.created),
    Tags: secret.tags,
    VersionIdsToStages: Object.fromEntries(secret.versions.map(({ id, stages }) => [id, stages])),
  };
}
