import { apiGateway } from './api-gateway.ts';
import { athena } from './athena.ts';
import { backup } from './backup.ts';
import { dynamodb } from './dynamodb.ts';
import { events } from './events.ts';
import { firehose } from './firehose.ts';
import { glue } from './glue.ts';
import { iam } from './iam.ts';
import { kms } from './kms.ts';
import { lakeFormation } from './lake-formation.ts';
import { lambda } from './lambda.ts';
import { networkTypes } from './network.ts';
import { observability } from './observability.ts';
import type { Family, InertType, ResourceType } from './resource.ts';
import { rolesAnywhere } from './roles-anywhere.ts';
import { s3 } from './s3.ts';
import { scheduler } from './scheduler.ts';
import { secretsManager } from './secrets-manager.ts';
import { sqs } from './sqs.ts';
import { ssm } from './ssm.ts';

const TYPES: Family = {
  ...apiGateway,
  ...athena,
  ...dynamodb,
  ...events,
  ...firehose,
  ...glue,
  ...iam,
  ...kms,
  ...lakeFormation,
  ...lambda,
  ...networkTypes,
  ...backup,
  ...observability,
  ...rolesAnywhere,
  ...s3,
  ...scheduler,
  ...secretsManager,
  ...sqs,
  ...ssm,
};

/** How resources of that type are made, or undefined when weft local does not know it. */
export function resourceType(name: string): ResourceType | InertType | undefined {
  return Object.hasOwn(TYPES, name) ? TYPES[name] : undefined;
}

/** Every type that can be deployed, by name. */
export function resourceTypes(): Family {
  return TYPES;
}
