import { at, list, only, type Place, type Properties, type Resources, type Rule } from './rule.ts';
import { areRoles, identityStatements, type Statement, statementsOf, textOf, valuesOf } from './statement.ts';

const POLICY = 'AWS::IAM::Policy';

function breakingStatements(
  resources: Resources,
  fine: (statement: Statement, all: readonly Statement[]) => boolean,
): string[] {
  return Object.entries(resources)
    .filter(([, resource]) => {
      const statements = identityStatements(resource);
      return !statements.every((statement) => fine(statement, statements));
    })
    .map(([id]) => id);
}

const policy = (...Statement: Properties[]) =>
  only(POLICY, { PolicyDocument: { Statement: Statement.map((one) => ({ Effect: 'Allow', ...one })) } });

/** Actions that know no resource in IAM, or that something else bounds: who widens a grant here widens nothing else. */
const WITHOUT_RESOURCE: readonly RegExp[] = [
  /^athena:List(DataCatalogs|EngineVersions|WorkGroups)$/,
  /^cloudtrail:ListPublicKeys$/,
  /^cloudwatch:PutMetricData$/,
  /^dynamodb:ListStreams$/,
  /^ec2:(Create|Delete|Describe)NetworkInterfaces?$/,
  /^lakeformation:\w+$/,
  /^organizations:Describe(Organization|Account)$/,
  /^ram:(CreateResourceShare|GetResourceShare\w*|AcceptResourceShareInvitation)$/,
  /^secretsmanager:GetRandomPassword$/,
  /^xray:Put(TraceSegments|TelemetryRecords)$/,
];

