import { createHash } from 'node:crypto';
import { AwsError } from '../../core/error.ts';
import type { Context, Operations } from '../../core/service.ts';
import { shares } from '../lake-formation/share-store.ts';
import { entityNotFound, invalidInput } from './errors.ts';
import { policyOf, putPolicy } from './policy-store.ts';
import { arnOf } from './tag-store.ts';

interface PutPolicy {
  readonly PolicyInJson?: string;
  readonly ResourceArn?: string;
  readonly PolicyHashCondition?: string;
  readonly PolicyExistsCondition?: 'MUST_EXIST' | 'NOT_EXIST' | 'NONE';
  readonly EnableHybrid?: 'TRUE' | 'FALSE';
}

const resources = (_input: unknown, context: Context) => [arnOf(context, context.account, 'catalog')];

/** The operations on the resource policy of the account's Data Catalog. */
export const policyOperations: Operations = {
  PutResourcePolicy: { run: put, resources },
  GetResourcePolicy: {
    resources,
    run(_input: unknown, { cloud, account }: Context) {
      const policy = policyOf(cloud, account);
      if (policy === undefined) throw entityNotFound('Policy not found');
      return {
        PolicyInJson: policy.document,
        PolicyHash: policy.hash,
        CreateTime: policy.created,
        UpdateTime: policy.updated,
      };
    },
  },
  DeleteResourcePolicy: {
    resources,
    run({ PolicyHashCondition }: PutPolicy, { cloud, account }: Context) {
      const policy = policyOf(cloud, account);
      if (policy === undefined) throw entityNotFound('Policy not found');
      requireHash(PolicyHashCondition, policy.hash);
      putPolicy(cloud, account, undefined);
      return {};
    },
  },
};

function put(input: PutPolicy, { cloud, account, now }: Context) {
  const document = input.PolicyInJson ?? '';
  if (input.ResourceArn !== undefined && !input.ResourceArn.endsWith(':catalog')) {
    throw new AwsError('WeftLocalNotImplemented', 'weft local has resource policies of the catalog only', 501);
  }
  try {
    JSON.parse(document);
  } catch {
    throw invalidInput('Policy is not well-formed JSON');
  }
  const before = policyOf(cloud, account);
  if (input.PolicyExistsCondition === 'MUST_EXIST' && before === undefined) throw entityNotFound('Policy not found');
  if (input.PolicyExistsCondition === 'NOT_EXIST' && before !== undefined) {
    throw new AwsError('ConditionCheckFailureException', 'A policy exists already');
  }
  requireHash(input.PolicyHashCondition, before?.hash);
  const shared = shares.list(cloud).some((share) => share.owner === account && share.status === 'ACCEPTED');
  if (shared && input.EnableHybrid !== 'TRUE') {
    throw invalidInput('EnableHybrid must be TRUE: resources of this catalog are shared through AWS RAM');
  }
  const hash = createHash('sha256').update(document).digest('base64');
  const updated = Math.floor(now / 1000);
  putPolicy(cloud, account, { document, hash, created: before?.created ?? updated, updated });
  return { PolicyHash: hash };
}

function requireHash(condition: string | undefined, hash: string | undefined): void {
  if (condition !== undefined && condition !== hash) {
    throw new AwsError('ConditionCheckFailureException', 'The policy hash does not match');
  }
}
