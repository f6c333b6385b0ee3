import { at, breaking, list, only, type Place, type Properties, type Resources, type Rule, setting } from './rule.ts';
import { isBounded, isOwnRoot, type Statement, statementsOf, valuesOf } from './statement.ts';

const ROLE = 'AWS::IAM::Role';
const METHOD = 'AWS::ApiGateway::Method';
const API = 'AWS::ApiGateway::RestApi';
const POLICIES = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', ROLE];

const lambdaTrust = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
const role = (...Statement: unknown[]) => only(ROLE, { AssumeRolePolicyDocument: { Statement } });

const TRUSTED_ACTIONS = ['sts:AssumeRole', 'sts:SetSourceIdentity', 'sts:TagSession'];

/** Roles of people, whom the identity setup of their own account admits; all others are told by name. */
const PEOPLE = /-(producer|analyst|steward|platform|auditor)$/;

/** Services, the account itself for people, and otherwise roles that are named. */
function trusted(statement: Statement, people: boolean, place: Place): boolean {
  if (!statement.actions.every((action) => TRUSTED_ACTIONS.includes(action))) return false;
  const { services, principals } = statement;
  if (services.length > 0) {
    return principals.length === 0 && services.every((one) => /^[a-z-]+\.amazonaws\.com$/.test(one));
  }
  const self = principals.length > 0 && principals.every((one) => isOwnRoot(one, place));
  return (people && self) || (principals.length > 0 && isBounded(statement, place));
}

const directory = (Condition?: Properties) =>
  only(ROLE, {
    RoleName: 'aviation-x-directory',
    AssumeRolePolicyDocument: {
      Statement: [
        {
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::210000000012:root' },
          Action: 'sts:AssumeRole',
          Condition,
        },
      ],
    },
  });

