import { describe, expect, test } from '@jest/globals';
import { App, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { acceptWildcards, settleWildcards } from '#constructs/wildcards.ts';

function findings(accepted: Record<string, string>): string[] {
  const stack = new Stack(new App(), 'Stack');
  const role = new Role(stack, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  const bucket = Bucket.fromBucketName(stack, 'Bucket', 'data');
  role.addToPolicy(new PolicyStatement({ actions: ['s3:GetObject'], resources: [bucket.arnForObjects('*')] }));
  role.addToPolicy(new PolicyStatement({ actions: ['glue:Get*'], resources: ['arn:aws:glue:us-east-1:1:table/x/*'] }));
  acceptWildcards(role, accepted);
  settleWildcards(stack);
  const { violations } = new AwsSolutionsChecks().validateScope(stack);
  return violations.map(({ ruleName }) => ruleName.replace(/^AwsSolutions-IAM5\[(.*)\]$/, '$1')).sort();
}

describe('wildcards in policies', () => {
  const all = [
    'Action::glue:Get*',
    'Resource::arn:<AWS::Partition>:s3:::data/*',
    'Resource::arn:aws:glue:us-east-1:1:table/x/*',
  ];

  test('are findings until they are accepted', () => {
    expect(findings({})).toEqual(all);
  });

  test('are accepted by their text, % standing for any', () => {
    expect(findings({ 'Resource::%:s3:::data/*': 'its own bucket' })).toEqual([all[0], all[2]]);
    expect(findings({ 'Resource::%': 'a test', 'Action::glue:Get*': 'a test' })).toEqual([]);
  });

  test('are not accepted by a text that only looks alike', () => {
    expect(findings({ 'Resource::*': 'a star is a star', 'Action::glue:Get': 'not whole' })).toEqual(all);
  });
});
