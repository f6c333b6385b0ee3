import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { createObjectStore } from '#aws/s3.ts';

const REGION = 'us-east-1';
export const BUCKET = 'durable';
export const LOG_BUCKET = 'durable-log';
export const TABLE = 'durable';

export interface Clients {
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly dynamodb: DynamoDBClient;
  readonly events: EventBridgeClient;
  /** Where the trail's log is. */
  readonly log: ReturnType<typeof createObjectStore>;
}

/** Clients of a local AWS that try once: what they are not told did perhaps not happen. */
export async function clientsOf(endpoint: string): Promise<Clients> {
  const answer = await fetch(`${endpoint}/_weft/credentials`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ arn: 'arn:aws:iam::111111111111:root', sessionName: 'durability' }),
  });
  const { accessKeyId, secretAccessKey, sessionToken } = (await answer.json()) as Record<string, string>;
  const credentials = {
    accessKeyId: accessKeyId ?? '',
    secretAccessKey: secretAccessKey ?? '',
    sessionToken: sessionToken ?? '',
  };
  const requestHandler = new NodeHttpHandler({ connectionTimeout: 2_000, requestTimeout: 10_000 });
  const config = { region: REGION, endpoint, credentials, maxAttempts: 1, requestHandler };
  return {
    s3: new S3Client({ ...config, forcePathStyle: true }),
    sqs: new SQSClient(config),
    dynamodb: new DynamoDBClient(config),
    events: new EventBridgeClient(config),
    log: createObjectStore({ region: REGION, endpoint, credentials, requestHandler }, LOG_BUCKET, {
      attempts: 1,
      random: () => 0,
      sleep: async () => undefined,
    }),
  };
}
