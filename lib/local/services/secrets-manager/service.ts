import type { Cloud } from '../../core/cloud.ts';
import { jsonCodec } from '../../core/codecs.ts';
import { AwsError } from '../../core/error.ts';
import { admits } from '../../core/policy.ts';
import type { Context, Operation, Operations, Service } from '../../core/service.ts';
import { arnOf, findSecret } from './model.ts';
import { cancelRotation, nextRotation, pumpRotations, rotateSecret } from './rotation.ts';
import {
  createSecret,
  deletePolicy,
  deleteSecret,
  describeSecret,
  getPolicy,
  listSecrets,
  putPolicy,
  restoreSecret,
  tagSecret,
  untagSecret,
  updateSecret,
} from './secrets.ts';
import { getValue, moveStage, type PasswordRules, putValue, randomPassword } from './values.ts';

interface Named {
  readonly SecretId?: string;
}

/** An operation on one secret: its resource policy is asked before it runs. */
function onSecret<I extends Named>(name: string, run: (input: I, context: Context) => unknown): Operation<I> {
  return {
    run(input, context) {
      checkPolicy(name, input, context);
      return run(input, context);
    },
    resources: ({ SecretId = '' }, context) => {
      const found = findSecret(context, SecretId);
      return [
        found === undefined ? arnOf({ ...context, name: SecretId.replace(/^arn:.*:secret:/, '') }) : arnOf(found),
      ];
    },
  };
}

/** AWS Secrets Manager: secrets, their versions, policies and rotation. The permission on a secret's key is not asked. */
export class SecretsManagerService implements Service {
  readonly signingName = 'secretsmanager';
  readonly codec = jsonCodec('1.1');
  readonly #cloud: Cloud;
  readonly operations: Operations = {
    CreateSecret: {
      run: createSecret,
      resources: (input: { Name?: string }, context: Context) => [arnOf({ ...context, name: input.Name ?? '' })],
    },
    UpdateSecret: onSecret('UpdateSecret', updateSecret),
    DescribeSecret: onSecret('DescribeSecret', describeSecret),
    ListSecrets: { run: listSecrets },
    DeleteSecret: onSecret('DeleteSecret', deleteSecret),
    RestoreSecret: onSecret('RestoreSecret', restoreSecret),
    GetSecretValue: onSecret('GetSecretValue', getValue),
    PutSecretValue: onSecret('PutSecretValue', putValue),
    UpdateSecretVersionStage: onSecret('UpdateSecretVersionStage', moveStage),
    GetRandomPassword: { run: (input: PasswordRules) => randomPassword(input) },
    RotateSecret: onSecret('RotateSecret', rotateSecret),
    CancelRotateSecret: onSecret('CancelRotateSecret', cancelRotation),
    GetResourcePolicy: onSecret('GetResourcePolicy', getPolicy),
    PutResourcePolicy: onSecret('PutResourcePolicy', putPolicy),
    DeleteResourcePolicy: onSecret('DeleteResourcePolicy', deletePolicy),
    TagResource: onSecret('TagResource', tagSecret),
    UntagResource: onSecret('UntagResource', untagSecret),
  };

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  pump(): Promise<boolean> {
    return pumpRotations(this.#cloud);
  }

  nextDue(): number | undefined {
    return nextRotation(this.#cloud);
  }
}

/** @throws AwsError `AccessDeniedException` when the secret's policy denies, or does not allow another account. */
function checkPolicy(operation: string, { SecretId = '' }: Named, context: Context): void {
  const secret = findSecret(context, SecretId);
  if (secret === undefined) return;
  const { caller, cloud } = context;
  const action = `secretsmanager:${operation}`;
  const request = { caller, action, resource: arnOf(secret) };
  if (admits(cloud.store, secret.policy, secret.account, request)) return;
  const why =
    secret.account === caller.account
      ? 'with an explicit deny in a resource-based policy'
      : `because no resource-based policy allows the ${action} action`;
  throw new AwsError(
    'AccessDeniedException',
    `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${arnOf(secret)} ${why}`,
  );
}
