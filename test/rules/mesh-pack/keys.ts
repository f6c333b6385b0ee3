import {
  at,
  breaking,
  list,
  type Mutation,
  only,
  type Place,
  type Properties,
  type Resources,
  type Rule,
  setting,
} from './rule.ts';
import { areRoles, isBounded, isDeputyBound, isOwnRoot, type Statement, statementsOf, valuesOf } from './statement.ts';

const KEY = 'AWS::KMS::Key';

const rotation: Rule = {
  id: 'key-rotation',
  why: 'a key that encrypts is rotated every year; one that signs cannot be, and says that it signs',
  check: (resources) =>
    breaking(resources, KEY, (p) =>
      p.KeyUsage === 'SIGN_VERIFY'
        ? /^ECC_NIST_/.test(String(p.KeySpec))
        : p.EnableKeyRotation === true && p.KeySpec === undefined,
    ),
  passes: only(KEY, { EnableKeyRotation: true }),
  fails: {
    'is never rotated': only(KEY, {}),
    'signs with a key that is for encryption': only(KEY, { KeyUsage: 'SIGN_VERIFY', KeySpec: 'RSA_2048' }),
  },
  mutations: [
    {
      type: KEY,
      name: 'no rotation',
      apply: (p) => p.EnableKeyRotation === true && delete p.EnableKeyRotation,
    },
  ],
};

/** Of another account only what reads or writes objects, by a role that is told by name, or by S3 for a partner. */
function admits(statement: Statement, place: Place): boolean {
  const { actions, principals, services } = statement;
  if (!statement.allows) return true;
  if (!actions.every((action) => action.startsWith('kms:'))) return false;
  if (services.length > 0) return principals.length === 0 && isDeputyBound(statement) && !actions.includes('kms:*');
  if (principals.length > 0 && principals.every((one) => isOwnRoot(one, place))) return true;
  const narrow = actions.every((action) => ['kms:Decrypt', 'kms:GenerateDataKey'].includes(action));
  const s3 =
    valuesOf(statement, 'kms:ViaService', 'StringEquals').join() === `s3.${place.topology.region}.amazonaws.com`;
  // A partner takes files past Lake Formation; those who govern never do.
  const partner = principals.every(
    (one) => /^arn:aws:iam::\d{12}:root$/.test(one) && !one.includes(place.topology.governanceAccount),
  );
  return narrow && s3 && (isBounded(statement, place) || (partner && actions.join() === 'kms:Decrypt'));
}

const keyPolicy = (...Statement: unknown[]) => only(KEY, { EnableKeyRotation: true, KeyPolicy: { Statement } });
const OWN = { Effect: 'Allow', Action: 'kms:*', Principal: { AWS: 'arn:aws:iam::210000000011:root' }, Resource: '*' };
const READER = {
  Effect: 'Allow',
  Action: 'kms:Decrypt',
  Principal: { AWS: 'arn:aws:iam::210000000001:root' },
  Resource: '*',
  Condition: {
    ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::210000000001:role/aviation-lf-x' },
    StringEquals: { 'kms:ViaService': 's3.us-east-1.amazonaws.com' },
  },
};
const LOGS = {
  Effect: 'Allow',
  Action: ['kms:Decrypt', 'kms:Encrypt'],
  Principal: { Service: 'logs.us-east-1.amazonaws.com' },
  Resource: '*',
  Condition: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': 'arn:aws:logs:us-east-1:210000000011:*' } },
};

