import type { Cloud } from '#local/core/cloud.ts';
import { ExecuteApiService } from '#local/services/api-gateway/execute-api.ts';
import { findBus } from '#local/services/eventbridge/buses.ts';
import { parseBus } from '#local/services/eventbridge/model.ts';
import { IamService } from '#local/services/iam/service.ts';
import { KmsService } from '#local/services/kms/service.ts';
import { findFunction } from '#local/services/lambda/functions.ts';
import { S3Service } from '#local/services/s3/service.ts';
import { findSecret } from '#local/services/secrets-manager/model.ts';
import { SqsService } from '#local/services/sqs/service.ts';

/** A resource's own side: whose it is, which policy it has, and how a report calls that policy. */
export interface ResourceSide {
  readonly owner: string;
  readonly name: string;
  /** As JSON text; undefined where there is none. */
  readonly policy?: string;
}

/** The side of a resource that a call meets; undefined where nothing but the caller's identity is asked. */
export function resourceSide(cloud: Cloud, action: string, resource: string): ResourceSide | undefined {
  const [, , service = '', region = '', account = '', ...rest] = resource.split(':');
  const found = (name: string, policy: unknown, owner = account) => sideOf(name, owner, policy);
  switch (service) {
    case 's3': {
      const bucket = rest.join(':').split('/')[0] ?? '';
      const buckets = cloud.service(S3Service);
      const owner = buckets.bucketAccount(bucket);
      return owner === undefined
        ? undefined
        : found(`policy of the bucket ${bucket}`, buckets.bucketPolicy(bucket), owner);
    }
    case 'sqs':
      return found(`policy of the queue ${resource}`, cloud.service(SqsService).policyOf(resource));
    case 'kms':
      return found(`policy of the key ${keyName(cloud, resource)}`, cloud.service(KmsService).policyOf(resource));
    case 'events':
      return rest[0]?.startsWith('event-bus/')
        ? found(`policy of the bus ${resource}`, findBus(cloud, parseBus(resource, { account, region }))?.policy)
        : undefined;
    case 'lambda':
      return found(
        `policy of the function ${rest[1]}`,
        findFunction(cloud.store, account, region, rest[1] ?? '')?.policy,
      );
    case 'execute-api':
      return found(`policy of the API ${rest[0]?.split('/')[0]}`, cloud.service(ExecuteApiService).policyOf(resource));
    case 'secretsmanager':
      return found(`policy of the secret ${resource}`, findSecret({ cloud, account, region }, resource)?.policy);
    case 'iam':
      return action.startsWith('sts:') ? found(`trust of the role ${resource}`, trustOf(cloud, resource)) : undefined;
    default:
      return undefined;
  }
}

function sideOf(name: string, owner: string, policy: unknown): ResourceSide {
  if (policy === undefined || policy === '') return { owner, name };
  return { owner, name, policy: typeof policy === 'string' ? policy : JSON.stringify(policy) };
}

/** A key by its alias, since its id says nothing to anybody. */
function keyName(cloud: Cloud, arn: string): string {
  return [arn, ...cloud.service(KmsService).aliasesOf(arn)].join(' ');
}

/** A trust policy speaks of its role only, and names none. */
function trustOf(cloud: Cloud, arn: string): unknown {
  const trust = cloud.service(IamService).role(arn)?.trust;
  if (trust === undefined) return undefined;
  const document = JSON.parse(trust) as { Statement: object | object[] };
  return { ...document, Statement: [document.Statement].flat().map((entry) => ({ ...entry, Resource: arn })) };
}
