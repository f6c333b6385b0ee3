import { at, breaking, list, only, type Properties, type Rule, setting } from './rule.ts';

const POLICY = 'AWS::Events::EventBusPolicy';
const RULE = 'AWS::Events::Rule';
const STATEMENT = {
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::210000000011:root' },
  Action: 'events:PutEvents',
  Resource: 'arn:aws:events:us-east-1:210000000001:event-bus/aviation-mesh',
  Condition: { StringEquals: { 'events:source': 'weft.domain.x' } },
};

/** One account, or anybody in one organization; and one source, so that nobody speaks for another. */
function narrow(statement: unknown): boolean {
  const principal = at(statement, 'Principal');
  const everybody = principal === '*' || at(principal, 'AWS') === '*';
  const organization = at(statement, 'Condition', 'StringEquals', 'aws:PrincipalOrgID');
  const source = at(statement, 'Condition', 'StringEquals', 'events:source');
  const from = !everybody || typeof organization === 'string';
  const named = list(source).length === 1 && !String(source).includes('*');
  return from && named && at(statement, 'Action') === 'events:PutEvents';
}

const senders: Rule = {
  id: 'bus-senders',
  why: 'a bus that takes events from an account takes one source from it, or domains could speak for each other',
  check: (resources) => breaking(resources, POLICY, (p) => narrow(p.Statement)),
  passes: only(POLICY, { StatementId: 'x', Statement: STATEMENT }),
  fails: {
    'takes every source': only(POLICY, { StatementId: 'x', Statement: { ...STATEMENT, Condition: undefined } }),
    'takes everybody': only(POLICY, { StatementId: 'x', Statement: { ...STATEMENT, Principal: '*' } }),
  },
  mutations: [
    setting(POLICY, ['Statement', 'Principal'], '*'),
    setting(POLICY, ['Statement', 'Principal'], { AWS: '*' }),
    setting(POLICY, ['Statement', 'Condition'], undefined),
    setting(POLICY, ['Statement', 'Action'], 'events:*'),
    setting(POLICY, ['Statement', 'Condition', 'StringEquals', 'events:source'], ['a', 'b']),
  ],
};

function isBus(arn: unknown): boolean {
  return typeof arn === 'string' && arn.includes(':event-bus/');
}

const TARGET = {
  Id: 'bus',
  Arn: 'arn:aws:events:us-east-1:210000000011:event-bus/aviation-x',
  RoleArn: 'arn:aws:iam::210000000001:role/r',
  DeadLetterConfig: { Arn: 'arn:aws:sqs:us-east-1:210000000001:dead' },
};
const GOOD_RULE = { EventPattern: { source: ['weft.mesh'] }, Targets: [TARGET] };

const targets: Rule = {
  id: 'rule-targets',
  why: 'what a rule cannot deliver is kept, and another bus is written to as a role',
  check: (resources) =>
    breaking(resources, RULE, (p) =>
      list(p.Targets).every(
        (target) =>
          at(target, 'DeadLetterConfig', 'Arn') !== undefined &&
          (!isBus(at(target, 'Arn')) || at(target, 'RoleArn') !== undefined),
      ),
    ),
  passes: only(RULE, GOOD_RULE),
  fails: {
    'loses what it cannot deliver': only(RULE, { ...GOOD_RULE, Targets: [{ ...TARGET, DeadLetterConfig: undefined }] }),
    'writes to a bus as nobody': only(RULE, { ...GOOD_RULE, Targets: [{ ...TARGET, RoleArn: undefined }] }),
  },
  mutations: [
    setting(RULE, ['Targets', '0', 'DeadLetterConfig'], undefined),
    {
      type: RULE,
      name: 'no role for another bus',
      apply(properties: Properties) {
        if (!isBus(at(properties, 'Targets', '0', 'Arn'))) return false;
        Object.assign(list(properties.Targets)[0] as Properties, { RoleArn: undefined });
        return true;
      },
    },
  ],
};

const sources: Rule = {
  id: 'rule-sources',
  why: 'a rule without a source matches what anybody puts on the bus',
  check: (resources) => breaking(resources, RULE, (p) => list(at(p, 'EventPattern', 'source')).length === 1),
  passes: only(RULE, GOOD_RULE),
  fails: { 'matches every source': only(RULE, { ...GOOD_RULE, EventPattern: { 'detail-type': ['ShareRequested'] } }) },
  mutations: [setting(RULE, ['EventPattern', 'source'], undefined)],
};

export const EVENT_RULES: readonly Rule[] = [senders, targets, sources];