const keyPolicies: Rule = {
  id: 'key-policy',
  why: 'a key is its account’s: another account uses it as a role that is named or through S3, and a service for what is its account’s',
  check: (resources, place) =>
    breaking(resources, KEY, (p) => {
      const statements = statementsOf(p.KeyPolicy);
      return (
        statements.some((one) => one.principals.some((by) => isOwnRoot(by, place))) &&
        statements.every((one) => admits(one, place))
      );
    }),
  passes: keyPolicy(OWN, READER, LOGS),
  fails: {
    'lets another account in': keyPolicy(OWN, { ...READER, Condition: undefined }),
    'lets everybody in': keyPolicy(OWN, { ...READER, Principal: '*', Condition: undefined }),
    'lets a role of another account do everything': keyPolicy(OWN, { ...READER, Action: 'kms:*' }),
    'lets the logs of every account in': keyPolicy(OWN, { ...LOGS, Condition: undefined }),
    'has nobody who can change it': keyPolicy(READER),
  },
  mutations: [
    {
      type: KEY,
      name: 'another account as it is',
      apply: (p) =>
        list(at(p, 'KeyPolicy', 'Statement')).push({
          ...READER,
          Principal: { AWS: 'arn:aws:iam::999999999999:root' },
          Condition: undefined,
        }) > 0,
    },
    {
      type: KEY,
      name: 'no condition of a service',
      apply: (p) => {
        const found = list(at(p, 'KeyPolicy', 'Statement')).find(
          (one) => at(one, 'Principal', 'Service') !== undefined,
        );
        return found !== undefined && delete (found as Properties).Condition;
      },
    },
  ],
};

const SIGNER = {
  Effect: 'Deny',
  Action: 'kms:Sign',
  Principal: { AWS: '*' },
  Resource: '*',
  Condition: { ArnNotEquals: { 'aws:PrincipalArn': 'arn:aws:iam::210000000001:role/aviation-appender' } },
};
const logOf = (...Statement: unknown[]): Resources => ({
  It: { Type: KEY, Properties: { KeyUsage: 'SIGN_VERIFY', KeyPolicy: { Statement: [OWN, ...Statement] } } },
  Alias: {
    Type: 'AWS::KMS::Alias',
    Properties: { AliasName: 'alias/aviation-audit-log', TargetKeyId: { 'Fn::GetAtt': ['It', 'Arn'] } },
  },
});

const signer: Rule = {
  id: 'log-signer',
  why: 'whoever signs a checkpoint says what the trail was: the appender alone, whatever its account allows',
  check: (resources) => {
    const signing = Object.values(resources)
      .filter(({ Type, Properties }) => Type === 'AWS::KMS::Alias' && /-audit-log$/.test(String(Properties?.AliasName)))
      .map(({ Properties }) => list(at(Properties, 'TargetKeyId', 'Fn::GetAtt'))[0]);
    return breaking(resources, KEY, (p, id) => {
      if (!signing.includes(id)) return true;
      return statementsOf(p.KeyPolicy).some((one) => {
        const but = valuesOf(one, 'aws:PrincipalArn', 'ArnNotEquals');
        const conditions = Object.keys(one.conditions);
        const all =
          !one.allows &&
          one.principals.join() === '*' &&
          one.actions.includes('kms:Sign') &&
          one.resources.join() === '*';
        return all && conditions.length === 1 && but.length === 1 && areRoles(but) && /-appender$/.test(but.join());
      });
    });
  },
  passes: logOf(SIGNER),
  fails: {
    'lets the account sign': logOf(),
    'lets every role sign': logOf({ ...SIGNER, Condition: { ArnNotEquals: { 'aws:PrincipalArn': '*' } } }),
  },
  mutations: [],
};

const LOG_GROUP = 'AWS::Logs::LogGroup';
const TABLE = 'AWS::DynamoDB::Table';
const SECRET = 'AWS::SecretsManager::Secret';
const VAULT = 'AWS::Backup::BackupVault';

const logGroups: Rule = {
  id: 'log-groups',
  why: 'logs are kept for a year under a key of the account, and not for ever',
  check: (resources) =>
    breaking(
      resources,
      LOG_GROUP,
      (p) => Number(p.RetentionInDays) >= 365 && Number(p.RetentionInDays) <= 3653 && p.KmsKeyId !== undefined,
    ),
  passes: only(LOG_GROUP, { RetentionInDays: 365, KmsKeyId: 'key' }),
  fails: {
    'are kept a week': only(LOG_GROUP, { RetentionInDays: 7, KmsKeyId: 'key' }),
    'are in the clear': only(LOG_GROUP, { RetentionInDays: 365 }),
  },
  mutations: [setting(LOG_GROUP, ['RetentionInDays'], undefined), setting(LOG_GROUP, ['KmsKeyId'], undefined)],
};

const GOOD_TABLE = {
  DeletionProtectionEnabled: true,
  PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: 'key' },
};

