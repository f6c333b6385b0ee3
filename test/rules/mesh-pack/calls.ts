import { at, breaking, list, only, type Properties, type Rule, setting } from './rule.ts';
import { isDeputyBound, statementsOf, textOf, valuesOf } from './statement.ts';

const PERMISSION = 'AWS::Lambda::Permission';
const STAGE = 'AWS::ApiGateway::Stage';
const ROLE = 'AWS::IAM::Role';

const GOOD = {
  Action: 'lambda:InvokeFunction',
  Principal: 'events.amazonaws.com',
  SourceArn: 'arn:aws:events:us-east-1:210000000011:rule/r',
};

const callers: Rule = {
  id: 'function-callers',
  why: 'a service calls a function for one source that is named; no function has an address of its own',
  check: (resources) => [
    ...breaking(
      resources,
      PERMISSION,
      (p) =>
        p.Action === 'lambda:InvokeFunction' &&
        /^[a-z]+\.amazonaws\.com$/.test(String(p.Principal)) &&
        p.FunctionUrlAuthType === undefined &&
        p.SourceArn !== undefined &&
        !/^(\*|arn:aws:[a-z*]+:\*.*)$/.test(textOf(p.SourceArn)) &&
        (p.SourceAccount === undefined || /^\d{12}$/.test(String(p.SourceAccount))),
    ),
    ...breaking(resources, 'AWS::Lambda::Url', () => false),
  ],
  passes: only(PERMISSION, GOOD),
  fails: {
    'is called for every source': only(PERMISSION, { ...GOOD, SourceArn: undefined }),
    'is called by everybody': only(PERMISSION, { ...GOOD, Principal: '*' }),
    'may be changed': only(PERMISSION, { ...GOOD, Action: 'lambda:*' }),
    'has an address': only('AWS::Lambda::Url', { AuthType: 'NONE' }),
  },
  mutations: [
    setting(PERMISSION, ['SourceArn'], undefined),
    setting(PERMISSION, ['SourceArn'], '*'),
    setting(PERMISSION, ['Principal'], '*'),
    setting(PERMISSION, ['Action'], 'lambda:*'),
  ],
};

const LOG = { AccessLogSetting: { DestinationArn: 'log', Format: '{"who":"$context.identity.caller"}' } };
const EVERY = {
  HttpMethod: '*',
  ResourcePath: '/*',
  DataTraceEnabled: false,
  LoggingLevel: 'ERROR',
  ThrottlingRateLimit: 100,
  ThrottlingBurstLimit: 200,
};

const ONE = { ...EVERY, HttpMethod: 'POST', ResourcePath: '/~1products', ThrottlingRateLimit: 20 };

/** What is set for one method stands beside what is set for all and inherits nothing of it. */
function isWatched(setting: unknown): boolean {
  const [rate, burst] = [Number(at(setting, 'ThrottlingRateLimit')), Number(at(setting, 'ThrottlingBurstLimit'))];
  return (
    at(setting, 'DataTraceEnabled') === false &&
    /^(ERROR|INFO)$/.test(String(at(setting, 'LoggingLevel'))) &&
    [rate, burst].every((limit) => limit > 0 && limit <= 10_000)
  );
}

const stages: Rule = {
  id: 'api-stage',
  why: 'every call of the API is logged with its caller, none with its content, and nobody calls so often that others cannot',
  check: (resources) =>
    breaking(resources, STAGE, (p) => {
      const [every, ...methods] = list(p.MethodSettings);
      return (
        at(p, 'AccessLogSetting', 'DestinationArn') !== undefined &&
        /\$context\.identity\.(caller|userArn|user|accountId)/.test(textOf(at(p, 'AccessLogSetting', 'Format'))) &&
        at(every, 'HttpMethod') === '*' &&
        at(every, 'ResourcePath') === '/*' &&
        isWatched(every) &&
        methods.every(
          (one) =>
            /^[A-Z]+$/.test(String(at(one, 'HttpMethod'))) &&
            /^\/[^*]+$/.test(String(at(one, 'ResourcePath'))) &&
            isWatched(one),
        )
      );
    }),
  passes: only(STAGE, { ...LOG, MethodSettings: [EVERY, ONE] }),
  fails: {
    'logs nobody': only(STAGE, { MethodSettings: [EVERY] }),
    'logs what is said': only(STAGE, { ...LOG, MethodSettings: [{ ...EVERY, DataTraceEnabled: true }] }),
    'is open to a flood': only(STAGE, { ...LOG, MethodSettings: [{ ...EVERY, ThrottlingRateLimit: undefined }] }),
    'leaves one method open to a flood': only(STAGE, {
      ...LOG,
      MethodSettings: [EVERY, { ...ONE, ThrottlingRateLimit: undefined }],
    }),
    'logs what is said to one method': only(STAGE, {
      ...LOG,
      MethodSettings: [EVERY, { ...ONE, DataTraceEnabled: true }],
    }),
  },
  mutations: [
    setting(STAGE, ['AccessLogSetting'], undefined),
    setting(STAGE, ['MethodSettings', '0', 'DataTraceEnabled'], true),
    setting(STAGE, ['MethodSettings', '0', 'ThrottlingBurstLimit'], undefined),
    setting(STAGE, ['MethodSettings', '0', 'LoggingLevel'], 'OFF'),
  ],
};