const resources: Rule = {
  id: 'policy-resources',
  why: 'what a role may do it may do to something: a star stands only where IAM knows no resource',
  check: (all) =>
    breakingStatements(
      all,
      ({ allows, actions, resources: to }) =>
        !allows ||
        (to.length > 0 && !to.includes('*')) ||
        (to.length > 0 && actions.every((action) => WITHOUT_RESOURCE.some((known) => known.test(action)))),
    ),
  passes: policy(
    { Action: 's3:GetObject', Resource: 'arn:aws:s3:::bucket/*' },
    { Action: 'lakeformation:GetDataAccess', Resource: '*' },
  ),
  fails: {
    'reads every bucket': policy({ Action: 's3:GetObject', Resource: '*' }),
    'reads every bucket beside what knows none': policy({
      Action: ['xray:PutTraceSegments', 's3:GetObject'],
      Resource: '*',
    }),
    'may become every role': policy({ Action: 'sts:AssumeRole', Resource: ['arn:aws:iam::210000000011:role/r', '*'] }),
  },
  mutations: [
    {
      type: POLICY,
      name: 'every resource',
      apply: (p) =>
        list(at(p, 'PolicyDocument', 'Statement')).push({ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' }) > 0,
    },
  ],
};

const actions: Rule = {
  id: 'policy-actions',
  why: 'a family of actions grows with AWS: each action is named, but for those that the CDK grants for one key or bucket',
  check: (all) =>
    breakingStatements(all, ({ allows, actions: named }) => {
      const families = named.filter((action) => /[*?]/.test(action));
      return (
        !allows ||
        families.every((action) =>
          /^(kms:(GenerateDataKey|ReEncrypt)|s3:(GetObject|GetBucket|List|DeleteObject|Abort))\*$/.test(action),
        )
      );
    }),
  passes: policy({ Action: 'kms:GenerateDataKey*', Resource: 'key' }),
  fails: {
    'gives a family': policy({ Action: 'glue:Get*', Resource: 'x' }),
    'gives whatever comes': policy({ Action: 's3:Put*', Resource: 'x' }),
  },
  mutations: [],
};

/** Who sends events says as whom: a source of ours that is told, or any but ours. */
function speaksAsItself(statement: Statement): boolean {
  const only = valuesOf(statement, 'events:source', 'ForAllValues:StringEquals', 'StringEquals');
  const but = valuesOf(statement, 'events:source', 'ForAllValues:StringNotLike');
  if (only.length > 0)
    return only.every((source) => /^weft\.(mesh|domain\.|product\.\d{12}\.|rows\.)[^*]*$/.test(source));
  return but.join() === 'weft.*';
}

/** By the first action that it fits: what a statement has to ask for. */
const BOUNDS: readonly {
  readonly action: RegExp;
  readonly what: string;
  asks(statement: Statement, all: readonly Statement[], place: Place): boolean;
}[] = [
  {
    action: /^iam:PassRole$/,
    what: 'a role is passed to named services',
    asks: (one) =>
      areRoles(one.resources) &&
      valuesOf(one, 'iam:PassedToService', 'StringEquals').every((service) =>
        /^[a-z]+\.amazonaws\.com$/.test(service),
      ) &&
      valuesOf(one, 'iam:PassedToService', 'StringEquals').length > 0,
  },
  { action: /^sts:AssumeRole$/, what: 'a role is named', asks: (one) => areRoles(one.resources) },
  {
    action: /^kms:/,
    what: 'a key is told by its ARN or its alias',
    asks: (one, all, { account }) => {
      const keys = one.resources.filter((resource) => resource.endsWith(':key/*'));
      const aliases = valuesOf(one, 'kms:ResourceAliases', 'ForAnyValue:StringEquals');
      const told = keys.length === 0 || (aliases.length > 0 && aliases.every((alias) => /^alias\/[^*?]+$/.test(alias)));
      // A key of another account is used through S3 only: it encrypts objects for that account and nothing else.
      const s3 = valuesOf(one, 'kms:ViaService', 'StringEquals').some((via) =>
        /^s3\.[a-z0-9-]+\.amazonaws\.com$/.test(via),
      );
      const foreign = keys.some((key) => !key.includes(`:${account}:`)) && one.actions.includes('kms:GenerateDataKey');
      // Whoever holds a secret runs the code of others beside ours.
      const holds = all.some(({ actions: other }) => other.includes('secretsmanager:GetSecretValue'));
      return (
        told &&
        (!foreign || s3) &&
        (!holds ||
          valuesOf(one, 'kms:ViaService', 'StringEquals').some((via) =>
            /^(s3|secretsmanager)\.[a-z0-9-]+\.amazonaws\.com$/.test(via),
          ))
      );
    },
  },
  {
    action: /^ram:CreateResourceShare$/,
    what: 'only what Lake Formation shares is shared',
    asks: (one) => {
      const types = valuesOf(one, 'ram:RequestedResourceType', 'StringEquals', 'StringLike', 'StringLikeIfExists');
      return types.length > 0 && types.every((type) => /^glue:[A-Z][a-z]+$/.test(type));
    },
  },
  {
    action: /^ram:(Update|Delete|Associate|Disassociate)/,
    what: 'only shares of Lake Formation are changed',
    asks: (one) => valuesOf(one, 'ram:ResourceShareName', 'StringLike').join() === 'LakeFormation*',
  },
  {
    action: /^dynamodb:(Put|Update|Delete)Item$/,
    what: 'who keeps breakers keeps those of one kind',
    asks: (one) =>
      !one.resources.some((resource) => resource.endsWith('-breakers')) ||
      valuesOf(one, 'dynamodb:LeadingKeys', 'ForAllValues:StringEquals').length === 1,
  },
];

const bounds: Rule = {
  id: 'policy-bounds',
  why: 'some actions reach further than their resource says, and ask for more: a role is named and passed to named services, a key told by its alias, a share Lake Formation’s, a breaker of one kind',
  check: (all, place) =>
    breakingStatements(
      all,
      (statement, beside) =>
        !statement.allows ||
        statement.actions.every(
          (action) => BOUNDS.find((one) => one.action.test(action))?.asks(statement, beside, place) ?? true,
        ),
    ),
  passes: policy(
    {
      Action: 'iam:PassRole',
      Resource: 'arn:aws:iam::210000000001:role/r',
      Condition: { StringEquals: { 'iam:PassedToService': 'glue.amazonaws.com' } },
    },
    {
      Action: 'kms:Decrypt',
      Resource: 'arn:aws:kms:us-east-1:210000000011:key/*',
      Condition: { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/aviation-x' } },
    },
  ),
  fails: {
    'passes a role to every service': policy({ Action: 'iam:PassRole', Resource: 'arn:aws:iam::210000000001:role/r' }),
    'passes every role': policy({
      Action: 'iam:PassRole',
      Resource: 'arn:aws:iam::210000000001:role/*',
      Condition: { StringEquals: { 'iam:PassedToService': 'glue.amazonaws.com' } },
    }),
    'may become every role of a name': policy({ Action: 'sts:AssumeRole', Resource: 'arn:aws:iam::*:role/aviation-x' }),
    'decrypts with every key of an account': policy({
      Action: 'kms:Decrypt',
      Resource: 'arn:aws:kms:us-east-1:210000000011:key/*',
    }),
    'closes breakers of every kind': policy({
      Action: ['dynamodb:Query', 'dynamodb:DeleteItem'],
      Resource: 'arn:aws:dynamodb:us-east-1:210000000011:table/aviation-x-breakers',
    }),
    'shares whatever there is': policy({ Action: 'ram:CreateResourceShare', Resource: '*' }),
    "changes everybody's shares": policy({
      Action: 'ram:DeleteResourceShare',
      Resource: 'arn:aws:ram:us-east-1:210000000001:resource-share/*',
    }),
    "encrypts with another account's key past S3": policy({
      Action: 'kms:GenerateDataKey',
      Resource: 'arn:aws:kms:us-east-1:210000000001:key/*',
      Condition: { 'ForAnyValue:StringEquals': { 'kms:ResourceAliases': 'alias/aviation-audit' } },
    }),
    'decrypts what it wants beside a secret': policy(
      { Action: 'secretsmanager:GetSecretValue', Resource: 'secret' },
      { Action: 'kms:Decrypt', Resource: 'arn:aws:kms:us-east-1:210000000011:key/1' },
    ),
  },
  mutations: [],
};

const ROLE = 'AWS::IAM::Role';

/** The services that may become a role, by the role's logical id. */
function becomes(resource: Resources[string] | undefined): string[] {
  return statementsOf(at(resource?.Properties, 'AssumeRolePolicyDocument')).flatMap(({ services }) => services);
}

const sends = (Condition?: Properties) =>
  policy({
    Action: 'events:PutEvents',
    Resource: 'arn:aws:events:us-east-1:210000000001:event-bus/aviation-mesh',
    Condition,
  });

const speech: Rule = {
  id: 'event-speech',
  why: 'whoever puts events on a bus says as whom, and only as itself; a rule sends on what it heard and says nothing of its own',
  check: (all) =>
    Object.entries(all)
      .filter(([, resource]) => {
        const relays = resource.Type === ROLE && becomes(resource).join() === 'events.amazonaws.com';
        return !identityStatements(resource).every(
          (one) => !one.allows || !one.actions.includes('events:PutEvents') || relays || speaksAsItself(one),
        );
      })
      .map(([id]) => id),
  passes: sends({ 'ForAllValues:StringEquals': { 'events:source': 'weft.domain.x' } }),
  fails: {
    'speaks as anybody': sends(),
    'speaks as every domain': sends({ 'ForAllValues:StringEquals': { 'events:source': 'weft.domain.*' } }),
    'speaks as anybody but one': sends({ 'ForAllValues:StringNotLike': { 'events:source': 'weft.mesh' } }),
  },
  mutations: [],
};

const reader = (Condition?: Properties): Resources => ({
  It: {
    Type: ROLE,
    Properties: {
      AssumeRolePolicyDocument: {
        Statement: [
          { Effect: 'Allow', Principal: { Service: 'lakeformation.amazonaws.com' }, Action: 'sts:AssumeRole' },
        ],
      },
      Policies: [
        {
          PolicyDocument: {
            Statement: [{ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::aviation-x/*', Condition }],
          },
        },
      ],
    },
  },
});

const owners: Rule = {
  id: 'location-owner',
  why: 'the name of a bucket that is deleted can be taken by anybody: Lake Formation reads where the account that owns the data owns the bucket',
  check: (all) =>
    Object.entries(all)
      .filter(([, resource]) => {
        if (resource.Type !== ROLE || !becomes(resource).includes('lakeformation.amazonaws.com')) return false;
        return !identityStatements(resource).every(
          (one) =>
            !one.allows ||
            !one.actions.some((action) => action.startsWith('s3:')) ||
            /^\d{12}$/.test(valuesOf(one, 'aws:ResourceAccount', 'StringEquals').join()),
        );
      })
      .map(([id]) => id),
  passes: reader({ StringEquals: { 'aws:ResourceAccount': '210000000011' } }),
  fails: { 'reads whoever has the name now': reader() },
  mutations: [],
};

const TAG = 'aws:PrincipalTag/application';
const trusting = {
  Statement: [{ Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::210000000011:root' }, Action: 'sts:TagSession' }],
};
const REFUSED = {
  Effect: 'Deny',
  Action: '*',
  Resource: '*',
  Condition: { Null: { [TAG]: 'false' }, StringNotEquals: { [TAG]: ['billing'] } },
};
const people = (...Statement: unknown[]): Resources => ({
  It: { Type: ROLE, Properties: { AssumeRolePolicyDocument: trusting } },
  May: { Type: 'AWS::IAM::ManagedPolicy', Properties: { Roles: [{ Ref: 'It' }], PolicyDocument: { Statement } } },
});

const applications: Rule = {
  id: 'approved-applications',
  why: 'a role whose sessions may say which application they are used through does nothing through one that is not approved',
  check: (all) =>
    Object.entries(all)
      .filter(([id, { Type, Properties }]) => {
        const tagged = statementsOf(at(Properties, 'AssumeRolePolicyDocument')).some(
          ({ actions: may, services }) => may.includes('sts:TagSession') && services.length === 0,
        );
        if (Type !== ROLE || !tagged) return false;
        const statements = Object.values(all)
          .filter((other) => list(other.Properties?.Roles).some((role) => textOf(role) === `<${id}>`))
          .flatMap(identityStatements);
        return !statements.some(
          (one) =>
            !one.allows &&
            one.actions.join() === '*' &&
            one.resources.join() === '*' &&
            Object.keys(one.conditions).sort().join() === 'Null,StringNotEquals' &&
            valuesOf(one, TAG, 'Null').join() === 'false' &&
            valuesOf(one, TAG, 'StringNotEquals').every((name) => /^[a-z0-9-]+$/.test(name)) &&
            valuesOf(one, TAG, 'StringNotEquals').length > 0,
        );
      })
      .map(([id]) => id),
  passes: people(REFUSED),
  fails: {
    'does all through any application': people(),
    'refuses some actions only': people({ ...REFUSED, Action: 's3:*' }),
    'approves of every name': people({
      ...REFUSED,
      Condition: { ...REFUSED.Condition, StringNotEquals: { [TAG]: ['*'] } },
    }),
  },
  mutations: [],
};

export const POLICY_RULES: readonly Rule[] = [resources, actions, bounds, speech, owners, applications];
