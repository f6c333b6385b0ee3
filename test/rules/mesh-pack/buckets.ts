import { at, breaking, only, type Properties, type Resources, type Rule, setting } from './rule.ts';
import { areRoles, type Statement, statementsOf, textOf, valuesOf } from './statement.ts';

const BUCKET = 'AWS::S3::Bucket';
const POLICY = 'AWS::S3::BucketPolicy';
const BLOCKS = ['BlockPublicAcls', 'BlockPublicPolicy', 'IgnorePublicAcls', 'RestrictPublicBuckets'];
const BLOCK = 'PublicAccessBlockConfiguration';
const ENCRYPTION = ['BucketEncryption', 'ServerSideEncryptionConfiguration', '0', 'ServerSideEncryptionByDefault'];

const GOOD = {
  [BLOCK]: Object.fromEntries(BLOCKS.map((name) => [name, true])),
  OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
  VersioningConfiguration: { Status: 'Enabled' },
  BucketEncryption: {
    ServerSideEncryptionConfiguration: [
      { ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: 'key' } },
    ],
  },
};

/** Objects under the account's own key; a bucket in compliance mode may do with S3's own, for what is in it is signed and no secret. */
function encrypted(properties: Properties): boolean {
  const algorithm = at(properties, ...ENCRYPTION, 'SSEAlgorithm');
  if (algorithm === 'AES256') return properties.ObjectLockEnabled === true;
  return algorithm === 'aws:kms' && at(properties, ...ENCRYPTION, 'KMSMasterKeyID') !== undefined;
}

const closed: Rule = {
  id: 'bucket-closed',
  why: 'no bucket is public, takes objects that another account goes on owning, forgets what was overwritten, or keeps anything in the clear',
  check: (resources) =>
    breaking(
      resources,
      BUCKET,
      (p) =>
        BLOCKS.every((name) => at(p, BLOCK, name) === true) &&
        at(p, 'OwnershipControls', 'Rules', '0', 'ObjectOwnership') === 'BucketOwnerEnforced' &&
        at(p, 'VersioningConfiguration', 'Status') === 'Enabled' &&
        p.AccessControl === undefined &&
        p.WebsiteConfiguration === undefined &&
        encrypted(p),
    ),
  passes: only(BUCKET, GOOD),
  fails: {
    'may become public': only(BUCKET, { ...GOOD, [BLOCK]: { ...GOOD[BLOCK], BlockPublicPolicy: false } }),
    'has access lists': only(BUCKET, { ...GOOD, OwnershipControls: undefined }),
    'keeps no versions': only(BUCKET, { ...GOOD, VersioningConfiguration: undefined }),
    'has no key of its own': only(BUCKET, {
      ...GOOD,
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    }),
  },
  mutations: [
    setting(BUCKET, [BLOCK], undefined),
    ...BLOCKS.map((name) => setting(BUCKET, [BLOCK, name], false)),
    setting(BUCKET, ['OwnershipControls'], undefined),
    setting(BUCKET, ['OwnershipControls', 'Rules', '0', 'ObjectOwnership'], 'ObjectWriter'),
    setting(BUCKET, ['VersioningConfiguration', 'Status'], 'Suspended'),
    setting(BUCKET, ['BucketEncryption'], undefined),
    setting(BUCKET, ['AccessControl'], 'PublicRead'),
  ],
};

/** Statements of the policies of a bucket. */
function policyOf(resources: Resources, id: string): Statement[] {
  return Object.values(resources)
    .filter(({ Type, Properties }) => Type === POLICY && at(Properties, 'Bucket', 'Ref') === id)
    .flatMap(({ Properties }) => statementsOf(at(Properties, 'PolicyDocument')));
}

/** The resources of a statement are a bucket and all that is in it. */
function wholeBucket({ resources }: Statement, id: string): boolean {
  return resources.includes(`<${id}.Arn>`) && resources.includes(`<${id}.Arn>/*`);
}

function everybody({ principals }: Statement): boolean {
  return principals.join() === '*';
}

const DENY_TLS = {
  Effect: 'Deny',
  Principal: { AWS: '*' },
  Action: 's3:*',
  Resource: [{ 'Fn::GetAtt': ['It', 'Arn'] }, { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['It', 'Arn'] }, '/*']] }],
};
const TLS = { ...DENY_TLS, Condition: { Bool: { 'aws:SecureTransport': 'false' } } };
const TLS_VERSION = { ...DENY_TLS, Condition: { NumericLessThan: { 's3:TlsVersion': 1.2 } } };
const withPolicy = (bucket: Properties, ...Statement: unknown[]): Resources => ({
  It: { Type: BUCKET, Properties: bucket },
  Policy: { Type: POLICY, Properties: { Bucket: { Ref: 'It' }, PolicyDocument: { Statement } } },
});

