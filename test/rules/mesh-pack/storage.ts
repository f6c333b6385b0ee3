import { at, breaking, list, only, type Place, type Properties, type Resources, type Rule, setting } from './rule.ts';
import { isBounded, isDeputyBound, type Statement, statementOf, textOf } from './statement.ts';

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
    EngineVersion: { SelectedEngineVersion: 'Athena engine version 3' },
    ResultConfiguration: {
      OutputLocation: { 'Fn::Join': ['', ['s3://', { Ref: 'Results' }, '/']] },
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
        at(p, CONFIGURATION, 'ResultConfiguration', 'ExpectedBucketOwner') !== undefined &&
        /^s3:\/\/<\w+>\//.test(textOf(at(p, CONFIGURATION, 'ResultConfiguration', 'OutputLocation'))) &&
        at(p, CONFIGURATION, 'EngineVersion', 'SelectedEngineVersion') === 'Athena engine version 3',
    ),
  passes: only(WORKGROUP, GOOD_WORKGROUP),
  fails: {
    'can be overridden': workgroup({ EnforceWorkGroupConfiguration: false }),
    'is of whatever engine AWS takes': workgroup({ EngineVersion: undefined }),
    'leaves results to a bucket that is not of the stack': workgroup({
      ResultConfiguration: {
        ...GOOD_WORKGROUP[CONFIGURATION].ResultConfiguration,
        OutputLocation: 's3://public-bucket/',
      },
    }),
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

/** Locked, and not hidden by a marker before the lock ends. */
function lockedLongEnough(properties: Properties): boolean {
  const days = Number(at(properties, ...RETENTION, 'Days'));
  const ends = list(at(properties, 'LifecycleConfiguration', 'Rules')).map((rule) => at(rule, 'ExpirationInDays'));
  return locked(properties) && ends.every((end) => end === undefined || Number(end) >= days);
}

const EVIDENCE = /-(audit|trail|witness)-\d{12}-/;

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
      (p, id) =>
        lockedLongEnough(p) ||
        (!logs.includes(id) &&
          p.ObjectLockEnabled === undefined &&
          p.ObjectLockConfiguration === undefined &&
          !EVIDENCE.test(textOf(p.BucketName))),
    );
  },
  passes: trailOf(LOCKED),
  fails: {
    'can be lifted by an administrator': trailOf({
      ...LOCKED,
      ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 365 } } },
    }),
    'keeps a trail in a plain bucket': trailOf({}),
    'keeps the log in a plain bucket': only(BUCKET, { BucketName: 'aviation-audit-210000000001-us-east-1' }),
    'hides what is locked': trailOf({ ...LOCKED, LifecycleConfiguration: { Rules: [{ ExpirationInDays: 1 }] } }),
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

const GOOD_TRAIL = {
  EnableLogFileValidation: true,
  IsLogging: true,
  IsMultiRegionTrail: true,
  IncludeGlobalServiceEvents: true,
  KMSKeyId: 'key',
  EventSelectors: [{ DataResources: [{ Type: 'AWS::S3::Object', Values: ['arn:aws:s3:::bucket/'] }] }],
};

/** Changes of access and reads of objects: by advanced selectors, or of the bucket of entries alone where another trail tells the rest. */
function covers(properties: Properties): boolean {
  const advanced = list(properties.AdvancedEventSelectors);
  const equals = (value: string) =>
    advanced.some((selector) =>
      list(at(selector, 'FieldSelectors')).some((field) => list(at(field, 'Equals')).includes(value)),
    );
  if (advanced.length > 0) return equals('Management') && equals('AWS::S3::Object');
  const objects = list(properties.EventSelectors).flatMap((selector) => list(at(selector, 'DataResources')));
  const values = objects.flatMap((one) => list(at(one, 'Values')));
  return objects.every((one) => at(one, 'Type') === 'AWS::S3::Object') && values.length > 0 && !values.includes('*');
}

const validation: Rule = {
  id: 'trail-whole',
  why: "a trail tells of every region and of objects, of every account where it is the organization's, and can be shown to be whole",
  check: (resources, { account, topology }) =>
    breaking(
      resources,
      TRAIL,
      (p) =>
        p.EnableLogFileValidation === true &&
        p.IsLogging === true &&
        p.IsMultiRegionTrail === true &&
        p.IncludeGlobalServiceEvents === true &&
        (p.IsOrganizationTrail === true) === (topology.managementAccount === account) &&
        p.KMSKeyId !== undefined &&
        covers(p),
    ),
  passes: only(TRAIL, GOOD_TRAIL),
  fails: {
    'has no digests': only(TRAIL, { ...GOOD_TRAIL, EnableLogFileValidation: false }),
    'tells of one region': only(TRAIL, { ...GOOD_TRAIL, IsMultiRegionTrail: false }),
    'tells of no objects': only(TRAIL, { ...GOOD_TRAIL, EventSelectors: undefined }),
    'is of the organization where that has none': only(TRAIL, { ...GOOD_TRAIL, IsOrganizationTrail: true }),
  },
  mutations: [
    setting(TRAIL, ['EnableLogFileValidation'], false),
    setting(TRAIL, ['IsLogging'], false),
    setting(TRAIL, ['IsMultiRegionTrail'], false),
    setting(TRAIL, ['KMSKeyId'], undefined),
  ],
};

/** Another account gets in only by the name of one role, and does what it is let in for. */
function conditioned(statement: Statement, place: Place): boolean {
  if (!statement.allows) return true;
  const only = (...actions: string[]) => statement.actions.every((action) => actions.includes(action));
  if (statement.services.length > 0) {
    return statement.principals.length === 0 && isDeputyBound(statement) && only('s3:GetBucketAcl', 's3:PutObject');
  }
  return isBounded(statement, place) && only('s3:GetObject', 's3:ListBucket', 's3:GetBucketLocation', 's3:PutObject');
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
  check: (resources, place) =>
    breaking(resources, BUCKET_POLICY, (p) =>
      list(at(p, 'PolicyDocument', 'Statement')).every(
        (one) => conditioned(statementOf(one), place) || readsItsFolder(one),
      ),
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
