import type { Context, WireRequest, WireResponse } from '../../core/service.ts';
import type { StoredApi } from './model.ts';
import type { Match } from './route.ts';

/** The event of a Lambda proxy integration, payload format 1.0. */
export function proxyEvent(
  api: StoredApi,
  stage: { readonly stageName: string; readonly variables?: Readonly<Record<string, string>> },
  match: Match,
  path: string,
  request: WireRequest,
  context: Context,
) {
  const { caller } = context;
  const headers = { ...request.headers };
  const list = (record: Readonly<Record<string, string>>) =>
    Object.fromEntries(Object.entries(record).map(([name, value]) => [name, [value]]));
  const orNull = <T extends object>(record: T) => (Object.keys(record).length === 0 ? null : record);
  return {
    resource: match.resource.path,
    path,
    httpMethod: request.method,
    headers,
    multiValueHeaders: list(headers),
    queryStringParameters: orNull(request.query),
    multiValueQueryStringParameters: orNull(list(request.query)),
    pathParameters: orNull(match.parameters),
    stageVariables: stage.variables ?? null,
    requestContext: {
      resourceId: match.resource.id,
      resourcePath: match.resource.path,
      httpMethod: request.method,
      extendedRequestId: context.requestId.slice(0, 16),
      requestTime: commonLogTime(context.now),
      requestTimeEpoch: context.now,
      path: `/${stage.stageName}${path}`,
      accountId: api.account,
      protocol: 'HTTP/1.1',
      stage: stage.stageName,
      domainPrefix: api.id,
      domainName: `${api.id}.execute-api.${api.region}.amazonaws.com`,
      requestId: context.requestId,
      apiId: api.id,
      identity: {
        cognitoIdentityPoolId: null,
        accountId: caller.account,
        cognitoIdentityId: null,
        caller: caller.kind === 'role' ? `${caller.principalId}:${caller.sessionName}` : caller.principalId,
        accessKey: accessKeyOf(request),
        sourceIp: '127.0.0.1',
        principalOrgId: null,
        cognitoAuthenticationType: null,
        cognitoAuthenticationProvider: null,
        userArn: caller.arn,
        userAgent: request.headers['user-agent'] ?? null,
        user: caller.kind === 'role' ? `${caller.principalId}:${caller.sessionName}` : caller.principalId,
      },
    },
    body: request.body.length === 0 ? null : request.body.toString('utf8'),
    isBase64Encoded: false,
  };
}

interface ProxyAnswer {
  readonly statusCode?: unknown;
  readonly headers?: Readonly<Record<string, unknown>> | null;
  readonly multiValueHeaders?: Readonly<Record<string, readonly unknown[]>> | null;
  readonly body?: unknown;
  readonly isBase64Encoded?: unknown;
}

/** The response that a function's answer stands for; undefined when it is malformed. */
export function proxyResponse(payload: string): WireResponse | undefined {
  const answer = JSON.parse(payload) as ProxyAnswer | null;
  if (answer === null || typeof answer !== 'object' || Array.isArray(answer)) return undefined;
  const status = Number(answer.statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599) return undefined;
  if (answer.body !== undefined && answer.body !== null && typeof answer.body !== 'string') return undefined;
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  for (const [name, value] of Object.entries(answer.headers ?? {})) headers[name.toLowerCase()] = String(value);
  for (const [name, values] of Object.entries(answer.multiValueHeaders ?? {}))
    headers[name.toLowerCase()] = values.join(',');
  const body = answer.body ?? '';
  return { status, headers, body: answer.isBase64Encoded === true ? Buffer.from(body, 'base64') : body };
}

function accessKeyOf(request: WireRequest): string | null {
  return /Credential=([^/]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? null;
}

function commonLogTime(at: number): string {
  const [, day = '', month = '', year = '', time = ''] =
    /(\d\d) (\w{3}) (\d{4}) ([\d:]{8})/.exec(new Date(at).toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
}
