import { describe, expect, test } from '@jest/globals';
import { callerOf } from '#control/caller.ts';
import { AUDIT, auditApart } from './audit-apart.ts';
import { appOf, aviation, type CfnResource, templatesOf } from './aviation.ts';

const templates = templatesOf(appOf(auditApart()));
const before = templatesOf(appOf(aviation()));
const RELAY = 'arn:aws:iam::210000000001:role/aviation-relay';
const TRAIL = 'arn:aws:cloudtrail:us-east-1:210000000001:trail/aviation-governance';

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action: unknown;
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}

function ofType(stack: string, type: string): CfnResource[] {
  return Object.values(templates.get(stack)?.Resources ?? {}).filter(({ Type }) => Type === type);
}

/** Every statement of policies of a type in a stack, in the order of the template. */
function statements(stack: string, type: string, property: string): Statement[] {
  return ofType(stack, type).flatMap(
    ({ Properties }) => (Properties?.[property] as { Statement: Statement[] } | undefined)?.Statement ?? [],
  );
}

describe('an audit account apart', () => {
  test('has a foundation and the trail; governance keeps CloudTrail and nothing of what it writes', () => {
    expect([...templates.keys()].filter((name) => !before.has(name)).sort()).toEqual([
      'aviation-audit-foundation',
      'aviation-trail',
    ]);
    expect(ofType('aviation-trail', 'AWS::S3::Bucket')).toEqual([]);
    expect(ofType('aviation-governance-foundation', 'AWS::KMS::Key')).toHaveLength(1);
    expect(ofType('aviation-trail', 'AWS::CloudTrail::Trail')[0]?.Properties).toMatchObject({
      S3BucketName: 'aviation-trail-210000000002-us-east-1',
      KMSKeyId: 'arn:aws:kms:us-east-1:210000000002:alias/aviation-audit',
      EnableLogFileValidation: true,
      IsLogging: true,
    });
  });

  test('changes in a domain’s account where records of removals go, and little in governance', () => {
    const changed = [...before.keys()].filter(
      (name) => JSON.stringify(before.get(name)) !== JSON.stringify(templates.get(name)),
    );
    const domains = aviation().domains.map(({ name }) => `aviation-${name}`);
    const governance = ['aviation-audit', 'aviation-governance', 'aviation-governance-foundation', 'aviation-witness'];
    expect(changed.sort()).toEqual([...governance, ...domains].sort());
    const resources = (stacks: typeof before, domain: string) => stacks.get(domain)?.Resources ?? {};
    for (const domain of domains) {
      const [was, is] = [resources(before, domain), resources(templates, domain)];
      const others = Object.keys(is).filter((id) => JSON.stringify(is[id]) !== JSON.stringify(was[id]));
      expect(others.every((id) => /^Disposal(Function|RoleDefaultPolicy)/.test(id))).toBe(true);
    }
  });

  test('admits from outside one role to add entries, CloudTrail for one trail, and the disposals for records', () => {
    const all = statements('aviation-audit', 'AWS::S3::BucketPolicy', 'PolicyDocument');
    const outside = all.filter(({ Effect, Sid }) => Effect === 'Allow' && /^(Relay|Trail|Disposals)/.test(Sid ?? ''));
    expect(outside.map(({ Sid, Action }) => [Sid, Action])).toEqual([
      ['RelayAdds', 's3:PutObject'],
      ['DisposalsAdd', 's3:PutObject'],
      ['TrailLooks', 's3:GetBucketAcl'],
      ['TrailDelivers', 's3:PutObject'],
    ]);
    expect(outside[1]?.Condition).toEqual({
      StringEquals: { 'aws:PrincipalOrgID': 'o-weftdemo01' },
      ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/aviation-*-disposal' },
      Null: { 's3:if-none-match': 'false' },
    });
    expect(outside[0]?.Condition).toEqual({
      ArnEquals: { 'aws:PrincipalArn': RELAY },
      Null: { 's3:if-none-match': 'false' },
    });
    expect(outside[3]?.Condition).toMatchObject({ StringEquals: { 'aws:SourceArn': TRAIL } });
    const foreign = all.filter(
      ({ Effect, Principal }) => Effect === 'Allow' && text(Principal).includes('210000000001'),
    );
    expect(foreign.map(({ Sid }) => Sid)).toEqual(['RelayAdds']);
  });

  test('lets the relay encrypt with its key through S3, CloudTrail for the trails, and neither decrypt', () => {
    const [own, ...outside] = statements('aviation-audit-foundation', 'AWS::KMS::Key', 'KeyPolicy');
    expect(text(own?.Principal)).toContain(AUDIT);
    expect(outside.slice(0, 4).map(({ Sid, Action }) => [Sid, Action])).toEqual([
      ['TrailEncrypts', 'kms:GenerateDataKey*'],
      ['TrailLooks', 'kms:DescribeKey'],
      ['RelayEncrypts', 'kms:GenerateDataKey'],
      ['DisposalsEncrypt', 'kms:GenerateDataKey'],
    ]);
    // The key of the logs is another one: CloudWatch Logs may decrypt with it, and has no use of the trail's.
    expect(outside.slice(4).map(({ Sid }) => Sid)).toEqual([undefined, 'Logs']);
    expect(outside[2]?.Condition).toEqual({
      ArnEquals: { 'aws:PrincipalArn': RELAY },
      StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' },
    });
  });

  test('is administered in Lake Formation by its own CloudFormation only', () => {
    expect(ofType('aviation-audit-foundation', 'AWS::LakeFormation::DataLakeSettings')[0]?.Properties?.Admins).toEqual([
      {
        DataLakePrincipalIdentifier:
          'arn:aws:iam::210000000002:role/cdk-hnb659fds-cfn-exec-role-210000000002-us-east-1',
      },
    ]);
  });

  test('holds evidence under lock in compliance mode and keeps it when a stack goes', () => {
    const buckets = ofType('aviation-audit', 'AWS::S3::Bucket').filter(({ Properties }) => Properties?.BucketName);
    expect(buckets.map(({ Properties }) => Properties?.BucketName)).toEqual([
      'aviation-audit-210000000002-us-east-1',
      'aviation-trail-210000000002-us-east-1',
    ]);
    for (const { Properties, DeletionPolicy } of buckets) {
      expect(text(Properties?.ObjectLockConfiguration)).toContain('"Mode":"COMPLIANCE"');
      expect(DeletionPolicy).toBe('Retain');
    }
    expect(ofType('aviation-audit-foundation', 'AWS::KMS::Key')[0]?.DeletionPolicy).toBe('Retain');
  });

  test('reads CloudTrail of both accounts as one table', () => {
    const trail = ofType('aviation-audit', 'AWS::Glue::Table').map(({ Properties }) => text(Properties));
    expect(trail.find((table) => table.includes('"projection.account.values"'))).toContain(
      '"210000000001,210000000002"',
    );
  });

  test('may call the API where no organization lets it in', () => {
    const alone = templatesOf(appOf({ ...auditApart(), organization: undefined }));
    const apis = Object.values(alone.get('aviation-governance')?.Resources ?? {}).filter(
      ({ Type }) => Type === 'AWS::ApiGateway::RestApi',
    );
    expect(text(apis[0]?.Properties?.Policy)).toContain(`:iam::${AUDIT}:root`);
  });
});

describe('the mesh’s API', () => {
  const known = (account: string, role: string) =>
    callerOf(`arn:aws:sts::${account}:assumed-role/aviation-${role}/session`, auditApart()).kind;

  test('knows the auditor in the audit account and the platform in the governance account, and neither in the other', () => {
    expect(known(AUDIT, 'auditor')).toBe('auditor');
    expect(known('210000000001', 'platform')).toBe('platform');
    expect(known('210000000001', 'auditor')).toBeUndefined();
    expect(known(AUDIT, 'platform')).toBeUndefined();
  });
});

function text(value: unknown): string {
  return JSON.stringify(value) ?? '';
}