/** Services that become a role without saying for whom, and why no condition could ask them. */
const WITHOUT_SOURCE: Readonly<Record<string, string>> = {
  'apigateway.amazonaws.com': 'its documentation shows the trust for its logs without keys of a source',
  'backup.amazonaws.com': 'its documentation shows the trust without keys of a source',
  'glue.amazonaws.com': 'the documentation of a view’s definer shows the trust without keys of a source',
  'lambda.amazonaws.com':
    'its documentation shows an execution role without keys of a source; only its own account can pass the role',
  'vpc-flow-logs.amazonaws.com': 'the CDK writes the trust',
};

/** The definer of views trusts Lake Formation beside Glue, as its documentation shows it. */
function isDefiner(services: readonly string[]): boolean {
  return services.includes('glue.amazonaws.com') && services.length === 2;
}

const roleOf = (Service: string, Condition?: Properties) =>
  only(ROLE, {
    AssumeRolePolicyDocument: {
      Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole', Condition }],
    },
  });

const deputies: Rule = {
  id: 'role-deputies',
  why: 'a service that becomes a role does so for this account only: any account asks the same service',
  check: (resources, { account }) =>
    breaking(resources, ROLE, (p) => {
      const statements = statementsOf(p.AssumeRolePolicyDocument);
      const all = statements.flatMap(({ services }) => services);
      return statements.every((one) =>
        one.services.every((service) => {
          if (WITHOUT_SOURCE[service] !== undefined || (service === 'lakeformation.amazonaws.com' && isDefiner(all)))
            return true;
          const accounts = valuesOf(one, 'aws:SourceAccount', 'StringEquals');
          if (service !== 'rolesanywhere.amazonaws.com') return isDeputyBound(one) && accounts.join() === account;
          // A group with a slash in its name would be a folder below that of another.
          return (
            isDeputyBound(one) && valuesOf(one, 'aws:PrincipalTag/x509Subject/OU', 'StringNotLike').join() === '*/*'
          );
        }),
      );
    }),
  passes: roleOf('scheduler.amazonaws.com', { StringEquals: { 'aws:SourceAccount': '210000000011' } }),
  fails: {
    'acts for whoever asks': roleOf('scheduler.amazonaws.com'),
    'acts for another account': roleOf('lakeformation.amazonaws.com', {
      StringEquals: { 'aws:SourceAccount': '210000000012' },
    }),
    'acts for a pattern of accounts': roleOf('events.amazonaws.com', {
      ArnLike: { 'aws:SourceArn': 'arn:aws:events:us-east-1:*:rule/*' },
    }),
  },
  mutations: [
    {
      type: ROLE,
      name: 'no source of a service',
      apply(p) {
        const [statement] = list(at(p, 'AssumeRolePolicyDocument', 'Statement'));
        const service = String(at(statement, 'Principal', 'Service'));
        if (service === 'undefined' || WITHOUT_SOURCE[service] !== undefined) return false;
        return delete (statement as Properties).Condition;
      },
    },
  ],
};

const tagged = (Condition?: Properties) =>
  only(ROLE, {
    AssumeRolePolicyDocument: {
      Statement: [
        { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::210000000011:root' }, Action: 'sts:TagSession', Condition },
      ],
    },
  });

const tags: Rule = {
  id: 'session-tags',
  why: 'whoever assumes a role sets the tags that its trust names and no other: policies decide by tags',
  check: (resources) =>
    breaking(resources, ROLE, (p) =>
      statementsOf(p.AssumeRolePolicyDocument).every((one) => {
        if (!one.actions.includes('sts:TagSession') || one.services.length > 0) return true;
        const keys = valuesOf(one, 'aws:TagKeys', 'ForAllValues:StringEquals');
        return keys.length > 0 && keys.every((key) => /^[a-z]+$/.test(key));
      }),
    ),
  passes: tagged({ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['application'] } }),
  fails: { 'takes every tag': tagged() },
  mutations: [],
};

const GROUP = 'AWS::EC2::SecurityGroup';
const INGRESS = 'AWS::EC2::SecurityGroupIngress';
const ENDPOINT = 'AWS::EC2::VPCEndpoint';
const SUBNET = 'AWS::EC2::Subnet';