/** What spoils a table that is to be kept; the breakers' is not. */
function ofRegistry(mutation: Mutation): Mutation {
  return { ...mutation, apply: (p) => (isOfBreakers(p) ? false : mutation.apply(p)) };
}

/** The breakers are of the moment: lost, each is closed, and opens again where something fails. */
function isOfBreakers(p: Properties): boolean {
  return /-breakers$/.test(String(p.TableName));
}

const tables: Rule = {
  id: 'tables-kept',
  why: 'the registry can be put back to any second of the last weeks, is not deleted by a slip, and is encrypted with a key of its account',
  check: (resources) =>
    breaking(
      resources,
      TABLE,
      (p) =>
        (isOfBreakers(p) && at(p, 'SSESpecification', 'SSEEnabled') === true) ||
        (p.DeletionProtectionEnabled === true &&
          at(p, 'PointInTimeRecoverySpecification', 'PointInTimeRecoveryEnabled') === true &&
          at(p, 'SSESpecification', 'SSEEnabled') === true &&
          at(p, 'SSESpecification', 'SSEType') === 'KMS' &&
          at(p, 'SSESpecification', 'KMSMasterKeyId') !== undefined),
    ),
  passes: only(TABLE, GOOD_TABLE),
  fails: {
    'cannot be put back': only(TABLE, { ...GOOD_TABLE, PointInTimeRecoverySpecification: undefined }),
    'can be deleted': only(TABLE, { ...GOOD_TABLE, DeletionProtectionEnabled: false }),
  },
  mutations: [
    ofRegistry(setting(TABLE, ['DeletionProtectionEnabled'], false)),
    ofRegistry(setting(TABLE, ['PointInTimeRecoverySpecification'], undefined)),
    ofRegistry(setting(TABLE, ['SSESpecification', 'KMSMasterKeyId'], undefined)),
  ],
};

const rotatedSecret = (days: number): Resources => ({
  It: { Type: SECRET, Properties: { KmsKeyId: 'key', GenerateSecretString: {} } },
  Schedule: {
    Type: 'AWS::SecretsManager::RotationSchedule',
    Properties: {
      SecretId: { Ref: 'It' },
      RotationLambdaARN: 'function',
      RotationRules: { AutomaticallyAfterDays: days },
    },
  },
});

const secrets: Rule = {
  id: 'secrets-rotated',
  why: 'a password of a source is changed at least every 90 days, is made up and in no template, and is under a key of the account',
  check: (resources) =>
    breaking(resources, SECRET, (p, id) => {
      const days = Object.values(resources)
        .filter(
          ({ Type, Properties }) =>
            Type === 'AWS::SecretsManager::RotationSchedule' &&
            at(Properties, 'SecretId', 'Ref') === id &&
            at(Properties, 'RotationLambdaARN') !== undefined,
        )
        .map(({ Properties }) => Number(at(Properties, 'RotationRules', 'AutomaticallyAfterDays')));
      return (
        p.KmsKeyId !== undefined &&
        p.SecretString === undefined &&
        p.GenerateSecretString !== undefined &&
        days.some((one) => one > 0 && one <= 90)
      );
    }),
  passes: rotatedSecret(30),
  fails: { 'is never changed': only(SECRET, { KmsKeyId: 'key' }), 'is changed once a year': rotatedSecret(365) },
  mutations: [setting(SECRET, ['KmsKeyId'], undefined), setting(SECRET, ['SecretString'], 'hunter2')],
};

const vaultOf = (days: number): Resources => ({
  Selection: { Type: 'AWS::Backup::BackupSelection' },
  It: { Type: VAULT, Properties: { EncryptionKeyArn: 'key' } },
  Plan: {
    Type: 'AWS::Backup::BackupPlan',
    Properties: {
      BackupPlan: {
        BackupPlanRule: [
          { Lifecycle: { DeleteAfterDays: days }, TargetBackupVault: { 'Fn::GetAtt': ['It', 'BackupVaultName'] } },
        ],
      },
    },
  },
});

