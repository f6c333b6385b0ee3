import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Cloud } from '#local/core/cloud.ts';
import { deployAssembly } from '#local/deployer/deploy.ts';
import { deleteStack } from '#local/deployer/deploy-stack.ts';
import { loadStack } from '#local/deployer/stack-record.ts';
import { allServices } from '#local/instance/services.ts';
import { ACCOUNT, temporaryFolder, writeAssembly } from './assembly.ts';

describe('CloudFormation, to read', () => {
  let cloud: Cloud;
  const template = {
    Description: 'a test',
    Resources: {
      A: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/a', Type: 'String', Value: '1' } },
      B: {
        Type: 'AWS::SSM::Parameter',
        Properties: { Name: '/b', Type: 'String', Value: '1' },
        DeletionPolicy: 'Retain',
      },
    },
    Outputs: { Name: { Value: { Ref: 'A' }, Export: { Name: 'name-of-a' } } },
  };
  const call = (operation: string, input: object = {}) => {
    const service = cloud.serviceNamed('cloudformation');
    if (service === undefined) throw new Error('no cloudformation');
    const arn = `arn:aws:iam::${ACCOUNT}:root`;
    const context = cloud.contextFor({ kind: 'root', account: ACCOUNT, arn, principalId: ACCOUNT });
    return cloud.invoke(service, operation, input, context);
  };

  beforeEach(async () => {
    cloud = new Cloud({ folder: temporaryFolder() });
    for (const service of allServices(cloud)) cloud.register(service);
    await deployAssembly(cloud, writeAssembly({ app: { template } }));
  });

  afterEach(() => cloud.close());

  test('lists stacks, resources, exports and gives the template back', async () => {
    expect(await call('ListStacks')).toMatchObject({
      StackSummaries: [{ StackName: 'app', TemplateDescription: 'a test' }],
    });
    expect(await call('DescribeStackResources', { StackName: 'app', LogicalResourceId: 'B' })).toMatchObject({
      StackResources: [{ LogicalResourceId: 'B', PhysicalResourceId: '/b', ResourceType: 'AWS::SSM::Parameter' }],
    });
    expect(await call('ListExports')).toMatchObject({ Exports: [{ Name: 'name-of-a', Value: '/a' }] });
    const answer = (await call('GetTemplate', { StackName: 'app' })) as { TemplateBody: string };
    expect(JSON.parse(answer.TemplateBody)).toEqual(template);
  });

  test('answers over the wire as the query protocol does', async () => {
    const { request } = await import('node:http');
    const { serve } = await import('#local/core/server.ts');
    const { SignatureV4 } = await import('@smithy/signature-v4');
    const { Sha256 } = await import('@aws-crypto/sha256-js');
    const { HttpRequest } = await import('@smithy/protocol-http');
    const server = await serve(cloud, 0);
    const credentials = cloud.credentials(`arn:aws:iam::${ACCOUNT}:root`);
    const { accessKeyId, secretAccessKey, sessionToken } = credentials;
    const signer = new SignatureV4({
      credentials: { accessKeyId, secretAccessKey, sessionToken },
      region: 'us-east-1',
      service: 'cloudformation',
      sha256: Sha256,
    });
    const body = 'Action=DescribeStacks&Version=2010-05-15&StackName=app';
    const signed = await signer.sign(
      new HttpRequest({
        method: 'POST',
        protocol: 'http:',
        hostname: '127.0.0.1',
        path: '/',
        headers: { host: `127.0.0.1:${server.port}`, 'content-type': 'application/x-www-form-urlencoded' },
        body,
      }),
    );
    const text = await new Promise<string>((resolve) => {
      request(server.endpoint, { method: 'POST', headers: signed.headers }, (response) => {
        response.setEncoding('utf8').on('data', resolve);
      }).end(body);
    });
    expect(text).toContain('<StackStatus>CREATE_COMPLETE</StackStatus>');
    expect(text).toContain('<OutputValue>/a</OutputValue>');
    await server.close();
  });

  test('forgets a stack that is deleted, with its exports, and leaves what is to be retained', async () => {
    const record = loadStack(cloud.store, ACCOUNT, 'us-east-1', 'app');
    if (record === undefined) throw new Error('no stack');
    await deleteStack(cloud, record, { assets: new Map() });
    expect(await call('ListStacks')).toEqual({ StackSummaries: [] });
    expect(await call('ListExports')).toEqual({ Exports: [] });
    const ssm = cloud.serviceNamed('ssm');
    if (ssm === undefined) throw new Error('no ssm');
    const arn = `arn:aws:iam::${ACCOUNT}:root`;
    const context = cloud.contextFor({ kind: 'root', account: ACCOUNT, arn, principalId: ACCOUNT });
    await expect(cloud.invoke(ssm, 'GetParameter', { Name: '/a' }, context)).rejects.toMatchObject({
      code: 'ParameterNotFound',
    });
    expect(await cloud.invoke(ssm, 'GetParameter', { Name: '/b' }, context)).toMatchObject({
      Parameter: { Value: '1' },
    });
  });
});
