import { serviceCaller } from '#local/core/act.ts';
import type { Cloud } from '#local/core/cloud.ts';
import { callerFor } from '#local/core/cloud.ts';
import type { Act } from '#local/core/service.ts';
import { findKey, keyArn } from '#local/services/kms/key.ts';
import {
  auditBucketName,
  auditKeyAlias,
  busArn,
  domainBusName,
  governanceRoleName,
  MESH_SOURCE,
  meshBusName,
  roleArn,
} from '#mesh/topology/names.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import type { Installed } from './separation/installed.ts';

/** Something that works on the deployed mesh by a statement of a policy other than the caller's own. */
export interface Standing {
  readonly what: string;
  readonly act: Act;
  /** The resource whose policy is taken apart. */
  readonly policyOf: string;
  /** How the report names that policy. */
  readonly named: RegExp;
}

/** One act for each kind of policy that a resource can have. */
export function standing(
  cloud: Cloud,
  topology: Topology,
  resources: readonly Installed[],
  secret: string,
): Standing[] {
  const { mesh, region, governanceAccount, auditAccount, domains } = topology;
  const account = domains[0]?.account ?? '';
  const name = domains[0]?.name ?? '';
  const find = (type: string, part: string, holder: string) => {
    const found = resources.find((one) => one.type === type && one.account === holder && one.arn.includes(part));
    if (found === undefined) throw new Error(`there is no ${type} ${part}`);
    return found.arn;
  };
  // There is one for each domain.
  const news = resources.find(
    ({ stack, arn }) => stack === `${mesh}-enrolment-${name}` && arn.includes('MeshEventsRole'),
  );
  const role = (holder: string, part: string) => callerFor(find('AWS::IAM::Role', part, holder), 'test');
  const assumed = (principal: string, arn: string, keys: Record<string, string> = {}): Standing => ({
    what: `${principal} takes on a role`,
    act: { caller: serviceCaller(principal, arn.split(':')[4] ?? ''), action: 'sts:AssumeRole', resource: arn, keys },
    policyOf: arn,
    named: /^trust of the role .*: add Allow sts:AssumeRole/,
  });
  const bus = busArn({ mesh, account, region }, domainBusName(mesh, name));
  const entries = `arn:aws:s3:::${auditBucketName(mesh, auditAccount, region)}`;
  const relay = role(governanceAccount, 'relay');
  const api = find('AWS::ApiGateway::RestApi', '', governanceAccount);
  const control = find('AWS::Lambda::Function', 'ControlApi', governanceAccount);
  const owner = cloud.contextFor(callerFor(`arn:aws:iam::${auditAccount}:root`, 'test'), region);
  const key = findKey(owner, auditKeyAlias(mesh));
  const once = { 's3:if-none-match': '*' };
  return [
    {
      what: 'a domain tells the queue of another account',
      act: {
        caller: role(account, `${name}-query-watch`),
        action: 'sqs:SendMessage',
        resource: find('AWS::SQS::Queue', `${mesh}-queries`, auditAccount),
      },
      policyOf: find('AWS::SQS::Queue', `${mesh}-queries`, auditAccount),
      named: /^policy of the queue .*: add Allow sqs:SendMessage .* to .*-query-watch/,
    },
    {
      what: 'governance writes to the bucket of another account',
      act: { caller: relay, action: 's3:PutObject', resource: `${entries}/details/x.json`, keys: once },
      policyOf: entries,
      named: /^policy of the bucket .*: add Allow s3:PutObject .* to aviation-relay/,
    },
    {
      what: 'and encrypts there with the key of that account',
      act: { caller: relay, action: 's3:PutObject', resource: `${entries}/details/x.json`, keys: once },
      policyOf: key === undefined ? '' : keyArn(key),
      named: /^policy of the key .*alias\/.*: add Allow kms:GenerateDataKey .* to aviation-relay/,
    },
    {
      what: 'EventBridge brings to the bus of another account what the mesh says',
      act: {
        caller: callerFor(news?.arn ?? '', 'test'),
        action: 'events:PutEvents',
        resource: bus,
        keys: { 'events:source': MESH_SOURCE, 'events:detail-type': 'X', 'events:eventBusInvocation': 'true' },
      },
      policyOf: bus,
      named: /^policy of the bus .*: add Allow events:PutEvents .* to .*MeshEventsRole/,
    },
    {
      what: 'API Gateway invokes a function',
      act: {
        caller: serviceCaller('apigateway.amazonaws.com', governanceAccount),
        action: 'lambda:InvokeFunction',
        resource: control,
        keys: { 'aws:SourceAccount': governanceAccount, 'aws:SourceArn': `${api}/v1/GET/products` },
      },
      policyOf: control,
      named: /^policy of the function .*: add Allow lambda:InvokeFunction .* to apigateway.amazonaws.com/,
    },
    {
      what: 'a domain calls the API',
      act: {
        caller: role(account, `${name}-steward`),
        action: 'execute-api:Invoke',
        resource: `${api}/v1/GET/products`,
      },
      policyOf: api,
      named: /^policy of the API .*: add Allow execute-api:Invoke .*-steward/,
    },
    {
      what: 'EventBridge tells a dead-letter queue of its own account',
      act: {
        caller: serviceCaller('events.amazonaws.com', governanceAccount),
        action: 'sqs:SendMessage',
        resource: find('AWS::SQS::Queue', 'Undelivered', governanceAccount),
        keys: {
          'aws:SourceArn': `arn:aws:events:${region}:${governanceAccount}:rule/${meshBusName(mesh)}/x`,
          'aws:SourceAccount': governanceAccount,
        },
      },
      policyOf: find('AWS::SQS::Queue', 'Undelivered', governanceAccount),
      named: /^policy of the queue .*: add Allow sqs:SendMessage .* to events.amazonaws.com/,
    },
    {
      what: 'a domain reads a secret of another account',
      act: { caller: role(account, `${name}-steward`), action: 'secretsmanager:GetSecretValue', resource: secret },
      policyOf: secret,
      named: /^policy of the secret .*: add Allow secretsmanager:GetSecretValue .*-steward/,
    },
    {
      what: 'a function of a domain takes on a role of governance',
      act: {
        caller: role(account, `${name}-event-port`),
        action: 'sts:AssumeRole',
        resource: find('AWS::IAM::Role', `${name}-directory`, governanceAccount),
      },
      policyOf: find('AWS::IAM::Role', `${name}-directory`, governanceAccount),
      named: /^trust of the role .*-directory: add Allow sts:AssumeRole .* to .*-event-port/,
    },
    assumed('lambda.amazonaws.com', roleArn(governanceAccount, governanceRoleName(mesh, 'reconcile'))),
    assumed('events.amazonaws.com', find('AWS::IAM::Role', 'ReportsRole', account), { 'aws:SourceAccount': account }),
    assumed('scheduler.amazonaws.com', find('AWS::IAM::Role', 'DisposalStarter', account), {
      'aws:SourceAccount': account,
    }),
    assumed('lakeformation.amazonaws.com', roleArn(account, `${mesh}-lf-${name}`), { 'aws:SourceAccount': account }),
  ];
}