const tls: Rule = {
  id: 'bucket-tls',
  why: 'a bucket is spoken to over TLS 1.2 or newer, by whomever',
  check: (resources) =>
    breaking(resources, BUCKET, (_, id) => {
      const denied = policyOf(resources, id).filter(
        (one) => !one.allows && everybody(one) && one.actions.join() === 's3:*' && wholeBucket(one, id),
      );
      const insecure = denied.some((one) => valuesOf(one, 'aws:SecureTransport', 'Bool').join() === 'false');
      return insecure && denied.some((one) => Number(valuesOf(one, 's3:TlsVersion', 'NumericLessThan').join()) >= 1.2);
    }),
  passes: withPolicy({}, TLS, TLS_VERSION),
  fails: {
    'has no policy': only(BUCKET, {}),
    'allows an old TLS': withPolicy({}, TLS),
    'asks for TLS of the bucket and not of the objects': withPolicy(
      {},
      { ...TLS, Resource: TLS.Resource[0] },
      TLS_VERSION,
    ),
    'asks one principal only': withPolicy(
      {},
      { ...TLS, Principal: { AWS: 'arn:aws:iam::210000000011:root' } },
      TLS_VERSION,
    ),
  },
  mutations: [],
};

/** Whom a statement refuses an action on all objects of a bucket below a folder, but for some roles; undefined where it does not. */
function refusedBut(statements: readonly Statement[], action: string, objects: string): readonly string[] | undefined {
  const found = statements.find(
    (one) => !one.allows && everybody(one) && one.actions.includes(action) && one.resources.includes(objects),
  );
  if (found === undefined) return undefined;
  const keys = Object.values(found.conditions).flatMap((one) => Object.keys(one));
  const but = valuesOf(found, 'aws:PrincipalArn', 'ArnNotEquals');
  return keys.every((key) => key === 'aws:PrincipalArn') && (keys.length === 0 || areRoles(but)) ? but : undefined;
}

const READERS = {
  Effect: 'Deny',
  Principal: { AWS: '*' },
  Action: ['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject'],
  Resource: { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['It', 'Arn'] }, '/*']] },
  Condition: { ArnNotEquals: { 'aws:PrincipalArn': ['arn:aws:iam::210000000011:role/aviation-x-analyst'] } },
};
const resultsOf = (...Statement: unknown[]): Resources => ({
  ...withPolicy({}, ...Statement),
  Workgroup: {
    Type: 'AWS::Athena::WorkGroup',
    Properties: {
      WorkGroupConfiguration: {
        ResultConfiguration: { OutputLocation: { 'Fn::Join': ['', ['s3://', { Ref: 'It' }, '/']] } },
      },
    },
  },
});

