import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Cloud } from '#local/core/cloud.ts';
import { deployAssembly } from '#local/deployer/deploy.ts';
import type { ResourceDefinition } from '#local/deployer/template/template.ts';
import { allServices } from '#local/instance/services.ts';
import { kindsIn } from '../../durability/deployments.ts';
import { afterEachWrite } from '../../durability/writes.ts';
import { temporaryFolder, writeAssembly } from './assembly.ts';

type Resources = Readonly<Record<string, ResourceDefinition>>;

const policyOf = (action: string) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: action, Resource: '*' }],
});

/** Types whose making takes several calls, whose id is none that one could guess, or that refuse to be made twice. */
const FIRST: Resources = {
  Parameter: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: '1' } },
  Policy: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: policyOf('s3:GetObject') } },
  Key: { Type: 'AWS::KMS::Key', Properties: { Description: 'first' } },
  Alias: { Type: 'AWS::KMS::Alias', Properties: { AliasName: 'alias/first', TargetKeyId: { Ref: 'Key' } } },
  Bucket: {
    Type: 'AWS::S3::Bucket',
    Properties: { VersioningConfiguration: { Status: 'Enabled' }, Tags: [{ Key: 'a', Value: 'b' }] },
  },
  Queue: { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: 30 } },
  Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { Name: 'api' } },
  Place: {
    Type: 'AWS::ApiGateway::Resource',
    Properties: {
      RestApiId: { Ref: 'Api' },
      ParentId: { 'Fn::GetAtt': ['Api', 'RootResourceId'] },
      PathPart: 'things',
    },
  },
  Catalog: {
    Type: 'AWS::Glue::Database',
    Properties: { CatalogId: { Ref: 'AWS::AccountId' }, DatabaseInput: { Name: 'catalog' } },
  },
  Gone: { Type: 'AWS::SQS::Queue', Properties: {} },
  GoneTopic: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: { Ref: 'Gone' } } },
} as never;

/** Changes in place, replacements and removals. */
const { Gone: _queue, GoneTopic: _parameter, ...kept } = FIRST;
const SECOND: Resources = {
  ...kept,
  Parameter: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: '2' } },
  Policy: { Type: 'AWS::IAM::ManagedPolicy', Properties: { PolicyDocument: policyOf('s3:PutObject') } },
  Bucket: { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'second', Tags: [{ Key: 'a', Value: 'c' }] } },
  Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'second', VisibilityTimeout: 60 } },
  More: { Type: 'AWS::SSM::Parameter', Properties: { Type: 'String', Value: { Ref: 'Queue' } } },
} as never;

async function deploy(folder: string, resources: Resources) {
  const cloud = new Cloud({ folder, stateFile: join(folder, 'state.sqlite') });
  for (const service of allServices(cloud)) cloud.register(service);
  try {
    const { stacks } = await deployAssembly(cloud, writeAssembly({ app: { template: { Resources: resources } } }));
    return stacks.map(({ outcome, error }) => (error === undefined ? outcome : `${outcome}: ${error.message}`));
  } finally {
    await cloud.close();
  }
}

/** The folder as a kill after each write of a deployment would leave it. */
async function killedAtEachWrite(folder: string, resources: Resources): Promise<string[]> {
  const left: string[] = [];
  const end = afterEachWrite(() => {
    const copy = temporaryFolder();
    cpSync(folder, copy, { recursive: true });
    left.push(copy);
  });
  try {
    await deploy(folder, resources);
  } finally {
    end();
  }
  return left;
}

async function takenUp(left: readonly string[], resources: Resources) {
  const all: unknown[] = [];
  for (const folder of left)
    all.push({ next: await deploy(folder, resources), again: await deploy(folder, resources), has: kindsIn(folder) });
  return all;
}

describe('a deployment that was killed', () => {
  test('while it made a stack is taken up as if nobody had killed it', async () => {
    const folder = temporaryFolder();
    const left = await killedAtEachWrite(folder, FIRST);
    expect(left.length).toBeGreaterThan(50);
    const has = kindsIn(folder);
    for (const one of await takenUp(left, FIRST))
      expect(one).toEqual({
        next: [expect.stringMatching(/^(created|updated|unchanged)$/)],
        again: ['unchanged'],
        has,
      });
  });

  test('while it changed, replaced and removed leaves nothing of what was before', async () => {
    const folder = temporaryFolder();
    await deploy(folder, FIRST);
    const left = await killedAtEachWrite(folder, SECOND);
    expect(left.length).toBeGreaterThan(30);
    const has = kindsIn(folder);
    for (const one of await takenUp(left, SECOND))
      expect(one).toEqual({ next: [expect.stringMatching(/^(updated|unchanged)$/)], again: ['unchanged'], has });
  });
});
