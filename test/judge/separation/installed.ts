import type { Store } from '#local/core/store.ts';
import { listStacks, type ResourceRecord } from '#local/deployer/stack-record.ts';
import { rolesNamespace, type StoredRole } from '#local/services/iam/model.ts';
import type { IamService } from '#local/services/iam/service.ts';

/** A resource of the deployed templates, with the policy that it has itself. */
export interface Installed {
  readonly type: string;
  /** `<account>`, and the stack that has it. */
  readonly account: string;
  readonly stack: string;
  readonly arn: string;
  readonly policy?: unknown;
}

/** Somebody who may call, with what its identity allows. */
export interface Principal {
  readonly name: string;
  readonly account: string;
  readonly arn: string;
  readonly policies: readonly { readonly name: string; readonly policy: unknown }[];
}

type Statement = Readonly<Record<string, unknown>>;

/** How the ARN of a resource type is made; types that are not here hold nothing that is asked about. */
const ARNS: Readonly<Record<string, (record: ResourceRecord, site: { account: string; region: string }) => string>> = {
  'AWS::S3::Bucket': ({ physicalId }) => `arn:aws:s3:::${physicalId}`,
  'AWS::KMS::Key': ({ physicalId }, { account, region }) => `arn:aws:kms:${region}:${account}:key/${physicalId}`,
  'AWS::SQS::Queue': ({ physicalId = '' }, { account, region }) =>
    `arn:aws:sqs:${region}:${account}:${physicalId.split('/').at(-1)}`,
  'AWS::Lambda::Function': ({ physicalId }, { account, region }) =>
    `arn:aws:lambda:${region}:${account}:function:${physicalId}`,
  'AWS::Glue::Database': ({ properties }, { account, region }) =>
    `arn:aws:glue:${region}:${account}:database/${(properties.DatabaseInput as { Name: string }).Name}`,
  'AWS::Glue::Table': ({ properties }, { account, region }) =>
    `arn:aws:glue:${region}:${account}:table/${properties.DatabaseName}/${(properties.TableInput as { Name: string }).Name}`,
  'AWS::CloudTrail::Trail': ({ physicalId }, { account, region }) =>
    `arn:aws:cloudtrail:${region}:${account}:trail/${physicalId}`,
  'AWS::IAM::Role': ({ physicalId }, { account }) => `arn:aws:iam::${account}:role/${physicalId}`,
  'AWS::Athena::WorkGroup': ({ physicalId }, { account, region }) =>
    `arn:aws:athena:${region}:${account}:workgroup/${physicalId}`,
  'AWS::Logs::LogGroup': ({ physicalId }, { account, region }) =>
    `arn:aws:logs:${region}:${account}:log-group:${physicalId}`,
  'AWS::DynamoDB::Table': ({ physicalId }, { account, region }) =>
    `arn:aws:dynamodb:${region}:${account}:table/${physicalId}`,
  'AWS::Events::EventBus': ({ physicalId }, { account, region }) =>
    `arn:aws:events:${region}:${account}:event-bus/${physicalId}`,
  'AWS::ApiGateway::RestApi': ({ physicalId }, { account, region }) =>
    `arn:aws:execute-api:${region}:${account}:${physicalId}`,
  'AWS::Scheduler::Schedule': ({ physicalId }, { account, region }) =>
    `arn:aws:scheduler:${region}:${account}:schedule/default/${physicalId}`,
};

/** Everything that the templates made and that has an ARN which is asked about, with its resource policy: new resources are there by themselves. */
export function installedIn(store: Store): Installed[] {
  const stacks = listStacks(store);
  return stacks.flatMap(({ account, region, stackName, resources }) => {
    const records = Object.values(resources);
    return records.flatMap((record) => {
      const arn = ARNS[record.type]?.(record, { account, region });
      if (arn === undefined) return [];
      const statements = statementsFor(record, arn, records);
      const policy = statements.length === 0 ? undefined : { Version: '2012-10-17', Statement: statements };
      return [{ type: record.type, account, stack: stackName, arn, ...(policy === undefined ? {} : { policy }) }];
    });
  });
}

/** What the resource's own policies say, wherever the template keeps them. */
function statementsFor(record: ResourceRecord, arn: string, all: readonly ResourceRecord[]): Statement[] {
  const own = ['KeyPolicy', 'AssumeRolePolicyDocument', 'Policy'].flatMap((name) =>
    statementsOf(record.properties[name]),
  );
  const beside = all.flatMap(({ type, properties }) => {
    const isFor =
      (type === 'AWS::S3::BucketPolicy' && properties.Bucket === record.physicalId) ||
      (type === 'AWS::SQS::QueuePolicy' && (properties.Queues as string[]).includes(record.physicalId ?? '')) ||
      (type === 'AWS::Events::EventBusPolicy' && properties.EventBusName === record.physicalId);
    return isFor ? statementsOf(properties.PolicyDocument ?? { Statement: properties.Statement }) : [];
  });
  // A role's trust names no resource; a simulated request does.
  return [...own, ...beside].map((statement) =>
    record.type === 'AWS::IAM::Role' || record.type === 'AWS::ApiGateway::RestApi'
      ? { ...statement, Resource: record.type === 'AWS::IAM::Role' ? arn : `${arn}/*` }
      : statement,
  );
}

function statementsOf(document: unknown): Statement[] {
  if (typeof document !== 'object' || document === null || !('Statement' in document)) return [];
  return [document.Statement].flat().filter((entry) => entry !== undefined) as Statement[];
}

/** Every role of some accounts that a template made. */
export function rolesOf(store: Store, iam: IamService, accounts: readonly string[]): Principal[] {
  return accounts.flatMap((account) =>
    store
      .list<StoredRole>(rolesNamespace(account))
      .map(({ value: { name, path } }) => ({ name, account, arn: `arn:aws:iam::${account}:role${path}${name}` }))
      .filter(({ name }) => !name.startsWith('cdk-'))
      .map((role) => ({
        ...role,
        policies: iam
          .policiesOf(role.arn)
          .filter(({ document }) => document !== undefined)
          .map(({ name, document }) => ({ name, policy: JSON.parse(document ?? '{}') as unknown })),
      })),
  );
}

/** Somebody of an account whose identity allows everything: an administrator, or CloudFormation's execution role. */
export function administrator(account: string, name: string): Principal {
  const policy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };
  return { name, account, arn: `arn:aws:iam::${account}:role/${name}`, policies: [{ name: 'everything', policy }] };
}