const results: Rule = {
  id: 'results-readers',
  why: 'results of queries are outside Lake Formation: only the roles of a workgroup read and write them, whatever their account allows',
  check: (resources) => {
    const locations = Object.values(resources)
      .filter(({ Type }) => Type === 'AWS::Athena::WorkGroup')
      .map(({ Properties }) =>
        textOf(at(Properties, 'WorkGroupConfiguration', 'ResultConfiguration', 'OutputLocation')),
      );
    return breaking(resources, BUCKET, (_, id) => {
      if (!locations.some((one) => one.startsWith(`s3://<${id}>`))) return true;
      const statements = policyOf(resources, id);
      return ['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject'].every(
        (action) => (refusedBut(statements, action, `<${id}.Arn>/*`) ?? []).length > 0,
      );
    });
  },
  passes: resultsOf(READERS),
  fails: {
    'lets everybody of the account read results': resultsOf(),
    'lets every role of a name read': resultsOf({
      ...READERS,
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': ['arn:aws:iam::210000000011:role/*'] } },
    }),
    'lets old versions be read': resultsOf({ ...READERS, Action: ['s3:GetObject', 's3:PutObject'] }),
  },
  mutations: [],
};

const once = (Resource: unknown): Properties => ({
  Effect: 'Deny',
  Principal: { AWS: '*' },
  Action: 's3:PutObject',
  Resource,
  Condition: { Null: { 's3:if-none-match': 'true' } },
});
const objects = (folder: string) => ({ 'Fn::Join': ['', [{ 'Fn::GetAtt': ['It', 'Arn'] }, `/${folder}/*`]] });
const LOG: readonly string[] = ['entries', 'ids', 'log/tile', 'log/checkpoints', 'details', 'queries', 'disposals'];
const logOf = (...Statement: unknown[]): Resources => ({
  ...withPolicy({ ObjectLockEnabled: true }, ...Statement),
  Appender: { Type: 'AWS::Lambda::Function' },
});

const writtenOnce: Rule = {
  id: 'evidence-once',
  why: 'an entry of the trail, its place and each checkpoint are written once, by their own account too: a newer version would hide the older',
  check: (resources) => {
    const functions = Object.values(resources).some(({ Type }) => Type === 'AWS::Lambda::Function');
    return breaking(resources, BUCKET, (p, id) => {
      const statements = policyOf(resources, id);
      // CloudTrail writes as it wants, and where no function of ours is, the statements that let others in ask for it.
      if (p.ObjectLockEnabled !== true || !functions || statements.some(({ services }) => services.length > 0))
        return true;
      const denied = statements.filter(
        (one) =>
          !one.allows &&
          everybody(one) &&
          one.actions.includes('s3:PutObject') &&
          Object.values(one.conditions).flatMap((keys) => Object.keys(keys)).length === 1 &&
          valuesOf(one, 's3:if-none-match', 'Null').join() === 'true',
      );
      const covered = denied.flatMap((one) => one.resources);
      return LOG.every((folder) => covered.includes(`<${id}.Arn>/${folder}/*`));
    });
  },
  passes: logOf(once(LOG.map(objects))),
  fails: {
    'lets entries be overwritten': logOf(),
    'forgets a folder': logOf(once(LOG.slice(1).map(objects))),
    'refuses what is written under a free key': logOf({
      ...once(LOG.map(objects)),
      Condition: { Null: { 's3:if-none-match': 'false' } },
    }),
  },
  mutations: [],
};

const LOCATION = 'AWS::LakeFormation::Resource';
const BUT = (role: string) => ({ ArnNotEquals: { 'aws:PrincipalArn': role } });
const productsOf = (...Statement: unknown[]): Resources => ({
  ...withPolicy({ BucketName: 'aviation-x-210000000011-us-east-1' }, ...Statement),
  Location: { Type: LOCATION, Properties: { ResourceArn: { 'Fn::GetAtt': ['It', 'Arn'] } } },
});
const KEPT = {
  Effect: 'Deny',
  Principal: { AWS: '*' },
  Action: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
  Resource: objects('disposals'),
};
const WRITTEN = {
  Effect: 'Deny',
  Principal: { AWS: '*' },
  Action: 's3:PutObject',
  Resource: objects('disposals'),
  Condition: BUT('arn:aws:iam::210000000011:role/aviation-x-disposal'),
};

const disposals: Rule = {
  id: 'disposals-kept',
  why: 'what says that data was disposed of is written by the one Lambda that disposes, and deleted by nobody of the domain',
  check: (resources, { account, topology: { mesh, domains } }) => {
    const products = domains
      .map(({ name, account: owner }) => ({ name, owner }))
      .find(({ owner }) => owner === account);
    return breaking(resources, BUCKET, (p, id) => {
      if (products === undefined || !String(p.BucketName).startsWith(`${mesh}-${products.name}-${account}-`))
        return true;
      const statements = policyOf(resources, id);
      const kept = `<${id}.Arn>/disposals/*`;
      const writers = refusedBut(statements, 's3:PutObject', kept) ?? [];
      const deleters = ['s3:DeleteObject', 's3:DeleteObjectVersion'].map((one) => refusedBut(statements, one, kept));
      return (
        writers.join().endsWith(`role/${mesh}-${products.name}-disposal`) && deleters.every((one) => one?.length === 0)
      );
    });
  },
  passes: productsOf(KEPT, WRITTEN),
  fails: {
    'lets them be deleted': productsOf(WRITTEN),
    'lets anybody write them': productsOf(KEPT),
    'lets old versions be deleted': productsOf({ ...KEPT, Action: 's3:DeleteObject' }, WRITTEN),
  },
  mutations: [],
};

const keysOf = (...Statement: unknown[]): Resources =>
  withPolicy({ BucketName: 'aviation-mask-keys-210000000001-us-east-1' }, ...Statement);
const all = { 'Fn::Join': ['', [{ 'Fn::GetAtt': ['It', 'Arn'] }, '/*']] };
const DENY = { Effect: 'Deny', Principal: { AWS: '*' }, Resource: all };
const KEY_READ = {
  ...DENY,
  Action: ['s3:GetObject', 's3:GetObjectVersion'],
  Condition: BUT('arn:aws:iam::210000000001:role/r'),
};
const KEY_WRITTEN = {
  ...DENY,
  Action: ['s3:PutObject', 's3:DeleteObject', 's3:DeleteObjectVersion'],
  Condition: BUT('arn:aws:iam::210000000001:role/aviation-reconcile'),
};

const maskKeys: Rule = {
  id: 'mask-keys',
  why: 'the keys that masked columns are hashed with are read by Lake Formation alone and written by the reconciler alone: with them every hash can be tried out',
  check: (resources) =>
    breaking(resources, BUCKET, (p, id) => {
      if (!/-mask-keys-\d{12}-/.test(String(p.BucketName))) return true;
      const statements = policyOf(resources, id);
      return [...KEY_READ.Action, ...KEY_WRITTEN.Action].every(
        (action) => refusedBut(statements, action, `<${id}.Arn>/*`)?.length === 1,
      );
    }),
  passes: keysOf(KEY_READ, KEY_WRITTEN),
  fails: {
    'lets the account read them': keysOf(KEY_WRITTEN),
    'lets the account write them': keysOf(KEY_READ),
    'lets every role read them': keysOf({ ...KEY_READ, Condition: BUT('*') }, KEY_WRITTEN),
  },
  mutations: [],
};

export const BUCKET_RULES: readonly Rule[] = [closed, tls, results, writtenOnce, disposals, maskKeys];