/** One port to somewhere; the CDK's way to say nowhere is a ping to nobody. */
function narrow(rule: unknown): boolean {
  const nowhere = at(rule, 'CidrIp') === '255.255.255.255/32';
  const port = at(rule, 'FromPort');
  const database = at(rule, 'CidrIp') !== '0.0.0.0/0' || port === 443;
  return (
    nowhere || (at(rule, 'IpProtocol') === 'tcp' && typeof port === 'number' && port === at(rule, 'ToPort') && database)
  );
}

const network: Rule = {
  id: 'source-network',
  why: 'a function that reads a database reaches that database and the services of its task, and nothing of the world reaches it',
  check: (resources) => [
    ...breaking(resources, GROUP, (p) => {
      const out = list(p.SecurityGroupEgress);
      return list(p.SecurityGroupIngress).length === 0 && out.length > 0 && out.every(narrow);
    }),
    ...breaking(
      resources,
      INGRESS,
      (p) => narrow(p) && p.CidrIp === undefined && p.SourceSecurityGroupId !== undefined,
    ),
    ...breaking(resources, SUBNET, (p) => p.MapPublicIpOnLaunch !== true),
    ...breaking(
      resources,
      ENDPOINT,
      (p) => p.VpcEndpointType === 'Gateway' || (p.PrivateDnsEnabled === true && list(p.SecurityGroupIds).length > 0),
    ),
    ...breaking(resources, 'AWS::EC2::VPC', (_, id) =>
      Object.values(resources).some(
        ({ Type, Properties: p }) =>
          Type === 'AWS::EC2::FlowLog' && at(p, 'ResourceId', 'Ref') === id && p?.TrafficType === 'ALL',
      ),
    ),
    ...breaking(resources, 'AWS::EC2::InternetGateway', () => false),
    ...breaking(resources, 'AWS::EC2::NatGateway', () => false),
  ],
  passes: only(GROUP, {
    SecurityGroupEgress: [{ CidrIp: '10.20.0.0/24', IpProtocol: 'tcp', FromPort: 5432, ToPort: 5432 }],
  }),
  fails: {
    'is let out anywhere': only(GROUP, { SecurityGroupEgress: [{ CidrIp: '0.0.0.0/0', IpProtocol: '-1' }] }),
    'says nothing of the way out, which is all of it': only(GROUP, {}),
    'is let in': only(INGRESS, { CidrIp: '0.0.0.0/0', IpProtocol: 'tcp', FromPort: 443, ToPort: 443 }),
    'is watched by nobody': only('AWS::EC2::VPC', {}),
    'has public addresses': only(SUBNET, { MapPublicIpOnLaunch: true }),
    'has a way to the world': only('AWS::EC2::InternetGateway', {}),
  },
  mutations: [
    setting(GROUP, ['SecurityGroupEgress'], undefined),
    setting(GROUP, ['SecurityGroupIngress'], [{ CidrIp: '0.0.0.0/0', IpProtocol: '-1' }]),
    setting(INGRESS, ['CidrIp'], '0.0.0.0/0'),
    setting(SUBNET, ['MapPublicIpOnLaunch'], true),
  ],
};

const ARCHIVE = 'AWS::Events::Archive';
const unlike = (source: unknown, type: unknown) => ({
  EventPattern: { source, 'detail-type': type },
  RetentionDays: 30,
});

const archives: Rule = {
  id: 'archive-replay',
  why: 'an archive keeps nothing that tells a Lambda to change access, and not for ever: a replay would have an old word obeyed again',
  check: (resources) =>
    breaking(resources, ARCHIVE, (p) => {
      const [source] = list(at(p, 'EventPattern', 'source'));
      const types = list(at(p, 'EventPattern', 'detail-type')).flatMap((one) => list(at(one, 'anything-but')));
      const reports = at(source, 'anything-but', 'prefix') === 'weft.domain.';
      return (
        (reports || source === 'weft.mesh') &&
        types.includes('ShareRequested') &&
        Number(p.RetentionDays) > 0 &&
        Number(p.RetentionDays) <= 3653
      );
    }),
  passes: only(
    ARCHIVE,
    unlike([{ 'anything-but': { prefix: 'weft.domain.' } }], [{ 'anything-but': ['ShareRequested'] }]),
  ),
  fails: {
    'keeps what the agent obeys': only(ARCHIVE, unlike([{ 'anything-but': { prefix: 'weft.domain.' } }], undefined)),
    'keeps the reports of domains': only(ARCHIVE, unlike(undefined, [{ 'anything-but': ['ShareRequested'] }])),
    'keeps for ever': only(ARCHIVE, { ...unlike(['weft.mesh'], undefined), RetentionDays: 0 }),
  },
  mutations: [setting(ARCHIVE, ['EventPattern'], undefined), setting(ARCHIVE, ['RetentionDays'], 0)],
};

export const CALL_RULES: readonly Rule[] = [callers, stages, deputies, tags, network, archives];
