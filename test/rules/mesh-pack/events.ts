import { at, breaking, list, only, type Place, type Properties, type Rule, setting } from './rule.ts';
import { textOf } from './statement.ts';

const POLICY = 'AWS::Events::EventBusPolicy';
const RULE = 'AWS::Events::Rule';
const STATEMENT = {
  Effect: 'Allow',
  Principal: { AWS: 'arn:aws:iam::210000000011:root' },
  Action: 'events:PutEvents',
  Resource: 'arn:aws:events:us-east-1:210000000001:event-bus/aviation-mesh',
  Condition: { StringEquals: { 'events:source': 'weft.domain.x' } },
};

/** The policy variable makes it the account of whoever sends. */
const OWN_PRODUCTS = 'weft.product.$' + '{aws:PrincipalAccount}.*';

/** One account with one source, or each with those that carry its number; or one organization, whose rules then ask for the account of each source. */
function narrow(statement: unknown, { topology }: Place): boolean {
  const principal = at(statement, 'Principal');
  const everybody = principal === '*' || at(principal, 'AWS') === '*';
  if (at(statement, 'Action') !== 'events:PutEvents') return false;
  if (everybody) {
    const organization = at(statement, 'Condition', 'StringEquals', 'aws:PrincipalOrgID');
    const source = at(statement, 'Condition', 'StringLike', 'events:source');
    return (
      organization !== undefined &&
      organization === topology.organization &&
      (source === 'weft.domain.*' || source === OWN_PRODUCTS)
    );
  }
  if (list(at(principal, 'AWS')).some((one) => textOf(one).includes('*'))) return false;
  if (at(statement, 'Condition', 'StringLike', 'events:source') === OWN_PRODUCTS) return true;
  const source = at(statement, 'Condition', 'StringEquals', 'events:source');
  return list(source).length === 1 && !String(source).includes('*');
}

const senders: Rule = {
  id: 'bus-senders',
  why: 'a bus that takes events from an account takes one source from it, or domains could speak for each other',
  check: (resources, place) => breaking(resources, POLICY, (p) => narrow(p.Statement, place)),
  passes: only(POLICY, { StatementId: 'x', Statement: STATEMENT }),
  fails: {
    'takes every source': only(POLICY, { StatementId: 'x', Statement: { ...STATEMENT, Condition: undefined } }),
    'takes everybody': only(POLICY, { StatementId: 'x', Statement: { ...STATEMENT, Principal: '*' } }),
  },
  mutations: [
    setting(POLICY, ['Statement', 'Condition'], undefined),
    setting(POLICY, ['Statement', 'Action'], 'events:*'),
    {
      type: POLICY,
      name: 'without what ties the sender to its source',
      apply(properties: Properties) {
        const everybody = at(properties, 'Statement', 'Principal') === '*';
        const tie = everybody || at(properties, 'Statement', 'Condition', 'StringLike') === undefined;
        Object.assign(at(properties, 'Statement', 'Condition') as Properties, {
          [tie ? 'StringEquals' : 'StringLike']: {},
        });
      },
    },
    {
      type: POLICY,
      name: 'any account in the source of products',
      apply(properties: Properties) {
        const like = at(properties, 'Statement', 'Condition', 'StringLike');
        if (at(like, 'events:source') !== OWN_PRODUCTS) return false;
        Object.assign(like as Properties, { 'events:source': 'weft.product.*' });
        return true;
      },
    },
    { type: POLICY, name: 'everybody instead of one account', apply: everybodyInstead },
  ],
};

function everybodyInstead(properties: Properties): boolean {
  if (at(properties, 'Statement', 'Principal') === '*') return false;
  Object.assign(at(properties, 'Statement') as Properties, { Principal: '*' });
  return true;
}

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

const HEARD = {
  EventPattern: { account: ['210000000011'], source: ['weft.domain.x'] },
  Targets: [{ ...TARGET, Arn: 'queue' }],
};

/** Whether a rule hands events of the mesh to something that acts on them, and not only to the next bus. */
function acts(properties: Properties): boolean {
  const [source] = list(at(properties, 'EventPattern', 'source'));
  return String(source).startsWith('weft.') && list(properties.Targets).some((target) => !isBus(at(target, 'Arn')));
}

const speakers: Rule = {
  id: 'rule-speakers',
  why: 'the account in an event is written by EventBridge: who acts on a source asks for the account that it belongs to',
  check: (resources) =>
    breaking(resources, RULE, (p) => !acts(p) || /^\d{12}$/.test(list(at(p, 'EventPattern', 'account')).join())),
  passes: only(RULE, HEARD),
  fails: {
    'listens to whoever uses the source': only(RULE, { ...HEARD, EventPattern: { source: ['weft.domain.x'] } }),
  },
  mutations: [
    {
      type: RULE,
      name: 'no account',
      apply(properties: Properties) {
        if (!acts(properties)) return false;
        Object.assign(at(properties, 'EventPattern') as Properties, { account: undefined });
        return true;
      },
    },
  ],
};

const SENT_ON = {
  EventBusName: 'aviation-mesh',
  EventPattern: { source: ['weft.mesh'], detail: { data: { audience: ['x'] } } },
  Targets: [TARGET],
};

const audience: Rule = {
  id: 'rule-audience',
  why: 'a domain hears of the mesh what is meant for it, and nothing of what others ask, get or lose',
  check: (resources, { topology }) =>
    breaking(resources, RULE, (p) => {
      const buses = list(p.Targets).map((target) => String(at(target, 'Arn')));
      const heard = topology.domains.filter(({ name }) =>
        buses.some((bus) => bus.endsWith(`:event-bus/${topology.mesh}-${name}`)),
      );
      const meant = list(at(p, 'EventPattern', 'detail', 'data', 'audience'));
      return heard.every(({ name }) => meant.length === 1 && meant[0] === name);
    }),
  passes: only(RULE, SENT_ON),
  fails: {
    'tells a domain of all': only(RULE, { ...SENT_ON, EventPattern: { source: ['weft.mesh'] } }),
    'tells a domain of another': only(RULE, {
      ...SENT_ON,
      EventPattern: { source: ['weft.mesh'], detail: { data: { audience: ['x', 'y'] } } },
    }),
  },
  mutations: [],
};

export const EVENT_RULES: readonly Rule[] = [senders, targets, sources, speakers, audience];
