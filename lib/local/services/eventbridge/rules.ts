import type { Cloud } from '../../core/cloud.ts';
import { AwsError } from '../../core/error.ts';
import { paginate } from '../../core/page.ts';
import { parseSchedule } from '../../core/schedule.ts';
import type { Context, Operations } from '../../core/service.ts';
import { getBus } from './buses.ts';
import { type BusId, namespace, parseBus, ruleArn, type StoredRule, validation } from './model.ts';
import { compilePattern } from './pattern.ts';

interface RuleInput {
  readonly Name: string;
  readonly EventBusName?: string;
  readonly EventPattern?: string;
  readonly ScheduleExpression?: string;
  readonly State?: string;
  readonly Description?: string;
  readonly RoleArn?: string;
  readonly Tags?: unknown;
}

/** Rule ARN → when its schedule fires next; only the default bus has schedules. */
const SCHEDULES = 'events/schedules';
const RULES_PER_BUS = 300;
const RULE_MEMBERS = new Set([
  'Name',
  'EventBusName',
  'EventPattern',
  'ScheduleExpression',
  'State',
  'Description',
  'RoleArn',
  'Tags',
]);

export function rulesOf(cloud: Cloud, bus: BusId): StoredRule[] {
  return cloud.store
    .list<StoredRule>(namespace(bus.account, bus.region, 'rules'), `${bus.name} `)
    .map(({ value }) => value);
}

function findRule(cloud: Cloud, bus: BusId, name: string): StoredRule | undefined {
  return cloud.store.get<StoredRule>(namespace(bus.account, bus.region, 'rules'), `${bus.name} ${name}`);
}

/** @throws AwsError `ResourceNotFoundException`. */
export function getRule(cloud: Cloud, bus: BusId, name: string): StoredRule {
  const rule = findRule(cloud, bus, name);
  if (rule === undefined) {
    throw new AwsError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus ${bus.name}.`);
  }
  return rule;
}

export function saveRule(cloud: Cloud, rule: StoredRule): void {
  cloud.store.put(namespace(rule.account, rule.region, 'rules'), `${rule.bus} ${rule.name}`, rule);
  if (rule.nextAt === undefined) cloud.store.delete(SCHEDULES, ruleArn(rule));
  else cloud.store.put(SCHEDULES, ruleArn(rule), rule.nextAt);
}

/** The rules whose schedule is due at a time, wherever they are. */
export function dueRules(cloud: Cloud, now: number): StoredRule[] {
  return cloud.store
    .list<number>(SCHEDULES)
    .filter(({ value }) => value <= now)
    .flatMap(({ key }) => {
      const [, , , region = '', account = '', path = ''] = key.split(':');
      const name = path.slice('rule/'.length);
      return findRule(cloud, { account, region, name: 'default' }, name) ?? [];
    });
}

/** When the next schedule of any rule fires. */
export function nextSchedule(cloud: Cloud): number | undefined {
  const times = cloud.store.list<number>(SCHEDULES).map(({ value }) => value);
  return times.length === 0 ? undefined : Math.min(...times);
}

interface Named {
  readonly Name: string;
  readonly EventBusName?: string;
}
const onRule = (input: Named, context: Context) => {
  const { name: bus, ...rest } = parseBus(input.EventBusName, context);
  return [ruleArn({ ...rest, bus, name: input.Name })];
};
const setState = (state: StoredRule['state']) => ({
  resources: onRule,
  run: (input: Named, context: Context) => {
    const rule = getRule(context.cloud, parseBus(input.EventBusName, context), input.Name);
    saveRule(context.cloud, withNext({ ...rule, state }, context.now));
  },
});

/** Rules: a pattern or a schedule on a bus. */
export const ruleOperations: Operations = {
  PutRule: {
    resources: onRule,
    run: (input: RuleInput, context: Context) => {
      const { cloud, now } = context;
      const bus = getBus(cloud, parseBus(input.EventBusName, context));
      check(input, bus);
      const id = { account: bus.account, region: bus.region, bus: bus.name, name: input.Name };
      const existing = findRule(cloud, bus, input.Name);
      if (existing === undefined && rulesOf(cloud, bus).length >= RULES_PER_BUS) {
        throw new AwsError('LimitExceededException', 'The requested resource exceeds the maximum number allowed.');
      }
      const rule: StoredRule = {
        ...id,
        pattern: input.EventPattern,
        schedule: input.ScheduleExpression,
        state: input.State === 'DISABLED' ? 'DISABLED' : 'ENABLED',
        description: input.Description,
        roleArn: input.RoleArn,
        targets: existing?.targets ?? [],
      };
      saveRule(cloud, withNext(rule, now));
      return { RuleArn: ruleArn(id) };
    },
  },
  DescribeRule: {
    resources: onRule,
    run: (input: Named, context: Context) => {
      const rule = getRule(context.cloud, parseBus(input.EventBusName, context), input.Name);
      return { ...describe(rule), CreatedBy: rule.account };
    },
  },
  ListRules: {
    run: (
      input: { NamePrefix?: string; EventBusName?: string; Limit?: number; NextToken?: string },
      context: Context,
    ) => {
      const bus = getBus(context.cloud, parseBus(input.EventBusName, context));
      const rules = rulesOf(context.cloud, bus).filter((rule) => rule.name.startsWith(input.NamePrefix ?? ''));
      const { page, next } = paginate(rules, input.Limit, input.NextToken);
      return { Rules: page.map(describe), NextToken: next };
    },
  },
  EnableRule: setState('ENABLED'),
  DisableRule: setState('DISABLED'),
  DeleteRule: {
    resources: onRule,
    run: (input: Named & { Force?: boolean }, context: Context) => {
      const bus = parseBus(input.EventBusName, context);
      const rule = findRule(context.cloud, bus, input.Name);
      if (rule === undefined) return;
      if (rule.targets.length > 0) throw validation("Rule can't be deleted since it has targets.");
      context.cloud.store.delete(namespace(bus.account, bus.region, 'rules'), `${bus.name} ${input.Name}`);
      context.cloud.store.delete(SCHEDULES, ruleArn(rule));
    },
  },
};

/** Sets when the rule's schedule fires next. */
export function withNext(rule: StoredRule, now: number): StoredRule {
  if (rule.schedule === undefined || rule.state === 'DISABLED') return { ...rule, nextAt: undefined };
  return { ...rule, nextAt: parseSchedule(rule.schedule).next(now, now) };
}

function check(input: RuleInput, bus: BusId): void {
  const unknown = Object.keys(input).filter((name) => !RULE_MEMBERS.has(name));
  if (unknown.length > 0) throw validation(`weft local does not model ${unknown.join(', ')} of a rule`);
  if (!/^[.\-_A-Za-z0-9]{1,64}$/.test(input.Name)) throw validation(`Rule name ${input.Name} is not valid.`);
  if (input.EventPattern === undefined && input.ScheduleExpression === undefined) {
    throw validation('Parameter(s) EventPattern or ScheduleExpression must be specified.');
  }
  if (input.EventPattern !== undefined) compilePattern(input.EventPattern);
  if (input.ScheduleExpression === undefined) return;
  if (bus.name !== 'default') throw validation('ScheduleExpression is supported only on the default event bus.');
  parseSchedule(input.ScheduleExpression);
}

function describe(rule: StoredRule) {
  return {
    Name: rule.name,
    Arn: ruleArn(rule),
    EventPattern: rule.pattern,
    ScheduleExpression: rule.schedule,
    State: rule.state,
    Description: rule.description,
    RoleArn: rule.roleArn,
    EventBusName: rule.bus,
  };
}
