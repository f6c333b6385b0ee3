import { at, breaking, list, only, type Properties, type Resources, type Rule, setting } from './rule.ts';

const WORKGROUP = 'AWS::Athena::WorkGroup';
const BUCKET = 'AWS::S3::Bucket';
const TRAIL = 'AWS::CloudTrail::Trail';
const BUCKET_POLICY = 'AWS::S3::BucketPolicy';
const CONFIGURATION = 'WorkGroupConfiguration';
const ENCRYPTION = [CONFIGURATION, 'ResultConfiguration', 'EncryptionConfiguration'];

const GOOD_WORKGROUP = {
  [CONFIGURATION]: {
    EnforceWorkGroupConfiguration: true,
    BytesScannedCutoffPerQuery: 10_000_000,
    ResultConfiguration: {
      ExpectedBucketOwner: '210000000011',
      EncryptionConfiguration: { EncryptionOption: 'SSE_KMS', KmsKey: 'key' },
    },
  },
};
const workgroup = (changes: Properties) =>
  only(WORKGROUP, { [CONFIGURATION]: { ...GOOD_WORKGROUP[CONFIGURATION], ...changes } });

const workgroups: Rule = {
  id: 'athena-workgroup',
  why: 'results are outside Lake Formation: the workgroup says where they go, with which key, and how much a query may scan',
  check: (resources) =>
    breaking(
      resources,
      WORKGROUP,
      (p) =>
        at(p, CONFIGURATION, 'EnforceWorkGroupConfiguration') === true &&
        Number(at(p, CONFIGURATION, 'BytesScannedCutoffPerQuery')) >= 10_000_000 &&
        at(p, ...ENCRYPTION, 'EncryptionOption') === 'SSE_KMS' &&
        at(p, ...ENCRYPTION, 'KmsKey') !== undefined &&
        at(p, CONFIGURATION, 'ResultConfiguration', 'ExpectedBucketOwner') !== undefined,
    ),
  passes: only(WORKGROUP, GOOD_WORKGROUP),
  fails: {
    'can be overridden': workgroup({ EnforceWorkGroupConfiguration: false }),
    'has no cutoff': workgroup({ BytesScannedCutoffPerQuery: undefined }),
    'leaves results in the clear': workgroup({ ResultConfiguration: {} }),
  },
  mutations: [
    setting(WORKGROUP, [CONFIGURATION, 'EnforceWorkGroupConfiguration'], false),
    setting(WORKGROUP, [CONFIGURATION, 'BytesScannedCutoffPerQuery'], undefined),
    setting(WORKGROUP, [...ENCRYPTION, 'EncryptionOption'], 'SSE_S3'),
    setting(WORKGROUP, [...ENCRYPTION, 'KmsKey'], undefined),
    setting(WORKGROUP, [CONFIGURATION, 'ResultConfiguration', 'ExpectedBucketOwner'], undefined),
  ],
};

const RETENTION = ['ObjectLockConfiguration', 'Rule', 'DefaultRetention'];
const LOCKED = {
  ObjectLockEnabled: true,
  ObjectLockConfiguration: {
    ObjectLockEnabled: 'Enabled',
    Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 365 } },
  },
};

function locked(properties: Properties): boolean {
  return (
    properties.ObjectLockEnabled === true &&
    at(properties, ...RETENTION, 'Mode') === 'COMPLIANCE' &&
    Number(at(properties, ...RETENTION, 'Days')) > 0
  );
}

const trailOf = (bucket: Properties): Resources => ({
  Trail: { Type: TRAIL, Properties: { S3BucketName: { Ref: 'Logs' }, EnableLogFileValidation: true } },
  Logs: { Type: BUCKET, Properties: bucket },
});

const objectLock: Rule = {
  id: 'object-lock',
  why: 'what is evidence cannot be deleted by anybody, root included: a bucket that is locked is locked in compliance mode, and a trail writes to one',
  check: (resources) => {
    const logs = Object.values(resources)
      .filter(({ Type }) => Type === TRAIL)
      .map(({ Properties }) => at(Properties, 'S3BucketName', 'Ref'));
    return breaking(
      resources,
      BUCKET,
      (p, id) => locked(p) || (!logs.includes(id) && p.ObjectLockEnabled === undefined),
    );
  },
  passes: trailOf(LOCKED),
  fails: {
    'can be lifted by an administrator': trailOf({
      ...LOCKED,
      ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 365 } } },
    }),
    'keeps a trail in a plain bucket': trailOf({}),
  },
  mutations: [
    {
      type: BUCKET,
      name: 'governance mode',
      apply: (p) =>
        at(p, ...RETENTION) !== undefined &&
        Object.assign(at(p, ...RETENTION) as Properties, { Mode: 'GOVERNANCE' }) !== null,
    },
    {
      type: BUCKET,
      name: 'no default retention',
      apply: (p) => p.ObjectLockEnabled === true && delete p.ObjectLockConfiguration,
    },
  ],
};

const validation: Rule = {
  id: 'trail-validation',
  why: 'a trail without digests cannot be shown to be whole',
  check: (resources) =>
    breaking(
      resources,
      TRAIL,
      (p) => p.EnableLogFileValidation === true && p.IsLogging !== false && p.KMSKeyId !== undefined,
    ),
  passes: only(TRAIL, { EnableLogFileValidation: true, IsLogging: true, KMSKeyId: 'key' }),
  fails: { 'has no digests': only(TRAIL, { EnableLogFileValidation: false, KMSKeyId: 'key' }) },
  mutations: [setting(TRAIL, ['EnableLogFileValidation'], false), setting(TRAIL, ['IsLogging'], false)],
};

