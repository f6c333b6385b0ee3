import { describe, expect, test } from '@jest/globals';
import { appOf, aviation, type CfnResource, templatesOf } from './aviation.ts';

const templates = templatesOf(appOf(aviation()));
const domain = Object.entries(templates.get('aviation-analytics')?.Resources ?? {});
const foundation = Object.values(templates.get('aviation-analytics-foundation')?.Resources ?? {});

interface Statement {
  readonly Sid?: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
}

function statementsOf(person: string): Statement[] {
  const found = domain.find(([id, { Type }]) => Type === 'AWS::IAM::ManagedPolicy' && id.startsWith(`People${person}`));
  const document = found?.[1].Properties?.PolicyDocument as { Statement: Statement[] };
  return document.Statement;
}

function actions(person: string): string[] {
  return statementsOf(person).flatMap(({ Action }) => Action);
}

function only(resources: readonly CfnResource[], type: string): CfnResource[] {
  return resources.filter(({ Type }) => Type === type);
}

describe('the people of a domain', () => {
  test.each(['Analyst', 'Steward'])('%s reaches nothing in S3 but query results', (person) => {
    const s3 = statementsOf(person).filter(({ Action }) => [Action].flat().some((action) => action.startsWith('s3:')));
    expect(s3.map(({ Sid }) => Sid).sort()).toEqual(['Results', 'ResultsBucket']);
    expect(JSON.stringify(s3)).toContain('AnalystsResults');
    expect(JSON.stringify(s3)).not.toContain('Producers');
  });

  test('an analyst changes nothing in a catalog and grants nothing', () => {
    const changes =
      /^(glue:(Create|Update|Delete|Batch(Create|Delete|Update))|lakeformation:(Grant|Revoke|Batch|Put|Create))/;
    expect(actions('Analyst').filter((action) => changes.test(action))).toEqual([]);
    expect(actions('Analyst')).toContain('lakeformation:GetDataAccess');
  });

  test('may ask the mesh anything, and nobody else’s API', () => {
    for (const person of ['Producer', 'Analyst', 'Steward']) {
      const asks = statementsOf(person).filter(({ Sid }) => Sid === 'MeshApi');
      const api = 'arn:aws:execute-api:us-east-1:210000000001:*/v1';
      expect(asks.map(({ Action, Resource }) => [Action, Resource])).toEqual([
        ['execute-api:Invoke', [`${api}/GET/*`, `${api}/POST/*`]],
      ]);
    }
  });

  test('results are closed to everybody but their readers', () => {
    const denials = only(
      domain.map(([, resource]) => resource),
      'AWS::S3::BucketPolicy',
    ).map((policy) => JSON.stringify(policy));
    expect(denials.length).toBe(3);
    const analysts = denials.find((policy) => policy.includes('aviation-analytics-analyst')) ?? '';
    expect(analysts).toContain('"ArnNotEquals"');
    expect(analysts).not.toContain('aviation-analytics-producer"');
  });
});

describe('the account of a domain', () => {
  test('lets governance read its bucket and its key as the registration role, and as nobody else', () => {
    const reader = 'arn:aws:iam::210000000001:role/aviation-lf-analytics';
    const [bucket] = only(foundation, 'AWS::S3::BucketPolicy');
    const text = JSON.stringify(bucket);
    expect(text.split(reader).length - 1).toBe(2);
    const keys = JSON.stringify(only(foundation, 'AWS::KMS::Key'));
    expect(keys.split(reader).length - 1).toBe(1);
  });

  test('names the buckets, keys and roles that governance expects', () => {
    expect(only(foundation, 'AWS::S3::Bucket')[0]?.Properties).toMatchObject({
      BucketName: 'aviation-analytics-210000000014-us-east-1',
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
      VersioningConfiguration: { Status: 'Enabled' },
    });
    expect(only(foundation, 'AWS::KMS::Alias')[0]?.Properties?.AliasName).toBe('alias/aviation-analytics-products');
  });

  test('makes only machines administrators of Lake Formation', () => {
    const [settings] = only(foundation, 'AWS::LakeFormation::DataLakeSettings');
    expect(settings?.Properties?.Admins).toHaveLength(2);
    expect(JSON.stringify(settings)).not.toMatch(/steward|producer|analyst/);
    expect(settings?.Properties?.TrustedResourceOwners).toEqual(['210000000001']);
  });

  test('hears of changes to its own Glue database only', () => {
    const patterns = domain.map(([, { Properties }]) => Properties?.EventPattern).filter(Boolean);
    expect(patterns).toContainEqual(
      expect.objectContaining({ source: ['aws.glue'], detail: { databaseName: ['analytics'] } }),
    );
  });
});
