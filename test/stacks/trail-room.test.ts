import { expect, test } from '@jest/globals';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Topology } from '#mesh/topology/topology.ts';
import { admitTrails } from '#stacks/audit/admit-trails.ts';

const topology = (domains: number): Topology => ({
  mesh: 'aviation',
  region: 'us-east-1',
  organization: 'o-aviation01',
  governanceAccount: '300000000000',
  auditAccount: '300000000001',
  classification: ['public', 'internal'],
  crossAccountVersion: '4',
  domains: Array.from({ length: domains }, (_, index) => ({
    name: `domain-${index}`,
    account: String(310_000_000_000 + index),
    owners: ['owner@example.com'],
    contact: 'team@example.com',
  })),
});

function policySize(admitted: Topology): number {
  const stack = new Stack(new App(), 'Audit');
  admitTrails(admitted, new Bucket(stack, 'Logs', { bucketName: 'aviation-trail-300000000001-us-east-1' }));
  const [policy] = Object.values(Template.fromStack(stack).findResources('AWS::S3::BucketPolicy'));
  return JSON.stringify(policy?.Properties.PolicyDocument).length;
}

test('as many accounts bring their own trail as the policy of one bucket can name', () => {
  expect(policySize(topology(60))).toBeLessThan(20_480);
  expect(() => policySize(topology(200))).toThrow(expect.objectContaining({ code: 'WEFT-STACK-005' }));
});

test('the one trail of the organization needs no more room in a mesh of two hundred domains', () => {
  expect(policySize({ ...topology(200), managementAccount: '300000000002' })).toBeLessThan(1_500);
});
