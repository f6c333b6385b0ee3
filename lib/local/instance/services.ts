import type { Cloud } from '../core/cloud.ts';
import type { Service } from '../core/service.ts';
import { CloudFormationService } from '../deployer/cloudformation-service.ts';
import { DynamoDbService } from '../services/dynamodb/service.ts';
import { LakeFormationService } from '../services/lake-formation/service.ts';
import { LambdaService } from '../services/lambda/service.ts';
import { SsmService } from '../services/ssm.ts';
import { StsService } from '../services/sts.ts';

/** Every service of a local mesh: what a new service is added to. */
export function allServices(cloud: Cloud): Service[] {
  return [
    new CloudFormationService(),
    new DynamoDbService(cloud),
    new LakeFormationService(),
    new LambdaService(cloud),
    new SsmService(),
    new StsService(),
  ];
}
