import type { Cloud } from '#local/core/cloud.ts';
import { openInstance } from '#local/instance/instance.ts';
import { DynamoDbService } from '#local/services/dynamodb/service.ts';
import { EventBridgeService } from '#local/services/eventbridge/service.ts';
import { S3Service } from '#local/services/s3/service.ts';
import { SqsService } from '#local/services/sqs/service.ts';
import { StsService } from '#local/services/sts.ts';

/** A local AWS that lives until it is killed; it says when it is up. */
const [folder = '', port = '0'] = process.argv.slice(2);
const services = (cloud: Cloud) => [
  new DynamoDbService(cloud),
  new EventBridgeService(cloud),
  new S3Service(cloud),
  new SqsService(cloud),
  new StsService(),
];
const instance = await openInstance({ folder, port: Number(port), pinned: port !== '0', services });
process.send?.({ endpoint: instance.endpoint, port: instance.port });