const trust: Rule = {
  id: 'role-trust',
  why: "people become their roles as their own account says; any other role is a service's, or of roles that its trust names",
  check: (resources, place) =>
    breaking(resources, ROLE, (p) => {
      const people = PEOPLE.test(String(p.RoleName));
      return statementsOf(p.AssumeRolePolicyDocument).every((one) => !one.allows || trusted(one, people, place));
    }),
  passes: {
    Worker: { Type: ROLE, Properties: { AssumeRolePolicyDocument: { Statement: [lambdaTrust] } } },
    ...directory({ ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::210000000012:role/aviation-y-quality' } }),
  },
  fails: {
    'trusts everybody': role({ ...lambdaTrust, Principal: { AWS: '*' } }),
    'trusts another account as it is': directory(),
    'trusts every role of a name': directory({ ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::210000000012:role/*' } }),
    'trusts its own account where no people are': role({
      ...lambdaTrust,
      Principal: { AWS: 'arn:aws:iam::210000000011:root' },
    }),
    'may be changed by whom it trusts': role({ ...lambdaTrust, Action: '*' }),
  },
  mutations: [
    setting(ROLE, ['AssumeRolePolicyDocument', 'Statement', '0', 'Principal'], '*'),
    setting(ROLE, ['AssumeRolePolicyDocument', 'Statement', '0', 'Principal'], { AWS: '*' }),
    {
      type: ROLE,
      name: 'trust in another account as it is',
      apply(properties: Properties) {
        const [statement] = list(at(properties, 'AssumeRolePolicyDocument', 'Statement')) as [Properties];
        Object.assign(statement, { Principal: { AWS: 'arn:aws:iam::999999999999:root' }, Condition: undefined });
        return true;
      },
    },
  ],
};

function statements({ PolicyDocument, Policies }: Properties): unknown[] {
  const documents = [PolicyDocument, ...list(Policies).map((policy) => at(policy, 'PolicyDocument'))];
  return documents.flatMap((document) => list(at(document, 'Statement')));
}

/** `s3:*` and the like; `kms:ReEncrypt*` names a family of one verb. */
function wholeService(action: unknown): boolean {
  return /^(\*|[a-z0-9-]+:\*)$/.test(String(action));
}

const policy = (Action: string) =>
  only('AWS::IAM::Policy', { PolicyDocument: { Statement: [{ Effect: 'Allow', Action, Resource: 'x' }] } });

const actions: Rule = {
  id: 'no-whole-service',
  why: 'no policy gives a whole service, least of all lakeformation:*',
  check: (resources: Resources) =>
    POLICIES.flatMap((type) =>
      breaking(resources, type, (p) =>
        statements(p).every((s) => at(s, 'Effect') !== 'Allow' || !list(at(s, 'Action')).some(wholeService)),
      ),
    ),
  passes: policy('lakeformation:GetDataAccess'),
  fails: { 'gives all of Lake Formation': policy('lakeformation:*'), 'gives everything': policy('*') },
  mutations: [
    setting('AWS::IAM::Policy', ['PolicyDocument', 'Statement', '0', 'Action'], 'lakeformation:*'),
    setting('AWS::IAM::ManagedPolicy', ['PolicyDocument', 'Statement', '0', 'Action'], ['s3:GetObject', 's3:*']),
  ],
};

const methods: Rule = {
  id: 'api-iam',
  why: 'every method of the API asks IAM who calls',
  check: (resources) => breaking(resources, METHOD, (p) => p.AuthorizationType === 'AWS_IAM'),
  passes: only(METHOD, { AuthorizationType: 'AWS_IAM' }),
  fails: { 'lets anybody call': only(METHOD, { AuthorizationType: 'NONE' }) },
  mutations: [setting(METHOD, ['AuthorizationType'], 'NONE')],
};

/** Members of the organization but for the API's own account, whose people have policies of their own; or accounts that are named. */
function member(statement: Statement, { topology: { organization, domains, governanceAccount } }: Place): boolean {
  if (!statement.allows) return true;
  if (statement.actions.join() !== 'execute-api:Invoke') return false;
  if (!statement.principals.some((principal) => principal.includes('*'))) {
    const known = domains.map(({ account }) => `arn:aws:iam::${account}:root`);
    return statement.principals.length > 0 && statement.principals.every((principal) => known.includes(principal));
  }
  const members = valuesOf(statement, 'aws:PrincipalOrgID', 'StringEquals');
  const own = valuesOf(statement, 'aws:PrincipalAccount', 'StringNotEquals');
  return organization !== undefined && members.join() === organization && own.join() === governanceAccount;
}

/** Where the mesh knows applications, a session of another one is refused. */
function refusesOthers(statements: readonly Statement[], { topology: { applications = [] } }: Place): boolean {
  const key = 'aws:PrincipalTag/application';
  return (
    applications.length === 0 ||
    statements.some(
      (one) =>
        !one.allows &&
        one.principals.join() === '*' &&
        valuesOf(one, key, 'Null').join() === 'false' &&
        valuesOf(one, key, 'StringNotEquals').length > 0 &&
        valuesOf(one, key, 'StringNotEquals').every((name) => applications.some((known) => known.name === name)),
    )
  );
}

const apiPolicy = (statement: Properties) =>
  only(API, { Policy: { Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', ...statement }] } });
const inside = {
  Principal: { AWS: '*' },
  Condition: {
    StringEquals: { 'aws:PrincipalOrgID': 'o-weftdemo01' },
    StringNotEquals: { 'aws:PrincipalAccount': '210000000001' },
  },
};

const callers: Rule = {
  id: 'api-callers',
  why: 'the API has a resource policy that lets in the mesh and nobody else',
  check: (resources, place) =>
    breaking(resources, API, (p) => {
      const found = statementsOf(p.Policy);
      return found.length > 0 && found.every((one) => member(one, place)) && refusesOthers(found, place);
    }),
  passes: apiPolicy(inside),
  fails: { 'lets in every account': apiPolicy({ Principal: '*' }), 'has no policy': only(API, {}) },
  mutations: [setting(API, ['Policy'], undefined), setting(API, ['Policy', 'Statement', '0'], { Principal: '*' })],
};

export const ACCESS_RULES: readonly Rule[] = [trust, actions, methods, callers];
