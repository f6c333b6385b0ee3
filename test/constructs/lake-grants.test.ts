import { describe, expect, test } from '@jest/globals';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { LakeGrants } from '#constructs/lake-grants.ts';

const ROLE = 'arn:aws:iam::210000000011:role/aviation-x-producer';

function grants(): { stack: Stack; made: LakeGrants } {
  const stack = new Stack(new App(), 'Stack', { env: { account: '210000000011', region: 'us-east-1' } });
  return { stack, made: new LakeGrants(stack, 'Grants', { catalogId: '210000000011' }) };
}

describe('grants of an account', () => {
  test('are given one after the other, sorted, without the right to pass on', () => {
    const { stack, made } = grants();
    made
      .give('Database', ROLE, { database: 'x' }, ['DESCRIBE', 'ALTER'])
      .give('Tables', ROLE, { database: 'x', table: '*' }, ['SELECT']);
    const found = Template.fromStack(stack).findResources('AWS::LakeFormation::PrincipalPermissions');
    const [[first = '', database] = [], [, tables] = []] = Object.entries(found);
    expect(database).toMatchObject({
      Properties: { Permissions: ['ALTER', 'DESCRIBE'], PermissionsWithGrantOption: [] },
    });
    expect(tables).toMatchObject({
      DependsOn: [first],
      Properties: { Resource: { Table: { DatabaseName: 'x', TableWildcard: {} } } },
    });
  });

  test('refuse a second grant for the same principal and resource', () => {
    const { made } = grants();
    made.give('One', ROLE, { location: 'arn:aws:s3:::x' }, ['DATA_LOCATION_ACCESS']);
    expect(() => made.give('Two', ROLE, { location: 'arn:aws:s3:::x' }, ['DATA_LOCATION_ACCESS'])).toThrow(
      /two grants/,
    );
  });
});