/** Another account gets in only by the name of one role. */
function conditioned(statement: unknown): boolean {
  if (at(statement, 'Effect') !== 'Allow') return true;
  const principals = JSON.stringify(at(statement, 'Principal') ?? '*');
  if (principals.includes('"Service"')) return true;
  // Roles that only add under free keys read nothing; whom a pattern of their names lets in is the organization's.
  const added = at(statement, 'Condition', 'ArnLike', 'aws:PrincipalArn') !== undefined && onlyAdds(statement);
  if (added && at(statement, 'Condition', 'StringEquals', 'aws:PrincipalOrgID') !== undefined) return true;
  const arns = list(at(statement, 'Condition', 'ArnEquals', 'aws:PrincipalArn'));
  return arns.length > 0 && arns.every(isRole);
}

function isRole(arn: unknown): boolean {
  return typeof arn === 'string' && /^arn:aws:iam::\d{12}:role\/[^*]+$/.test(arn);
}

const bucketPolicy = (Statement: Properties) => only(BUCKET_POLICY, { PolicyDocument: { Statement: [Statement] } });
const READER = {
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::210000000001:root' },
  Action: 's3:GetObject',
  Condition: { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::210000000001:role/aviation-lf-x' } },
};

const readers: Rule = {
  id: 'bucket-readers',
  why: 'product data is read by Lake Formation as its role, so no bucket policy admits a whole account, but a partner to the folder that is made for it',
  check: (resources) =>
    breaking(resources, BUCKET_POLICY, (p) =>
      list(at(p, 'PolicyDocument', 'Statement')).every((one) => conditioned(one) || readsItsFolder(one)),
    ),
  passes: bucketPolicy(READER),
  fails: { 'admits an account': bucketPolicy({ ...READER, Condition: undefined }) },
  mutations: [
    {
      type: BUCKET_POLICY,
      name: 'an account more',
      apply: (p) => (at(p, 'PolicyDocument', 'Statement') as unknown[]).push({ ...READER, Condition: undefined }) > 0,
    },
  ],
};

/** Objects of one folder of a bucket, `<bucket>/<folder>/*`, read or listed and nothing else. */
function readsItsFolder(statement: unknown): boolean {
  const listed = at(statement, 'Condition', 'StringLike', 's3:prefix');
  const lists = list(at(statement, 'Action')).every((action) => action === 's3:ListBucket');
  if (lists) return /^[a-z0-9-]+\/\*$/.test(String(listed));
  const folders = list(at(statement, 'Resource')).map((resource) => JSON.stringify(resource));
  const reads = list(at(statement, 'Action')).every((action) => action === 's3:GetObject');
  return reads && folders.length > 0 && folders.every((resource) => /"\/[a-z0-9-]+\/\*"\]\]\}$/.test(resource));
}

/** Another account adds to evidence under keys that are free, and does nothing else; the auditors of another account read it. */
function onlyAdds(statement: unknown): boolean {
  const principals = JSON.stringify(at(statement, 'Principal') ?? '*');
  if (at(statement, 'Effect') !== 'Allow' || principals.includes('"Service"')) return true;
  const free = at(statement, 'Condition', 'Null', 's3:if-none-match') === 'false';
  const auditor = /:role\/[\w-]+-auditor$/.test(String(at(statement, 'Condition', 'ArnEquals', 'aws:PrincipalArn')));
  const only = (...actions: string[]) => list(at(statement, 'Action')).every((one) => actions.includes(String(one)));
  return (free && only('s3:PutObject')) || (auditor && only('s3:GetObject', 's3:ListBucket'));
}

const evidence = (Statement: Properties): Resources => ({
  Entries: { Type: BUCKET, Properties: LOCKED },
  Policy: {
    Type: BUCKET_POLICY,
    Properties: { Bucket: { Ref: 'Entries' }, PolicyDocument: { Statement: [Statement] } },
  },
});
const ADDER = {
  ...READER,
  Action: 's3:PutObject',
  Condition: { ...READER.Condition, Null: { 's3:if-none-match': 'false' } },
};

const AUDITOR = {
  ...READER,
  Condition: { ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::210000000001:role/aviation-auditor' } },
};

const evidenceWriters: Rule = {
  id: 'evidence-writers',
  why: 'evidence is added from outside and neither read by others than auditors, nor deleted, nor overwritten: a newer version would hide an older one',
  check: (resources) => {
    const kept = Object.keys(resources).filter((id) => resources[id]?.Properties?.ObjectLockEnabled === true);
    return breaking(
      resources,
      BUCKET_POLICY,
      (p) =>
        !kept.includes(String(at(p, 'Bucket', 'Ref'))) || list(at(p, 'PolicyDocument', 'Statement')).every(onlyAdds),
    );
  },
  passes: evidence(ADDER),
  fails: {
    'lets an entry be overwritten': evidence({ ...ADDER, Condition: READER.Condition }),
    'lets an entry be read': evidence({ ...ADDER, Action: ['s3:PutObject', 's3:GetObject'] }),
    'lets others than auditors read': evidence(READER),
    'lets auditors write': evidence({ ...AUDITOR, Action: ['s3:GetObject', 's3:PutObject'] }),
  },
  mutations: [
    {
      type: BUCKET_POLICY,
      name: 'an overwriting relay',
      apply: (p) => {
        const adder = list(at(p, 'PolicyDocument', 'Statement')).find(
          (one) => at(one, 'Effect') === 'Allow' && at(one, 'Condition', 'Null') !== undefined,
        );
        return adder !== undefined && delete (at(adder, 'Condition') as Properties).Null;
      },
    },
  ],
};

export const STORAGE_RULES: readonly Rule[] = [workgroups, objectLock, validation, readers, evidenceWriters];
