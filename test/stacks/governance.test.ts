import { describe, expect, test } from '@jest/globals';
import { ROUTES as COMMANDS } from '#lambdas/api/routes.ts';
import { ROUTES as DOCUMENTS } from '#lambdas/publish/routes.ts';
import { ENTRIES_PREFIX, entriesKey } from '#mesh/audit/log/tile.ts';
import { DOCUMENT_ROUTES, ROUTES } from '#stacks/governance/mesh-api.ts';
import { appOf, aviation, type CfnResource, templatesOf } from './aviation.ts';

const templates = templatesOf(appOf(aviation()));

function ofType(stack: string, type: string): CfnResource[] {
  return Object.values(templates.get(stack)?.Resources ?? {}).filter(({ Type }) => Type === type);
}

describe('the governance account', () => {
  test('has a method for each route that one of its two Lambdas handles, and for no other', () => {
    expect([...ROUTES].sort()).toEqual([...Object.keys(COMMANDS), ...Object.keys(DOCUMENTS)].sort());
    expect([...DOCUMENT_ROUTES].sort()).toEqual(Object.keys(DOCUMENTS).sort());
    expect(ofType('aviation-governance', 'AWS::ApiGateway::Method').length).toBe(ROUTES.length);
  });

  test('limits each route, costly ones more, and watches all of them', () => {
    const [stage] = ofType('aviation-governance', 'AWS::ApiGateway::Stage');
    const settings = stage?.Properties?.MethodSettings as Record<string, unknown>[];
    const costly = settings.filter(({ ThrottlingRateLimit: rate }) => rate === 20);
    expect(
      costly.map(
        ({ ResourcePath: path, HttpMethod: method }) => `${method} ${String(path).slice(1).replaceAll('~1', '/')}`,
      ),
    ).toEqual(expect.arrayContaining([...DOCUMENT_ROUTES, 'GET /lineage', 'POST /subscriptions/plan']));
    expect(settings).toContainEqual(
      expect.objectContaining({
        ResourcePath: '/*',
        HttpMethod: '*',
        ThrottlingRateLimit: 100,
        ThrottlingBurstLimit: 200,
      }),
    );
    for (const setting of settings)
      expect(setting).toMatchObject({ MetricsEnabled: true, LoggingLevel: 'ERROR', DataTraceEnabled: false });
  });

  test('has the trail where its table looks for it', () => {
    expect(entriesKey(7).startsWith(ENTRIES_PREFIX)).toBe(true);
    const tables = JSON.stringify(ofType('aviation-audit', 'AWS::Glue::Table'));
    expect(tables).toContain(`/${ENTRIES_PREFIX}`);
    expect(tables).toContain('com.amazon.emr.cloudtrail.CloudTrailInputFormat');
  });

  test('keeps the registry with stream, recovery, expiry and an index by type', () => {
    expect(ofType('aviation-governance', 'AWS::DynamoDB::Table')).toMatchObject([
      {
        Properties: {
          StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          TimeToLiveSpecification: { AttributeName: 'expires', Enabled: true },
          GlobalSecondaryIndexes: [{ IndexName: 'by-type' }],
          DeletionProtectionEnabled: true,
        },
      },
    ]);
  });

  test('lets nobody but the relay read the stream, and nobody scan', () => {
    const policies = ofType('aviation-governance', 'AWS::IAM::Policy').map((policy) => JSON.stringify(policy));
    expect(policies.filter((policy) => policy.includes('dynamodb:GetRecords')).length).toBe(1);
    expect(policies.filter((policy) => policy.includes('dynamodb:Scan'))).toEqual([]);
  });

  test('lets the reconciler alone have what failed come again before its time', () => {
    const named = Object.entries(templates.get('aviation-governance')?.Resources ?? {}).filter(
      ([, { Type, Properties }]) =>
        Type === 'AWS::IAM::Policy' && JSON.stringify(Properties).includes('sqs:GetQueueAttributes'),
    );
    const may = named.filter(([, policy]) => JSON.stringify(policy).includes('sqs:ChangeMessageVisibility'));
    expect(may.map(([id]) => id)).toEqual([expect.stringContaining('Reconcile')]);
    expect(named.length).toBeGreaterThan(1);
  });

  test('gives the definer of views what the guide of Lake Formation asks of one', () => {
    const policy = ofType('aviation-governance-foundation', 'AWS::IAM::ManagedPolicy').find(({ Properties }) =>
      String(Properties?.Description).startsWith('Reads the tables behind the views'),
    );
    for (const action of [
      'glue:GetDatabase',
      'glue:GetDatabases',
      'glue:GetTable',
      'glue:GetTables',
      'glue:BatchGetPartition',
      'glue:GetPartitions',
      'glue:GetPartition',
      'glue:GetTableVersion',
      'glue:GetTableVersions',
      'glue:PassConnection',
      'lakeformation:GetDataAccess',
    ])
      expect(JSON.stringify(policy)).toContain(`"${action}"`);
  });

  test('takes the reports of each domain from its own account only', () => {
    for (const { name, account } of aviation().domains) {
      const patterns = ofType(`aviation-enrolment-${name}`, 'AWS::Events::Rule').map(
        (rule) => rule.Properties?.EventPattern,
      );
      expect(patterns).toContainEqual({ account: [account], source: [`weft.domain.${name}`] });
      expect(patterns).toContainEqual({ source: ['weft.mesh'], detail: { data: { audience: [name] } } });
    }
  });
});
