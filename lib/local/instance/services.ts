import type { Cloud } from '../core/cloud.ts';
import type { Service } from '../core/service.ts';
import { CloudFormationService } from '../deployer/cloudformation-service.ts';
import { ExecuteApiService } from '../services/api-gateway/execute-api.ts';
import { ApiGatewayService } from '../services/api-gateway/service.ts';
import { AthenaService } from '../services/athena/service.ts';
import { CloudTrailService } from '../services/cloudtrail/service.ts';
import { DynamoDbService } from '../services/dynamodb/service.ts';
import { EventBridgeService } from '../services/eventbridge/service.ts';
import { FirehoseService } from '../services/firehose/service.ts';
import { GlueService } from '../services/glue/service.ts';
import { IamService } from '../services/iam/service.ts';
import { KmsService } from '../services/kms/service.ts';
import { LakeFormationService } from '../services/lake-formation/service.ts';
import { LambdaService } from '../services/lambda/service.ts';
import { OrganizationsService } from '../services/organizations.ts';
import { RamService } from '../services/ram.ts';
import { RolesAnywhereService } from '../services/roles-anywhere/service.ts';
import { S3Service } from '../services/s3/service.ts';
import { SchedulerService } from '../services/scheduler/service.ts';
import { SecretsManagerService } from '../services/secrets-manager/service.ts';
import { SqsService } from '../services/sqs/service.ts';
import { SsmService } from '../services/ssm/service.ts';
import { StsService } from '../services/sts.ts';

/** Every service of a local mesh: what a new service is added to. */
export function allServices(cloud: Cloud): Service[] {
  return [
    new ApiGatewayService(cloud),
    new AthenaService(),
    new CloudFormationService(),
    new CloudTrailService(cloud),
    new DynamoDbService(cloud),
    new EventBridgeService(cloud),
    new ExecuteApiService(cloud),
    new FirehoseService(cloud),
    new GlueService(),
    new IamService(cloud),
    new KmsService(cloud),
    new LakeFormationService(),
    new LambdaService(cloud),
    new OrganizationsService(),
    new RamService(),
    new RolesAnywhereService(),
    new S3Service(cloud),
    new SchedulerService(cloud),
    new SecretsManagerService(cloud),
    new SqsService(cloud),
    new SsmService(),
    new StsService(),
  ];
}
