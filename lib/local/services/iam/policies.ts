import { AwsError } from '../../core/error.ts';
import type { Context, Operation, Operations } from '../../core/service.ts';
import {
  alreadyExists,
  checkDocument,
  noEntity,
  policiesNamespace,
  policyArn,
  rolesNamespace,
  type StoredPolicy,
  type StoredRole,
} from './model.ts';

interface PolicyInput {
  readonly PolicyArn: string;
  readonly PolicyName?: string;
  readonly Path?: string;
  readonly Description?: string;
  readonly PolicyDocument?: string;
  readonly VersionId?: string;
  readonly SetAsDefault?: string | boolean;
}

/** Managed policies of the customer and their versions. */
export const policyOperations: Operations = {
  CreatePolicy: {
    resources: (input: PolicyInput, { account }: Context) => [
      policyArn({ account, path: input.Path ?? '/', name: input.PolicyName ?? '' }),
    ],
    run: (input: PolicyInput, { cloud, account, now }: Context) => {
      const name = input.PolicyName ?? '';
      const policy: StoredPolicy = {
        account,
        name,
        path: input.Path ?? '/',
        description: input.Description,
        versions: [{ id: 'v1', document: checkDocument(input.PolicyDocument), createdAt: now }],
        defaultVersion: 'v1',
      };
      if (cloud.store.get(policiesNamespace(account), policyArn(policy)) !== undefined) {
        throw alreadyExists(`A policy called ${name}`);
      }
      cloud.store.put(policiesNamespace(account), policyArn(policy), policy);
      return { Policy: describe(policy) };
    },
  },
  GetPolicy: onPolicy((policy) => ({ Policy: describe(policy) })),
  GetPolicyVersion: onPolicy((policy, input) => {
    const version = policy.versions.find(({ id }) => id === input.VersionId);
    if (version === undefined) throw noEntity(`Policy ${input.PolicyArn} version ${input.VersionId} does not exist.`);
    return { PolicyVersion: describeVersion(policy, version) };
  }),
  ListPolicyVersions: onPolicy((policy) => ({
    Versions: policy.versions.map((version) => describeVersion(policy, version)),
    IsTruncated: false,
  })),
  CreatePolicyVersion: onPolicy((policy, input, context) => {
    if (policy.versions.length >= 5) {
      throw new AwsError('LimitExceeded', 'A managed policy can have up to 5 versions.', 409);
    }
    const highest = Math.max(...policy.versions.map(({ id }) => Number(id.slice(1))));
    const version = { id: `v${highest + 1}`, document: checkDocument(input.PolicyDocument), createdAt: context.now };
    const isDefault = String(input.SetAsDefault) === 'true';
    const next = {
      ...policy,
      versions: [...policy.versions, version],
      defaultVersion: isDefault ? version.id : policy.defaultVersion,
    };
    context.cloud.store.put(policiesNamespace(policy.account), policyArn(policy), next);
    return { PolicyVersion: describeVersion(next, version) };
  }),
  DeletePolicyVersion: onPolicy((policy, input, context) => {
    if (input.VersionId === policy.defaultVersion) {
      throw new AwsError('DeleteConflict', 'Cannot delete the default version of a policy.', 409);
    }
    const versions = policy.versions.filter(({ id }) => id !== input.VersionId);
    context.cloud.store.put(policiesNamespace(policy.account), policyArn(policy), { ...policy, versions });
  }),
  DeletePolicy: onPolicy((policy, _input, { cloud }) => {
    const arn = policyArn(policy);
    const holders = cloud.store
      .list<StoredRole>(rolesNamespace(policy.account))
      .filter(({ value }) => value.attached.includes(arn));
    if (holders.length > 0) {
      throw new AwsError('DeleteConflict', 'Cannot delete a policy attached to entities.', 409);
    }
    cloud.store.delete(policiesNamespace(policy.account), arn);
  }),
};

function onPolicy(
  run: (policy: StoredPolicy, input: PolicyInput, context: Context) => unknown,
): Operation<PolicyInput> {
  return {
    resources: (input) => [input.PolicyArn],
    run: (input, context) => {
      const policy = context.cloud.store.get<StoredPolicy>(policiesNamespace(context.account), input.PolicyArn);
      if (policy === undefined) throw noEntity(`Policy ${input.PolicyArn} was not found.`);
      return run(policy, input, context);
    },
  };
}

function describe(policy: StoredPolicy) {
  const [first] = policy.versions;
  return {
    PolicyName: policy.name,
    Arn: policyArn(policy),
    Path: policy.path,
    DefaultVersionId: policy.defaultVersion,
    IsAttachable: true,
    Description: policy.description,
    CreateDate: new Date(first?.createdAt ?? 0),
  };
}

function describeVersion(policy: StoredPolicy, version: StoredPolicy['versions'][number]) {
  return {
    Document: encodeURIComponent(version.document),
    VersionId: version.id,
    IsDefaultVersion: version.id === policy.defaultVersion,
    CreateDate: new Date(version.createdAt),
  };
}
