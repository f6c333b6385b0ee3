import { randomUUID } from 'node:crypto';
import { AwsError } from '../../core/error.ts';
import type { Call, Caller } from '../../core/service.ts';
import type { TrailRecord } from './model.ts';
import type { Candidate } from './select.ts';

/** Operations whose events are data events, by service, with the kind of resource that selectors know them by. */
const DATA_EVENTS: Readonly<Record<string, { readonly type: string; readonly pattern: RegExp }>> = {
  s3: { type: 'AWS::S3::Object', pattern: /Object|Multipart|UploadPart|^ListParts$/ },
  dynamodb: { type: 'AWS::DynamoDB::Table', pattern: /Item|^Query$|^Scan$|^Execute/ },
  lambda: { type: 'AWS::Lambda::Function', pattern: /^Invoke/ },
  sqs: { type: 'AWS::SQS::Queue', pattern: /Message/ },
  events: { type: 'AWS::Events::EventBus', pattern: /^PutEvents$/ },
  'execute-api': { type: 'AWS::ApiGateway::Stage', pattern: /./ },
};

/** Members whose values CloudTrail never shows, by operation (`*`: any), and what stands in their place. */
const OMITTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  StartQueryExecution: { queryString: '***OMITTED***' },
  CreateNamedQuery: { queryString: '***OMITTED***' },
  PutParameter: { value: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
  CreateFunction: { environment: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
  UpdateFunctionConfiguration: { environment: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
};
const SECRETS = new Set([
  'secretAccessKey',
  'sessionToken',
  'secretString',
  'secretBinary',
  'randomPassword',
  'plaintext',
  'localDirectory',
  'action',
  'version',
]);

/** CloudTrail's record of a call. */
export function recordOf(call: Call, outcome: { output?: unknown; error?: Error }): Candidate {
  const data = DATA_EVENTS[call.service];
  const isData = data?.pattern.test(call.operation) ?? false;
  const { error } = outcome;
  const input = call.input as Readonly<Record<string, unknown>> | undefined;
  const record: TrailRecord = {
    eventVersion: '1.11',
    userIdentity: identityOf(call.caller),
    eventTime: isoSeconds(call.at),
    eventSource: call.eventSource,
    eventName: call.operation,
    awsRegion: call.region,
    sourceIPAddress: call.caller.kind === 'service' ? call.caller.arn : '127.0.0.1',
    userAgent: call.caller.kind === 'service' ? call.caller.arn : 'weft-local',
    ...(error === undefined ? {} : { errorCode: codeOf(error), errorMessage: error.message }),
    requestParameters:
      input === undefined ? null : shown(call.operation, call.service === 's3' ? bucketAndKey(input) : input),
    responseElements:
      call.readOnly || call.service === 's3' || error !== undefined ? null : shown('*', outcome.output ?? null),
    requestID: call.requestId,
    eventID: randomUUID(),
    readOnly: call.readOnly,
    ...(isData ? { resources: call.resources.map((ARN) => ({ accountId: call.account, type: data?.type, ARN })) } : {}),
    eventType: 'AwsApiCall',
    managementEvent: !isData,
    recipientAccountId: call.account,
    eventCategory: isData ? 'Data' : 'Management',
  };
  return isData ? { record, resourceType: data?.type, resourceArn: call.resources[0] } : { record };
}

function bucketAndKey(input: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { bucketName: input.Bucket, ...(input.Key === '' || input.Key === undefined ? {} : { key: input.Key }) };
}

/** `userIdentity` of a caller. */
export function identityOf(caller: Caller): Record<string, unknown> {
  if (caller.kind === 'service') return { type: 'AWSService', invokedBy: caller.arn };
  if (caller.kind === 'root') {
    return { type: 'Root', principalId: caller.account, arn: caller.arn, accountId: caller.account };
  }
  return {
    type: 'AssumedRole',
    principalId: `${caller.principalId}:${caller.sessionName}`,
    arn: caller.arn,
    accountId: caller.account,
    sessionContext: {
      sessionIssuer: {
        type: 'Role',
        principalId: caller.principalId,
        arn: caller.roleArn,
        accountId: caller.account,
        userName: caller.roleArn?.slice(caller.roleArn.lastIndexOf('/') + 1),
      },
      attributes: { mfaAuthenticated: 'false' },
    },
  };
}

export function isoSeconds(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

function codeOf(error: Error): string {
  if (!(error instanceof AwsError)) return 'InternalFailure';
  return error.code === 'AccessDeniedException' ? 'AccessDenied' : error.code;
}

/** A value with member names as CloudTrail writes them, without bytes and secrets. */
function shown(operation: string, value: unknown): unknown {
  const omitted = OMITTED[operation] ?? {};
  const walk = (entry: unknown): unknown => {
    if (entry instanceof Date) return isoSeconds(entry.getTime());
    if (entry instanceof Uint8Array || typeof entry === 'function') return undefined;
    if (Array.isArray(entry)) return entry.map(walk);
    if (typeof entry !== 'object' || entry === null) return entry;
    const members: [string, unknown][] = [];
    for (const [name, member] of Object.entries(entry)) {
      const lower = name.charAt(0).toLowerCase() + name.slice(1);
      if (SECRETS.has(lower)) continue;
      members.push([lower, omitted[lower] ?? walk(member)]);
    }
    return Object.fromEntries(members);
  };
  return walk(value);
}
