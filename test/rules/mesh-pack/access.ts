import { at, breaking, list, only, type Properties, type Resources, type Rule, setting } from './rule.ts';

const ROLE = 'AWS::IAM::Role';
const METHOD = 'AWS::ApiGateway::Method';
const API = 'AWS::ApiGateway::RestApi';
const POLICIES = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', ROLE];

const lambdaTrust = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
const role = (...Statement: unknown[]) => only(ROLE, { AssumeRolePolicyDocument: { Statement } });

/** What proves that a principal of another account is the one that is meant. */
function bounded(condition: unknown): boolean {
  const text = JSON.stringify(condition ?? {});
  return ['aws:PrincipalOrgID', 'aws:PrincipalArn', 'sts:ExternalId'].some((key) => text.includes(`"${key}"`));
}

/** Services, and the role's own account; no wildcard, and another account only under a condition. */
function trusted(statement: unknown): boolean {
  const principal = at(statement, 'Principal');
  if (typeof principal !== 'object' || principal === null) return false;
  if ('Service' in principal) return list(principal.Service).every((service) => service !== '*');
  const foreign = list(at(principal, 'AWS')).some((one) => typeof one === 'string' && !one.startsWith('<own>'));
  return !list(at(principal, 'AWS')).includes('*') && (!foreign || bounded(at(statement, 'Condition')));
}

/** The text of an ARN of the stack's own account, in which the CDK leaves the partition open. */
function own(statement: unknown): unknown {
  const text = JSON.stringify(statement);
  const ownRoot = /\{"Fn::Join":\["",\["arn:",\{"Ref":"AWS::Partition"\},":iam::\d{12}:root"\]\]\}/g;
  return JSON.parse(text.replaceAll(ownRoot, '"<own>"'));
}

const trust: Rule = {
  id: 'role-trust',
  why: 'nobody assumes a role of the mesh but a service or its own account',
  check: (resources) =>
    breaking(resources, ROLE, (p) =>
      list(at(p, 'AssumeRolePolicyDocument', 'Statement')).every((s) => trusted(own(s))),
    ),
  passes: role(lambdaTrust),
  fails: {
    'trusts everybody': role({ ...lambdaTrust, Principal: { AWS: '*' } }),
    'trusts another account as it is': role({ ...lambdaTrust, Principal: { AWS: 'arn:aws:iam::999999999999:root' } }),
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

function member(statement: unknown): boolean {
  if (at(statement, 'Effect') === 'Deny') return true;
  const principal = at(statement, 'Principal');
  const everybody = principal === '*' || list(at(principal, 'AWS')).includes('*');
  return !everybody || typeof at(statement, 'Condition', 'StringEquals', 'aws:PrincipalOrgID') === 'string';
}

const apiPolicy = (statement: Properties) =>
  only(API, { Policy: { Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', ...statement }] } });
const inside = { Principal: { AWS: '*' }, Condition: { StringEquals: { 'aws:PrincipalOrgID': 'o-weftdemo01' } } };

const callers: Rule = {
  id: 'api-callers',
  why: 'the API has a resource policy that lets in the mesh and nobody else',
  check: (resources) =>
    breaking(resources, API, (p) => {
      const found = list(at(p, 'Policy', 'Statement'));
      return found.length > 0 && found.every(member);
    }),
  passes: apiPolicy(inside),
  fails: { 'lets in every account': apiPolicy({ Principal: '*' }), 'has no policy': only(API, {}) },
  mutations: [setting(API, ['Policy'], undefined), setting(API, ['Policy', 'Statement', '0'], { Principal: '*' })],
};

export const ACCESS_RULES: readonly Rule[] = [trust, actions, methods, callers];