const backups: Rule = {
  id: 'backups-kept',
  why: 'a backup lies under a key of its own, is made by a plan, and is kept for a week at least',
  check: (resources) => {
    const rules = Object.values(resources)
      .filter(({ Type }) => Type === 'AWS::Backup::BackupPlan')
      .flatMap(({ Properties }) => list(at(Properties, 'BackupPlan', 'BackupPlanRule')));
    const selected = Object.values(resources).some(({ Type }) => Type === 'AWS::Backup::BackupSelection');
    return breaking(resources, VAULT, (p, id) => {
      const own = rules.filter((rule) => list(at(rule, 'TargetBackupVault', 'Fn::GetAtt'))[0] === id);
      return (
        p.EncryptionKeyArn !== undefined &&
        selected &&
        own.length > 0 &&
        own.every((rule) => Number(at(rule, 'Lifecycle', 'DeleteAfterDays')) >= 7)
      );
    });
  },
  passes: vaultOf(35),
  fails: {
    'is made by no plan': only(VAULT, { EncryptionKeyArn: 'key' }),
    'is made of nothing': { ...vaultOf(35), Selection: { Type: 'AWS::Backup::BackupPlan' } },
    'is kept for a day': vaultOf(1),
  },
  mutations: [setting(VAULT, ['EncryptionKeyArn'], undefined)],
};

const FIREHOSE = 'AWS::KinesisFirehose::DeliveryStream';
const GOOD_STREAM = {
  DeliveryStreamEncryptionConfigurationInput: { KeyType: 'CUSTOMER_MANAGED_CMK', KeyARN: 'key' },
  ExtendedS3DestinationConfiguration: { EncryptionConfiguration: { KMSEncryptionConfig: { AWSKMSKeyARN: 'key' } } },
};

const streams: Rule = {
  id: 'streams-encrypted',
  why: 'what is on its way into a bucket is encrypted with a key of the account, like what lies there',
  check: (resources) =>
    breaking(
      resources,
      FIREHOSE,
      (p) =>
        at(p, 'DeliveryStreamEncryptionConfigurationInput', 'KeyType') === 'CUSTOMER_MANAGED_CMK' &&
        at(p, 'DeliveryStreamEncryptionConfigurationInput', 'KeyARN') !== undefined &&
        at(
          p,
          'ExtendedS3DestinationConfiguration',
          'EncryptionConfiguration',
          'KMSEncryptionConfig',
          'AWSKMSKeyARN',
        ) !== undefined,
    ),
  passes: only(FIREHOSE, GOOD_STREAM),
  fails: {
    'is in the clear on its way': only(FIREHOSE, {
      ...GOOD_STREAM,
      DeliveryStreamEncryptionConfigurationInput: undefined,
    }),
  },
  mutations: [
    setting(FIREHOSE, ['DeliveryStreamEncryptionConfigurationInput', 'KeyType'], 'AWS_OWNED_CMK'),
    setting(FIREHOSE, ['ExtendedS3DestinationConfiguration', 'EncryptionConfiguration'], undefined),
  ],
};

const HOLDERS = [
  'AWS::Glue::Database',
  TABLE,
  KEY,
  LOG_GROUP,
  VAULT,
  SECRET,
  'AWS::S3::Bucket',
  'AWS::SQS::Queue',
  'AWS::Athena::WorkGroup',
];

const kept: Rule = {
  id: 'data-kept',
  why: 'what holds data or unlocks it outlives its stack, and its own replacement',
  check: (resources) => {
    // A database whose tables are all of the template is made again as it was.
    const made = Object.values(resources).some(({ Type }) => Type === 'AWS::Glue::Table');
    return Object.entries(resources)
      .filter(([, { Type }]) => HOLDERS.includes(Type) && !(made && Type === 'AWS::Glue::Database'))
      .filter(
        ([, { DeletionPolicy, UpdateReplacePolicy }]) =>
          DeletionPolicy !== 'Retain' || UpdateReplacePolicy !== 'Retain',
      )
      .map(([id]) => id);
  },
  passes: { It: { Type: KEY, DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' } },
  fails: {
    'goes with its stack': { It: { Type: KEY } },
    'goes when it is replaced': { It: { Type: KEY, DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Delete' } },
  },
  mutations: [],
};

export const KEY_RULES: readonly Rule[] = [
  rotation,
  keyPolicies,
  signer,
  logGroups,
  tables,
  secrets,
  backups,
  streams,
  kept,
];
