import { describe, expect, test } from '@jest/globals';
import { callerOf } from '#control/caller.ts';
import { AUDIT, auditApart } from './audit-apart.ts';
import { appOf, aviation, type CfnResource, templatesOf } from './aviation.ts';

const templates = templatesOf(appOf(auditApart()));
const { managementAccount: _, ...ownTrails } = aviation();
const before = templatesOf(appOf(ownTrails));
const organization = templatesOf(appOf({ ...aviation(), auditAccount: AUDIT }));
const RELAY = 'arn:aws:iam::210000000001:role/aviation-relay';
const trailArn = (account: string, name: string) => `arn:aws:cloudtrail:us-east-1:${account}:trail/aviation-${name}`;
const TRAIL = trailArn('210000000001', 'governance');

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

  test('changes in a domain’s account only where its trail, its queries and its records of removals go, and little in governance', () => {
    const changed = [...before.keys()].filter(
      (name) => JSON.stringify(before.get(name)) !== JSON.stringify(templates.get(name)),
    );
    const domains = ownTrails.domains.flatMap(({ name }) => [`aviation-${name}`, `aviation-${name}-trail`]);
    const governance = ['aviation-audit', 'aviation-governance', 'aviation-governance-foundation', 'aviation-witness'];
    expect(changed.sort()).toEqual([...governance, ...domains].sort());
    const resources = (stacks: typeof before, stack: string) => stacks.get(stack)?.Resources ?? {};
    for (const { name } of ownTrails.domains) {
      const [was, is] = [resources(before, `aviation-${name}`), resources(templates, `aviation-${name}`)];
      const others = Object.keys(is).filter((id) => JSON.stringify(is[id]) !== JSON.stringify(was[id]));
      expect(others.filter((id) => !/^(Disposal|Quer)/.test(id))).toEqual([]);
    }
  });

  test('admits from outside one role to add entries, CloudTrail for the trails of the mesh, and the disposals for records', () => {
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
    const sources = (outside[3]?.Condition as { StringEquals: Record<string, string[]> }).StringEquals['aws:SourceArn'];
    expect(sources).toEqual([TRAIL, ...ownTrails.domains.map(({ name, account }) => trailArn(account, name))]);
    const foreign = all.filter(
      ({ Effect, Principal }) => Effect === 'Allow' && text(Principal).includes('210000000001'),
    );
    expect(foreign.map(({ Sid }) => Sid)).toEqual(['RelayAdds']);
  });

  test('lets the relay encrypt with its key through S3, CloudTrail for the trails, and neither decrypt', () => {
    const all = statements('aviation-audit-foundation', 'AWS::KMS::Key', 'KeyPolicy');
    const [own, ...outside] = all.filter(({ Sid }) => Sid !== 'Logs');
    expect(text(own?.Principal)).toContain(AUDIT);
    expect(outside.slice(0, 4).map(({ Sid, Action }) => [Sid, Action])).toEqual([
      ['TrailEncrypts', 'kms:GenerateDataKey*'],
      ['TrailLooks', 'kms:DescribeKey'],
      ['RelayEncrypts', 'kms:GenerateDataKey'],
      ['DisposalsEncrypt', 'kms:GenerateDataKey'],
    ]);
    // The key of the logs is another one: CloudWatch Logs may decrypt with it, and has no use of the trail's.
    expect(outside.slice(4).map(({ Sid }) => Sid)).toEqual([undefined]);
    expect(all.findIndex(({ Sid }) => Sid === 'Logs')).toBe(all.length - 1);
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

  test('reads CloudTrail of all accounts as one table', () => {
    const trail = ofType('aviation-audit', 'AWS::Glue::Table').map(({ Properties }) => text(Properties));
    expect(trail.find((table) => table.includes('"projection.account.values"'))).toContain(
      `"210000000001,210000000002,${ownTrails.domains.map(({ account }) => account).join(',')}"`,
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

describe('an organization’s trail', () => {
  const trail = Object.values(organization.get('aviation-organization-trail')?.Resources ?? {})[0]?.Properties;

  test('is made once, in the management account, with validation, and no account has another', () => {
    const trails = [...organization].flatMap(([stack, { Resources }]) =>
      Object.values(Resources)
        .filter(({ Type }) => Type === 'AWS::CloudTrail::Trail')
        .map(() => stack),
    );
    expect(trails).toEqual(['aviation-organization-trail']);
    expect(trail).toMatchObject({
      IsOrganizationTrail: true,
      IsMultiRegionTrail: true,
      EnableLogFileValidation: true,
      S3BucketName: 'aviation-trail-210000000002-us-east-1',
      KMSKeyId: 'arn:aws:kms:us-east-1:210000000002:alias/aviation-audit',
    });
  });

  test('keeps each read and write of an object of the mesh’s buckets, of the audit bucket the writes, and none of its own', () => {
    expect(trail?.AdvancedEventSelectors).toEqual([
      { Name: 'Management', FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] },
      {
        Name: 'Objects',
        FieldSelectors: [
          { Field: 'eventCategory', Equals: ['Data'] },
          { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
          {
            Field: 'resources.ARN',
            StartsWith: ['arn:aws:s3:::aviation-'],
            NotStartsWith: [
              'arn:aws:s3:::aviation-trail-210000000002-us-east-1/',
              'arn:aws:s3:::aviation-audit-210000000002-us-east-1/',
            ],
          },
        ],
      },
      {
        Name: 'Writes',
        FieldSelectors: [
          { Field: 'eventCategory', Equals: ['Data'] },
          { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
          { Field: 'readOnly', Equals: ['false'] },
          { Field: 'resources.ARN', StartsWith: ['arn:aws:s3:::aviation-audit-210000000002-us-east-1/'] },
        ],
      },
    ]);
  });

  test('is the only one that the bucket and the key take files of', () => {
    const source = 'arn:aws:cloudtrail:us-east-1:210000000000:trail/aviation-organization';
    const policies = Object.values(organization.get('aviation-audit')?.Resources ?? {}).filter(
      ({ Type }) => Type === 'AWS::S3::BucketPolicy',
    );
    const delivers = policies
      .flatMap(({ Properties }) => (Properties?.PolicyDocument as { Statement: Statement[] }).Statement)
      .find(({ Sid }) => Sid === 'TrailDelivers') as Statement & { Resource: unknown };
    expect(delivers.Condition).toEqual({
      StringEquals: { 'aws:SourceArn': [source], 's3:x-amz-acl': 'bucket-owner-full-control' },
    });
    expect(text(delivers.Resource)).toContain('/AWSLogs/o-weftdemo01/*');
    expect(text(delivers.Resource)).toContain('/AWSLogs/210000000000/*');
  });

  test('takes nothing of a partner: its account is not the mesh’s to watch', () => {
    const [first, ...others] = ownTrails.domains;
    const partner = { ...first, external: true, terms: 'https://terms.example' } as (typeof ownTrails.domains)[number];
    const apart = templatesOf(appOf({ ...ownTrails, domains: [partner, ...others] }));
    expect(apart.has(`aviation-${partner.name}-trail`)).toBe(false);
    expect(apart.has(`aviation-${others[0]?.name}-trail`)).toBe(true);
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
