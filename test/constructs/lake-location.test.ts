import { expect, test } from '@jest/globals';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { LakeLocation } from '#constructs/lake-location.ts';

test('Lake Formation of no other account may become the role that reads a location', () => {
  const stack = new Stack(new App(), 'Stack', { env: { account: '111111111111', region: 'eu-central-1' } });
  const key = { arn: 'arn:aws:kms:eu-central-1:111111111111:key/k' };
  new LakeLocation(stack, 'Location', { bucketArn: 'arn:aws:s3:::bucket', owner: '111111111111', key });
  const roles = Object.values(Template.fromStack(stack).findResources('AWS::IAM::Role'));
  const statements = roles.flatMap(
    ({ Properties }) => Properties.AssumeRolePolicyDocument.Statement as { Principal: object; Condition?: object }[],
  );
  expect(statements.length).toBeGreaterThan(0);
  for (const { Condition } of statements) {
    expect(Condition).toEqual({ StringEquals: { 'aws:SourceAccount': '111111111111' } });
  }
});
