import type { Cloud } from '../../core/cloud.ts';
import { AwsError } from '../../core/error.ts';
import { admits, type PolicyDocument, statementsOf } from '../../core/policy.ts';
import type { Codec, Context, Operations, Service, WireResponse } from '../../core/service.ts';
import { LambdaService } from '../lambda/service.ts';
import { type Deployment, findApi, type Stage, type StoredApi } from './model.ts';
import { proxyEvent, proxyResponse } from './proxy.ts';
import { findRoute, type Match } from './route.ts';
import { Throttle } from './throttle.ts';

interface Target {
  readonly apiId: string;
  readonly stageName: string;
  /** Percent-encoded, begins with `/`. */
  readonly path: string;
  readonly httpMethod: string;
}

const LIMIT = 10 * 1024 * 1024;
const INTEGRATION_TIMEOUT = 29_000;

const codec: Codec = {
  decode: (request) => {
    const named = /^([a-z0-9]+)\.execute-api\./i.exec(request.headers.host ?? '')?.[1];
    const whole = named === undefined ? request.path : `/_aws/execute-api/${named}${request.path}`;
    const [, apiId = '', stageName = '', path = ''] =
      /^\/_aws\/execute-api\/([^/]+)\/([^/]+)(\/.*)?$/.exec(whole) ?? [];
    return { operation: 'Invoke', input: { apiId, stageName, path: path || '/', httpMethod: request.method } };
  },
  encode: (_operation, output) => output as WireResponse,
  encodeError: (error, requestId) => ({
    status: error.status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': error.code, 'x-amzn-requestid': requestId },
    body: JSON.stringify({ [error.code === 'AccessDeniedException' ? 'Message' : 'message']: error.message }),
  }),
};

/**
 * The data plane of API Gateway: signed requests to `/_aws/execute-api/<api>/<stage>/<path>` on the shared port, or to `/<stage>/<path>` under
 * the API's own host name, authorized by IAM and the API's resource policy, answered by Lambda functions.
 */
export class ExecuteApiService implements Service {
  readonly signingName = 'execute-api';
  readonly codec = codec;
  readonly #cloud: Cloud;
  readonly #throttle: Throttle;
  readonly operations: Operations = {
    Invoke: {
      readOnly: true,
      resources: (input: Target) => [this.#arnOf(input)],
      run: (input: Target, context: Context) => this.#invoke(input, context),
    },
  };

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    this.#throttle = new Throttle(() => cloud.clock.now());
  }

  /** The policy under which a stage is served, by the ARN of one of its methods. */
  policyOf(arn: string): PolicyDocument | undefined {
    const [id = '', stageName] = (arn.split(':')[5] ?? '').split('/');
    const api = findApi(this.#cloud.store, id);
    const stage = api?.stages.find((one) => one.stageName === stageName);
    return api && expanded(api, api.deployments.find((one) => one.id === stage?.deploymentId)?.policy);
  }

  async #invoke(input: Target, context: Context): Promise<WireResponse> {
    const api = findApi(this.#cloud.store, input.apiId);
    const stage = api?.stages.find(({ stageName }) => stageName === input.stageName);
    const deployment = api?.deployments.find(({ id }) => id === stage?.deploymentId);
    if (api === undefined || stage === undefined || deployment === undefined) throw failure(403, 'Forbidden');
    const match = findRoute(deployment, input.httpMethod, input.path);
    if (match === undefined) throw failure(403, 'Missing Authentication Token');
    this.#authorize(api, deployment, input, context);
    if (!this.#throttle.admits(api.id, stage, match.resource.path, input.httpMethod)) {
      throw failure(429, 'Too Many Requests');
    }
    const { request } = context;
    if (request === undefined) throw failure(400, 'Bad Request');
    if (request.body.length > LIMIT) throw failure(413, 'Request Too Long');
    return this.#integrate(api, stage, match, input, context);
  }

  /** In the API's own account IAM is enough unless the policy denies; from another account the policy must allow. */
  #authorize(api: StoredApi, deployment: Deployment, input: Target, context: Context): void {
    const resource = this.#arnOf(input);
    const request = {
      caller: context.caller,
      action: 'execute-api:Invoke',
      resource,
      keys: { 'aws:SourceIp': '127.0.0.1' },
    };
    if (admits(this.#cloud.store, expanded(api, deployment.policy), api.account, request)) return;
    const masked = resource.replace(api.account, `********${api.account.slice(-4)}`);
    const text = `User: ${context.caller.arn} is not authorized to perform: execute-api:Invoke on resource: ${masked}`;
    throw new AwsError('AccessDeniedException', text, 403);
  }

  async #integrate(api: StoredApi, stage: Stage, match: Match, input: Target, context: Context): Promise<WireResponse> {
    const { request } = context;
    const { integration } = match.method;
    const functionArn = /:lambda:path\/2015-03-31\/functions\/(.+)\/invocations$/.exec(integration?.uri ?? '')?.[1];
    if (functionArn === undefined || request === undefined) throw failure(500, 'Internal server error');
    const event = proxyEvent(api, stage, match, decodePath(input.path), request, context);
    const principalId = 'apigateway.amazonaws.com';
    const caller = { kind: 'service', account: api.account, arn: principalId, principalId } as const;
    const sourceArn = `arn:aws:execute-api:${api.region}:${api.account}:${api.id}/${stage.stageName}/${input.httpMethod}${match.resource.path}`;
    const keys = { 'aws:SourceArn': sourceArn, 'aws:SourceAccount': api.account };
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<'timeout'>((resolve) => {
      timer = setTimeout(() => resolve('timeout'), integration?.timeoutInMillis ?? INTEGRATION_TIMEOUT);
    });
    try {
      const run = this.#cloud
        .service(LambdaService)
        .invokeAs(caller, functionArn, JSON.stringify(event), 'RequestResponse', keys);
      const outcome = await Promise.race([run, timeout]);
      if (outcome === 'timeout') throw failure(504, 'Endpoint request timed out');
      const response = outcome.functionError === undefined ? proxyResponse(outcome.payload) : undefined;
      if (response === undefined) throw failure(502, 'Internal server error');
      return response;
    } catch (error) {
      if (!(error instanceof AwsError) || error.code === 'ExecuteApi') throw error;
      throw failure(500, 'Internal server error');
    } finally {
      clearTimeout(timer);
    }
  }

  #arnOf(input: Target): string {
    const api = findApi(this.#cloud.store, input.apiId);
    const path = input.path.replace(/\/$/, '') || '/';
    return `arn:aws:execute-api:${api?.region ?? this.#cloud.region}:${api?.account ?? ''}:${input.apiId}/${input.stageName}/${input.httpMethod}${path}`;
  }
}

/** A policy whose resources are written in the short form `execute-api:/stage/method/path`, in the long one. */
function expanded(api: StoredApi, policy: PolicyDocument | undefined): PolicyDocument | undefined {
  if (policy === undefined) return undefined;
  const expand = (resource: string) =>
    resource.replace(/^execute-api:\//, `arn:aws:execute-api:${api.region}:${api.account}:${api.id}/`);
  return {
    ...policy,
    Statement: statementsOf(policy).map((statement) => ({
      ...statement,
      ...(statement.Resource === undefined ? {} : { Resource: [statement.Resource].flat().map(expand) }),
    })),
  };
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function failure(status: number, message: string): AwsError {
  return new AwsError('ExecuteApi', message, status);
}
