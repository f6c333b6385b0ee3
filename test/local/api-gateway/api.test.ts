import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sha256 } from '@aws-crypto/sha256-js';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { Clock } from '#local/core/clock.ts';
import { Cloud, callerFor } from '#local/core/cloud.ts';
import { setOrganization } from '#local/core/organization.ts';
import { type LocalServer, serve } from '#local/core/server.ts';
import { ExecuteApiService } from '#local/services/api-gateway/execute-api.ts';
import { ApiGatewayService } from '#local/services/api-gateway/service.ts';
import { LambdaService } from '#local/services/lambda/service.ts';
import { bundle } from '../lambda/bundle.ts';

const OWNER = '111111111111';
const MEMBER = 'arn:aws:iam::222222222222:role/analyst';
const STRANGER = 'arn:aws:iam::333333333333:role/analyst';
const FUNCTION = `arn:aws:lambda:us-east-1:${OWNER}:function:api`;

describe('a REST API on the local cloud', () => {
  let cloud: Cloud;
  let server: LocalServer;
  let clock: Clock;
  let apiId = '';

  const call = async (operation: string, input: object, service = 'apigateway') => {
    const found = cloud.serviceNamed(service);
    if (found === undefined) throw new Error(service);
    const context = cloud.contextFor(callerFor(`arn:aws:iam::${OWNER}:root`, 'x'));
    return (await cloud.invoke(found, operation, input, context)) as Record<string, string>;
  };

  const admit = () =>
    call(
      'AddPermission',
      {
        FunctionName: 'api',
        StatementId: 'api',
        Action: 'lambda:InvokeFunction',
        Principal: 'apigateway.amazonaws.com',
        SourceArn: `arn:aws:execute-api:us-east-1:${OWNER}:${apiId}/*`,
      },
      'lambda',
    );

  beforeAll(async () => {
    clock = new Clock(Date.now());
    cloud = new Cloud({ folder: mkdtempSync(join(tmpdir(), 'weft-')), clock });
    cloud.register(new LambdaService(cloud));
    cloud.register(new ApiGatewayService(cloud));
    cloud.register(new ExecuteApiService(cloud));
    setOrganization(cloud.store, '222222222222', 'o-mesh');
    server = await serve(cloud, 0);
    await call(
      'CreateFunction',
      {
        FunctionName: 'api',
        Runtime: 'nodejs24.x',
        Role: `arn:aws:iam::${OWNER}:role/api`,
        Handler: 'index.handler',
        MemorySize: 256,
        Code: {
          LocalDirectory: bundle(`export const handler = async (event) => {
            if (event.path.includes('malformed')) return { hello: 1 };
            if (event.path.includes('fails')) throw new Error('no');
            if (event.path.includes('slow')) await new Promise((resolve) => setTimeout(resolve, 1500));
            return { statusCode: 201, headers: { 'X-Mine': 'yes' }, body: JSON.stringify(event) };
          };`),
        },
      },
      'lambda',
    );
    const policy = {
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: '*',
          Action: 'execute-api:Invoke',
          Resource: 'execute-api:/*',
          Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-mesh' } },
        },
        { Effect: 'Deny', Principal: '*', Action: 'execute-api:Invoke', Resource: 'execute-api:/*/*/secret' },
      ],
    };
    const api = await call('CreateRestApi', { name: 'mesh', policy: JSON.stringify(policy) });
    apiId = api.id ?? '';
    const uri = `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${FUNCTION}/invocations`;
    const method = async (resourceId: string | undefined, httpMethod: string, more: object = {}) => {
      const at = { restApiId: apiId, resourceId, httpMethod };
      await call('PutMethod', { ...at, authorizationType: 'AWS_IAM' });
      await call('PutIntegration', { ...at, type: 'AWS_PROXY', uri, ...more });
    };
    const proxy = await call('CreateResource', {
      restApiId: apiId,
      parentId: api.rootResourceId,
      pathPart: '{proxy+}',
    });
    const items = await call('CreateResource', { restApiId: apiId, parentId: api.rootResourceId, pathPart: 'items' });
    const item = await call('CreateResource', { restApiId: apiId, parentId: items.id, pathPart: '{id}' });
    const slow = await call('CreateResource', { restApiId: apiId, parentId: api.rootResourceId, pathPart: 'slow' });
    await method(proxy.id, 'ANY');
    await method(slow.id, 'GET', { timeoutInMillis: 100 });
    await method(item.id, 'GET');
    const deployment = await call('CreateDeployment', { restApiId: apiId });
    const methodSettings = [
      { ResourcePath: '/~1items~1{id}', HttpMethod: 'GET', ThrottlingRateLimit: 1, ThrottlingBurstLimit: 2 },
    ];
    await call('CreateStage', { restApiId: apiId, stageName: 'v1', deploymentId: deployment.id, methodSettings });
    await admit();
  });

  afterAll(async () => {
    await server.close();
    await cloud.close();
  });

  const send = async (
    role: string,
    method: string,
    path: string,
    body?: string,
    query: Record<string, string> = {},
  ) => {
    const { accessKeyId, secretAccessKey, sessionToken } = cloud.credentials(role, 'ann');
    const signer = new SignatureV4({
      service: 'execute-api',
      region: 'us-east-1',
      sha256: Sha256,
      credentials: { accessKeyId, secretAccessKey, sessionToken },
    });
    const url = new URL(`${cloud.service(ApiGatewayService).urlOf(apiId, 'v1')}${path}`);
    const request = new HttpRequest({
      method,
      protocol: 'http:',
      hostname: url.hostname,
      port: Number(url.port),
      path: url.pathname,
      query,
      headers: { host: url.host, 'content-type': 'application/json' },
      body,
    });
    const signed = await signer.sign(request);
    url.search = new URLSearchParams(query).toString();
    const response = await fetch(url, { method, headers: signed.headers, body });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
  };

  test('gives the function the caller, path, query and body, and the caller its answer', async () => {
    const { status, headers, body } = await send(MEMBER, 'POST', '/products/plan', '{"a":1}', { q: 'x' });
    expect(status).toBe(201);
    expect(headers.get('x-mine')).toBe('yes');
    expect(body).toMatchObject({
      resource: '/{proxy+}',
      path: '/products/plan',
      httpMethod: 'POST',
      pathParameters: { proxy: 'products/plan' },
      queryStringParameters: { q: 'x' },
      body: '{"a":1}',
      requestContext: {
        stage: 'v1',
        identity: { accountId: '222222222222', userArn: 'arn:aws:sts::222222222222:assumed-role/analyst/ann' },
      },
    });
  });

  test('the more exact route wins, and a stage may limit its rate', async () => {
    expect((await send(MEMBER, 'GET', '/items/a%20b')).body).toMatchObject({
      resource: '/items/{id}',
      pathParameters: { id: 'a b' },
    });
    expect((await send(MEMBER, 'GET', '/items/2')).status).toBe(201);
    expect(await send(MEMBER, 'GET', '/items/3')).toMatchObject({
      status: 429,
      body: { message: 'Too Many Requests' },
    });
    clock.advance(1000);
    expect((await send(MEMBER, 'GET', '/items/4')).status).toBe(201);
  });

  test('refuses who is not of the organization, and what the policy denies, to the owner too', async () => {
    const refused = await send(STRANGER, 'GET', '/products');
    expect(refused.status).toBe(403);
    expect(refused.body.Message).toBe(
      `User: arn:aws:sts::333333333333:assumed-role/analyst/ann is not authorized to perform: execute-api:Invoke on resource: arn:aws:execute-api:us-east-1:********1111:${apiId}/v1/GET/products`,
    );
    const owner = `arn:aws:iam::${OWNER}:role/platform`;
    expect((await send(owner, 'GET', '/products')).status).toBe(201);
    expect((await send(owner, 'GET', '/secret')).status).toBe(403);
  });

  test('answers for a route that is not there, a bad answer and a failing function', async () => {
    expect(await send(MEMBER, 'GET', '/')).toMatchObject({
      status: 403,
      body: { message: 'Missing Authentication Token' },
    });
    expect(await send(MEMBER, 'GET', '/malformed')).toMatchObject({
      status: 502,
      body: { message: 'Internal server error' },
    });
    expect((await send(MEMBER, 'GET', '/fails')).status).toBe(502);
  });

  test('gives up on a function that takes too long', async () => {
    expect(await send(MEMBER, 'GET', '/slow')).toMatchObject({
      status: 504,
      body: { message: 'Endpoint request timed out' },
    });
  });

  test('takes a body of ten megabytes and not more', async () => {
    expect(await send(MEMBER, 'POST', '/products', 'x'.repeat(10 * 1024 * 1024 + 1))).toMatchObject({
      status: 413,
      body: { message: 'Request Too Long' },
    });
  });

  test('fails as a whole when the function does not admit the API', async () => {
    await call('RemovePermission', { FunctionName: 'api', StatementId: 'api' }, 'lambda');
    const refused = await send(MEMBER, 'GET', '/products');
    await admit();
    expect(refused).toMatchObject({ status: 500, body: { message: 'Internal server error' } });
    expect((await send(MEMBER, 'GET', '/products')).status).toBe(201);
  });

  test('answers an unsigned request in JSON', async () => {
    const response = await fetch(`${cloud.service(ApiGatewayService).urlOf(apiId, 'v1')}/products`);
    expect(response.status).toBe(403);
    expect(await response.json()).toEqual({ message: 'Missing Authentication Token' });
  });
});
