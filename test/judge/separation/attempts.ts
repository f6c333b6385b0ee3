import { ROUTES } from '#stacks/governance/mesh-api.ts';
import type { Attempt } from './attempt.ts';
import type { Installed } from './installed.ts';

const OBJECTS = [
  'entries/000/000/000.jsonl',
  'ids/x',
  'details/x.json',
  'log/checkpoint',
  'queries/x.json',
  'AWSLogs/x',
];

/** What would alter the trail, or stop it, by the type of what is altered. */
const ALTERING: Readonly<Record<string, readonly string[]>> = {
  'AWS::KMS::Key': [
    'kms:CreateGrant',
    'kms:Decrypt',
    'kms:DisableKey',
    'kms:Encrypt',
    'kms:GenerateDataKey',
    'kms:PutKeyPolicy',
    'kms:ScheduleKeyDeletion',
    'kms:Sign',
  ],
  'AWS::SQS::Queue': [
    'sqs:DeleteMessage',
    'sqs:DeleteQueue',
    'sqs:PurgeQueue',
    'sqs:ReceiveMessage',
    'sqs:SendMessage',
    'sqs:SetQueueAttributes',
  ],
  'AWS::Lambda::Function': [
    'lambda:AddPermission',
    'lambda:DeleteFunction',
    'lambda:InvokeFunction',
    'lambda:PutFunctionConcurrency',
    'lambda:UpdateFunctionCode',
    'lambda:UpdateFunctionConfiguration',
  ],
  'AWS::Glue::Database': ['glue:DeleteDatabase', 'glue:UpdateDatabase'],
  'AWS::Glue::Table': ['glue:DeleteTable', 'glue:UpdateTable'],
  'AWS::CloudTrail::Trail': [
    'cloudtrail:DeleteTrail',
    'cloudtrail:PutEventSelectors',
    'cloudtrail:StopLogging',
    'cloudtrail:UpdateTrail',
  ],
  'AWS::IAM::Role': [
    'iam:AttachRolePolicy',
    'iam:DeleteRole',
    'iam:PutRolePolicy',
    'iam:UpdateAssumeRolePolicy',
    'sts:AssumeRole',
  ],
  'AWS::Athena::WorkGroup': ['athena:DeleteWorkGroup', 'athena:UpdateWorkGroup'],
  'AWS::Scheduler::Schedule': ['scheduler:DeleteSchedule', 'scheduler:UpdateSchedule'],
};

const BUCKET = [
  's3:DeleteBucket',
  's3:DeleteBucketPolicy',
  's3:PutBucketObjectLockConfiguration',
  's3:PutBucketPolicy',
  's3:PutBucketVersioning',
  's3:PutEncryptionConfiguration',
  's3:PutLifecycleConfiguration',
  's3:PutReplicationConfiguration',
];
const OBJECT = [
  's3:BypassGovernanceRetention',
  's3:DeleteObject',
  's3:DeleteObjectVersion',
  's3:PutObject',
  's3:PutObjectAcl',
  's3:PutObjectLegalHold',
  's3:PutObjectRetention',
];

/** Everything that would alter the trail that some resources of an account are, or give its tables to others. */
export function alterations(resources: readonly Installed[], account: string): Attempt[] {
  const inLake = WITHOUT_RESOURCE.map((action) => ({ action, arn: '*', account }));
  const onThem = resources.flatMap((resource) => {
    const on = (action: string, arn = resource.arn): Attempt => ({ ...resource, action, arn });
    if (resource.type !== 'AWS::S3::Bucket') return (ALTERING[resource.type] ?? []).map((action) => on(action));
    return [
      ...BUCKET.map((action) => on(action)),
      ...OBJECTS.flatMap((key) => OBJECT.map((action) => on(action, `${resource.arn}/${key}`))),
    ];
  });
  return [...inLake, ...onThem];
}

/** Lake Formation knows no resources in IAM, and some others do not either. */
const WITHOUT_RESOURCE = [
  'AddLFTagsToResource',
  'BatchGrantPermissions',
  'BatchRevokePermissions',
  'CreateDataCellsFilter',
  'CreateLFTag',
  'GrantPermissions',
  'PutDataLakeSettings',
  'RegisterResource',
  'RevokePermissions',
  'UpdateDataCellsFilter',
]
  .map((name) => `lakeformation:${name}`)
  .concat('events:PutPermission');

/** Actions by which somebody gets more than he has, by the type of what gives it. */
const GIVING: Readonly<Record<string, readonly string[]>> = {
  'AWS::IAM::Role': [
    'iam:AttachRolePolicy',
    'iam:CreateRole',
    'iam:PassRole',
    'iam:PutRolePolicy',
    'iam:UpdateAssumeRolePolicy',
    'sts:AssumeRole',
  ],
  'AWS::KMS::Key': ['kms:CreateGrant', 'kms:PutKeyPolicy'],
  'AWS::S3::Bucket': ['s3:PutBucketPolicy'],
  'AWS::SQS::Queue': ['sqs:SendMessage', 'sqs:SetQueueAttributes'],
  'AWS::Lambda::Function': ['lambda:AddPermission', 'lambda:InvokeFunction', 'lambda:UpdateFunctionCode'],
  'AWS::DynamoDB::Table': ['dynamodb:DeleteItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
  'AWS::Events::EventBus': ['events:PutEvents'],
};

/** Everything by which data, or rights, could be given: in Lake Formation, in IAM, past the API, and by each command of it. */
export function grants(resources: readonly Installed[], accounts: readonly string[]): Attempt[] {
  return [
    ...accounts.flatMap((account) => WITHOUT_RESOURCE.map((action) => ({ action, arn: '*', account }))),
    ...resources.flatMap((resource) =>
      (GIVING[resource.type] ?? []).map((action): Attempt => ({ ...resource, action })),
    ),
    ...resources
      .filter(({ type }) => type === 'AWS::ApiGateway::RestApi')
      .flatMap((api) =>
        ROUTES.filter((route) => !route.startsWith('GET ')).map((route): Attempt => {
          const [method, path = ''] = route.split(' ');
          return {
            ...api,
            action: 'execute-api:Invoke',
            arn: `${api.arn}/v1/${method}${path.replaceAll(/\{\w+\}/g, 'x')}`,
          };
        }),
      ),
  ];
}
