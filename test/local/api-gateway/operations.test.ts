import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Clock } from '#local/core/clock.ts';
import { Cloud, callerFor } from '#local/core/cloud.ts';
import { ApiGatewayService } from '#local/services/api-gateway/service.ts';

describe('the control plane of API Gateway', () => {
  let cloud: Cloud;
  let restApiId = '';
  let resourceId = '';

  const call = async (operation: string, input: object = {}) => {
    const context = cloud.contextFor(callerFor('arn:aws:iam::111111111111:root', 'x'));
    const output = await cloud.invoke(cloud.service(ApiGatewayService), operation, { restApiId, ...input }, context);
    return (output ?? {}) as Record<string, string>;
  };

  beforeEach(async () => {
    cloud = new Cloud({ folder: mkdtempSync(join(tmpdir(), 'weft-')), clock: new Clock() });
    cloud.register(new ApiGatewayService(cloud));
    const context = cloud.contextFor(callerFor('arn:aws:iam::111111111111:root', 'x'));
    const api = await cloud.invoke(cloud.service(ApiGatewayService), 'CreateRestApi', { name: 'mesh' }, context);
    const { id, rootResourceId } = api as { id: string; rootResourceId: string };
    restApiId = id;
    resourceId = (await call('CreateResource', { parentId: rootResourceId, pathPart: 'items' })).id ?? '';
    await call('PutMethod', { resourceId, httpMethod: 'GET', authorizationType: 'AWS_IAM' });
  });
  afterEach(() => cloud.close());

  const uri = 'arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn/invocations';
  const integrate = () => call('PutIntegration', { resourceId, httpMethod: 'GET', type: 'AWS_PROXY', uri });

  test('an API is shown, listed, patched and deleted', async () => {
    const patchOperations = [{ op: 'replace', path: '/policy', value: '{"Statement":[]}' }];
    await call('UpdateRestApi', { patchOperations });
    expect(await call('GetRestApi')).toMatchObject({ name: 'mesh', policy: '{"Statement":[]}' });
    expect((await call('GetRestApis')).item).toHaveLength(1);
    await call('DeleteRestApi');
    await expect(call('GetRestApi')).rejects.toMatchObject({ code: 'NotFoundException' });
  });

  test('resources and methods come and go', async () => {
    await integrate();
    expect(await call('GetMethod', { resourceId, httpMethod: 'GET' })).toMatchObject({ integration: { uri } });
    await call('DeleteMethod', { resourceId, httpMethod: 'GET' });
    await expect(call('GetMethod', { resourceId, httpMethod: 'GET' })).rejects.toMatchObject({
      code: 'NotFoundException',
    });
    await call('DeleteResource', { resourceId });
    expect((await call('GetResources')).item).toEqual([expect.objectContaining({ path: '/' })]);
  });

  test('a stage serves a deployment, which it keeps from being deleted', async () => {
    await expect(call('CreateDeployment')).rejects.toThrow('No integration');
    await integrate();
    const { id: deploymentId } = await call('CreateDeployment');
    const { id: second } = await call('CreateDeployment');
    await call('CreateStage', { stageName: 'v1', deploymentId });
    await expect(call('DeleteDeployment', { deploymentId })).rejects.toThrow('Active stages');
    const patchOperations = [{ op: 'replace', path: '/deploymentId', value: second }];
    await call('UpdateStage', { stageName: 'v1', patchOperations });
    expect(await call('GetStage', { stageName: 'v1' })).toMatchObject({ deploymentId: second });
    await call('DeleteDeployment', { deploymentId });
    await call('DeleteStage', { stageName: 'v1' });
    expect((await call('GetStages')).item).toEqual([]);
  });

  test('what is not modelled is refused by name', async () => {
    await expect(call('PutMethod', { resourceId, httpMethod: 'PUT', authorizationType: 'CUSTOM' })).rejects.toThrow(
      'CUSTOM',
    );
    await expect(call('UpdateRestApi', { binaryMediaTypes: ['x'] })).rejects.toThrow('binaryMediaTypes');
    const mock = { resourceId, httpMethod: 'GET', type: 'MOCK' };
    await expect(call('PutIntegration', mock)).rejects.toThrow('MOCK');
  });
});
