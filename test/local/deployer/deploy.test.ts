import { DeleteParameterCommand, GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Cloud } from '#local/core/cloud.ts';
import { deployAssembly } from '#local/deployer/deploy.ts';
import type { DeployEvent } from '#local/deployer/progress.ts';
import { listStacks, loadStack } from '#local/deployer/stack-record.ts';
import type { ResourceDefinition } from '#local/deployer/template/template.ts';
import { allServices } from '#local/instance/services.ts';
import { S3Service } from '#local/services/s3/service.ts';
import { ACCOUNT, temporaryFolder, writeAssembly } from './assembly.ts';

const OTHER = '222222222222';

function parameter(Name: string | undefined, Value: unknown, more: object = {}): ResourceDefinition {
  return {
    Type: 'AWS::SSM::Parameter',
    Properties: { Type: 'String', Value, ...(Name ? { Name } : {}) } as never,
    ...more,
  };
}

describe('deploying an assembly', () => {
  let cloud: Cloud;

  beforeEach(() => {
    cloud = new Cloud({ folder: temporaryFolder() });
    for (const service of allServices(cloud)) cloud.register(service);
  });

  afterEach(() => cloud.close());

  const readBack = async (name: string, account = ACCOUNT): Promise<string | undefined> => {
    const ssm = new SSMClient(cloud.clientConfig(`arn:aws:iam::${account}:root`));
    try {
      return (await ssm.send(new GetParameterCommand({ Name: name }))).Parameter?.Value;
    } catch (error) {
      if ((error as Error).name === 'ParameterNotFound') return undefined;
      throw error;
    }
  };
  const deploy = (Resources: Record<string, ResourceDefinition>, more: object = {}) =>
    deployAssembly(cloud, writeAssembly({ app: { template: { Resources, ...more } } }));
  const physicalIds = () =>
    Object.fromEntries(
      Object.values(loadStack(cloud.store, ACCOUNT, 'us-east-1', 'app')?.resources ?? {}).map((resource) => [
        resource.logicalId,
        resource.physicalId,
      ]),
    );

  test('makes each stack in its own account, in dependency order, and hands exports on', async () => {
    const assembly = writeAssembly({
      reader: {
        dependencies: ['writer'],
        template: { Resources: { P: parameter('/reader', { 'Fn::ImportValue': 'shared' }) } },
      },
      writer: {
        template: {
          Resources: { P: parameter('/writer', { 'Fn::Sub': '${AWS::AccountId}/${AWS::StackName}' }) },
          Outputs: { Shared: { Value: { Ref: 'P' }, Export: { Name: 'shared' } } },
        },
      },
      elsewhere: { account: OTHER, template: { Resources: { P: parameter('/writer', 'mine') } } },
    });
    const result = await deployAssembly(cloud, assembly);
    expect(result.stacks.map(({ stack, outcome }) => [stack, outcome])).toEqual([
      ['writer', 'created'],
      ['reader', 'created'],
      ['elsewhere', 'created'],
    ]);
    expect(await readBack('/writer')).toBe(`${ACCOUNT}/writer`);
    expect(await readBack('/reader')).toBe('/writer');
    expect(await readBack('/writer', OTHER)).toBe('mine');
  });

  test('acts as the CloudFormation execution role of the account', async () => {
    const callers = new Set<string>();
    cloud.observe({
      before: ({ operation, caller, input }) => {
        if (operation === 'PutParameter' && (input as { Name: string }).Name === '/a') callers.add(caller.arn);
      },
    });
    await deploy({ A: parameter('/a', '1') });
    const role = `cdk-hnb659fds-cfn-exec-role-${ACCOUNT}-us-east-1`;
    expect([...callers]).toEqual([`arn:aws:sts::${ACCOUNT}:assumed-role/${role}/AWSCloudFormation`]);
  });

  test('reads SSM parameter types and dynamic references', async () => {
    await deploy({ A: parameter('/first', 'one') });
    const result = await deployAssembly(
      cloud,
      writeAssembly({
        second: {
          template: {
            Parameters: {
              BootstrapVersion: {
                Type: 'AWS::SSM::Parameter::Value<String>',
                Default: '/cdk-bootstrap/hnb659fds/version',
              },
            },
            Resources: { B: parameter('/second', { 'Fn::Sub': '{{resolve:ssm:/first}} ${BootstrapVersion}' }) },
          },
        },
      }),
    );
    expect(result.ok).toBe(true);
    expect(await readBack('/second')).toMatch(/^one \d+$/);
  });

  test('leaves a stack alone that did not change, and changes just what did', async () => {
    await deploy({ A: parameter('/a', '1'), B: parameter('/b', { Ref: 'A' }) });
    const writes: string[] = [];
    cloud.observe({ before: ({ operation, readOnly }) => void (readOnly || writes.push(operation)) });
    const same = await deploy({ A: parameter('/a', '1'), B: parameter('/b', { Ref: 'A' }) });
    expect(same.stacks[0]).toMatchObject({ outcome: 'unchanged', counts: { unchanged: 2 } });
    expect(writes).toEqual([]);
    const changed = await deploy({ A: parameter('/a', '2'), B: parameter('/b', { Ref: 'A' }) });
    expect(changed.stacks[0]).toMatchObject({ outcome: 'updated', counts: { updated: 1, unchanged: 1 } });
    expect(writes).toEqual(['PutParameter']);
    expect(await readBack('/a')).toBe('2');
  });

  test('replaces what cannot change in place, new before old, and what refers to it follows', async () => {
    await deploy({ A: parameter('/old', '1'), B: parameter('/b', { Ref: 'A' }) });
    const order: string[] = [];
    cloud.observe({ before: ({ operation, readOnly }) => void (readOnly || order.push(operation)) });
    const result = await deploy({ A: parameter('/new', '1'), B: parameter('/b', { Ref: 'A' }) });
    expect(result.stacks[0]?.counts).toMatchObject({ replaced: 1, updated: 1 });
    expect(order).toEqual(['PutParameter', 'PutParameter', 'DeleteParameter']);
    expect([await readBack('/old'), await readBack('/new'), await readBack('/b')]).toEqual([undefined, '1', '/new']);
  });

  test('makes up names, the same each time, and another one for a replacement', async () => {
    await deploy({ Made: parameter(undefined, '1') });
    const first = physicalIds().Made;
    expect(first).toMatch(/^app-Made-[A-Z0-9]{12}$/);
    await deploy({ Made: parameter(undefined, '2') });
    expect(physicalIds().Made).toBe(first);
    const other = new Cloud({ folder: temporaryFolder() });
    for (const service of allServices(other)) other.register(service);
    await deployAssembly(
      other,
      writeAssembly({ app: { template: { Resources: { Made: parameter(undefined, '1') } } } }),
    );
    expect(loadStack(other.store, ACCOUNT, 'us-east-1', 'app')?.resources.Made?.physicalId).toBe(first);
    await other.close();
  });

  test('deletes what left the template, unless it is to be retained', async () => {
    await deploy({
      Keep: parameter('/keep', '1'),
      Gone: parameter('/gone', '1'),
      Stays: parameter('/stays', '1', { DeletionPolicy: 'Retain' }),
    });
    const result = await deploy({ Keep: parameter('/keep', '1') });
    expect(result.stacks[0]?.counts.deleted).toBe(2);
    expect([await readBack('/gone'), await readBack('/stays')]).toEqual([undefined, '1']);
    expect(Object.keys(physicalIds())).toEqual(['Keep']);
  });

  test('takes back all of a new stack when one resource fails, and names it', async () => {
    const result = await deploy({ A: parameter('/a', '1'), Z: parameter('//broken name', { Ref: 'A' }) });
    expect(result.ok).toBe(false);
    expect(result.stacks[0]?.error).toMatchObject({
      code: 'WEFT-LOCAL-014',
      message: expect.stringMatching(/^Z \(AWS::SSM::Parameter\) cannot be created: ValidationException: /) as unknown,
    });
    expect(await readBack('/a')).toBeUndefined();
    expect(listStacks(cloud.store, ACCOUNT, 'us-east-1')).toEqual([]);
  });

  test('takes back an update that fails: created gone, changed as before, replaced still there', async () => {
    await deploy({ A: parameter('/a', '1'), R: parameter('/r', '1') });
    const result = await deploy({
      A: parameter('/a', '2'),
      R: parameter('/r2', '1'),
      N: parameter('/n', '1'),
      Z: parameter('//broken name', { 'Fn::Join': ['', [{ Ref: 'A' }, { Ref: 'R' }, { Ref: 'N' }]] }),
    });
    expect(result.stacks[0]?.outcome).toBe('failed');
    const values = await Promise.all(['/a', '/r', '/r2', '/n'].map((name) => readBack(name)));
    expect(values).toEqual(['1', '1', undefined, undefined]);
    expect(loadStack(cloud.store, ACCOUNT, 'us-east-1', 'app')).toMatchObject({ status: 'UPDATE_ROLLBACK_COMPLETE' });
    const again = await deploy({ A: parameter('/a', '3'), R: parameter('/r', '1') });
    expect(again.stacks[0]?.counts).toMatchObject({ updated: 1, unchanged: 1 });
  });

  test('goes on with other stacks when one fails, and skips those that need it', async () => {
    const assembly = writeAssembly({
      bad: { template: { Resources: { X: parameter('//no', '1') } } },
      needs: { dependencies: ['bad'], template: { Resources: { X: parameter('/needs', '1') } } },
      good: { account: OTHER, template: { Resources: { X: parameter('/good', '1') } } },
    });
    const result = await deployAssembly(cloud, assembly);
    expect(result.ok).toBe(false);
    expect(result.stacks.map(({ outcome }) => outcome)).toEqual(['failed', 'skipped', 'created']);
    expect(await readBack('/good', OTHER)).toBe('1');
  });

  test.each([
    ['a type that it does not know', { X: { Type: 'AWS::EC2::Instance' } }, {}, 'WEFT-LOCAL-012', 'AWS::EC2::Instance'],
    ['a custom resource', { X: { Type: 'Custom::S3AutoDeleteObjects' } }, {}, 'WEFT-LOCAL-012', 'Custom::S3AutoDelete'],
    [
      'a property that it does not know',
      { X: parameter('/x', '1'), Y: { Type: 'AWS::SSM::Parameter', Properties: { Policies: '[]' } } },
      {},
      'WEFT-LOCAL-013',
      'property Policies',
    ],
    [
      'a section that it does not know',
      { X: parameter('/x', '1') },
      { Transform: 'AWS::Serverless-2016-10-31' },
      'WEFT-LOCAL-011',
      'Transform',
    ],
    [
      'a circle',
      { A: parameter('/a', { Ref: 'B' }), B: parameter('/b', { Ref: 'A' }) },
      {},
      'WEFT-LOCAL-016',
      'A -> B -> A',
    ],
  ] as const)('refuses %s before anything is made', async (_name, resources, more, code, text) => {
    const writes: string[] = [];
    await deploy({});
    cloud.observe({ before: ({ operation, readOnly }) => void (readOnly || writes.push(operation)) });
    const result = await deploy(resources as Record<string, ResourceDefinition>, more);
    expect(result.stacks[0]?.error).toMatchObject({ code, message: expect.stringContaining(text) as unknown });
    expect(writes).toEqual([]);
  });

  test('leaves out what a condition excludes, and says so no more', async () => {
    const Conditions = { Never: { 'Fn::Equals': ['a', 'b'] } };
    const result = await deploy(
      { A: parameter('/a', '1'), B: parameter('/b', '1', { Condition: 'Never' }) },
      { Conditions, Outputs: { No: { Value: 'x', Condition: 'Never' }, Yes: { Value: 'y' } } },
    );
    expect(result.stacks[0]).toMatchObject({ counts: { created: 1 }, outputs: { Yes: 'y' } });
    expect(result.stacks[0]?.outputs).not.toHaveProperty('No');
    expect(await readBack('/b')).toBeUndefined();
  });

  test('keeps an update whose leftovers cannot be deleted, says so, and tries again next time', async () => {
    const bucket: ResourceDefinition = { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'full' } };
    await deploy({ A: parameter('/a', '1'), B: bucket });
    cloud.service(S3Service).put('full', 'key', 'bytes');
    const result = await deploy({ A: parameter('/a', '2') });
    expect(result.stacks[0]).toMatchObject({ outcome: 'failed', error: { code: 'WEFT-LOCAL-014' } });
    expect(result.stacks[0]?.error?.message).toContain('B (AWS::S3::Bucket) cannot be deleted: BucketNotEmpty');
    expect(await readBack('/a')).toBe('2');
    expect(loadStack(cloud.store, ACCOUNT, 'us-east-1', 'app')).toMatchObject({
      status: 'UPDATE_COMPLETE',
      resources: { B: { status: 'DELETE_FAILED' } },
    });
    const { S3Client, DeleteObjectCommand } = await import('@aws-sdk/client-s3');
    const s3 = new S3Client(cloud.clientConfig(`arn:aws:iam::${ACCOUNT}:root`));
    await s3.send(new DeleteObjectCommand({ Bucket: 'full', Key: 'key' }));
    expect((await deploy({ A: parameter('/a', '2') })).stacks[0]).toMatchObject({ counts: { deleted: 1 } });
  });

  test('takes what somebody else deleted for deleted', async () => {
    await deploy({ A: parameter('/a', '1'), B: parameter('/b', '1') });
    const ssm = new SSMClient(cloud.clientConfig(`arn:aws:iam::${ACCOUNT}:root`));
    await ssm.send(new DeleteParameterCommand({ Name: '/b' }));
    expect((await deploy({ A: parameter('/a', '1') })).stacks[0]).toMatchObject({ counts: { deleted: 1 } });
  });

  test('refuses to replace what has a fixed name', async () => {
    const table = (hash: string): Record<string, ResourceDefinition> => ({
      T: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          TableName: 'fixed',
          BillingMode: 'PAY_PER_REQUEST',
          KeySchema: [{ AttributeName: hash, KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: hash, AttributeType: 'S' }],
        },
      },
    });
    expect((await deploy(table('a'))).ok).toBe(true);
    const result = await deploy(table('b'));
    expect(result.stacks[0]?.error).toMatchObject({ code: 'WEFT-LOCAL-018' });
  });

  test('tells its progress', async () => {
    const events: DeployEvent[] = [];
    const template = { Resources: { A: parameter('/a', '1'), M: { Type: 'AWS::CDK::Metadata' } } };
    await deployAssembly(cloud, writeAssembly({ app: { template } }), { onProgress: (event) => events.push(event) });
    expect(events.map(({ kind }) => kind)).toEqual(['stack-started', 'resource', 'resource', 'stack-finished']);
  });

  test('answers DescribeStacks and ListStackResources', async () => {
    await deploy({ A: parameter('/a', '1') }, { Outputs: { Name: { Value: { Ref: 'A' } } } });
    const service = cloud.serviceNamed('cloudformation');
    if (service === undefined) throw new Error('no cloudformation');
    const context = cloud.contextFor({
      kind: 'root',
      account: ACCOUNT,
      arn: `arn:aws:iam::${ACCOUNT}:root`,
      principalId: ACCOUNT,
    });
    expect(await cloud.invoke(service, 'DescribeStacks', { StackName: 'app' }, context)).toMatchObject({
      Stacks: [{ StackStatus: 'CREATE_COMPLETE', Outputs: [{ OutputKey: 'Name', OutputValue: '/a' }] }],
    });
    expect(await cloud.invoke(service, 'ListStackResources', { StackName: 'app' }, context)).toMatchObject({
      StackResourceSummaries: [{ LogicalResourceId: 'A', PhysicalResourceId: '/a', ResourceStatus: 'CREATE_COMPLETE' }],
    });
    await expect(cloud.invoke(service, 'DescribeStacks', { StackName: 'no' }, context)).rejects.toThrow(
      'does not exist',
    );
  });
});

describe('reading an assembly', () => {
  test('refuses a folder that is none, and a stack without account and region', async () => {
    const cloud = new Cloud({ folder: temporaryFolder() });
    await expect(deployAssembly(cloud, temporaryFolder())).rejects.toMatchObject({ code: 'WEFT-LOCAL-010' });
    const anywhere = writeAssembly({ app: { account: 'unknown-account', template: {} } });
    await expect(deployAssembly(cloud, anywhere)).rejects.toThrow('aws://unknown-account/us-east-1');
    await cloud.close();
  });
});
