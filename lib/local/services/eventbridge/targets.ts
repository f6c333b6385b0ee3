import { AwsError } from '../../core/error.ts';
import { paginate } from '../../core/page.ts';
import type { Context, Operations } from '../../core/service.ts';
import { parsePath } from './json-path.ts';
import { parseBus, ruleArn, type StoredRule, type StoredTarget, validation } from './model.ts';
import { getRule, rulesOf, saveRule } from './rules.ts';

interface RuleRef {
  readonly Rule: string;
  readonly EventBusName?: string;
}

const TARGETS_PER_RULE = 5;
const MEMBERS = new Set([
  'Id',
  'Arn',
  'RoleArn',
  'Input',
  'InputPath',
  'InputTransformer',
  'SqsParameters',
  'DeadLetterConfig',
  'RetryPolicy',
]);

const onRule = (input: RuleRef, context: Context) => {
  const { name: bus, ...rest } = parseBus(input.EventBusName, context);
  return [ruleArn({ ...rest, bus, name: input.Rule })];
};

/** Where a rule sends what it matches. */
export const targetOperations: Operations = {
  PutTargets: {
    resources: onRule,
    run: (input: RuleRef & { Targets: readonly StoredTarget[] }, context: Context) => {
      const rule = getRule(context.cloud, parseBus(input.EventBusName, context), input.Rule);
      for (const target of input.Targets) check(target, rule);
      const ids = new Set(input.Targets.map((target) => target.Id));
      const targets = [...rule.targets.filter((target) => !ids.has(target.Id)), ...input.Targets];
      if (targets.length > TARGETS_PER_RULE) {
        throw new AwsError('LimitExceededException', 'The requested resource exceeds the maximum number allowed.');
      }
      saveRule(context.cloud, { ...rule, targets });
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
  },
  RemoveTargets: {
    resources: onRule,
    run: (input: RuleRef & { Ids: readonly string[]; Force?: boolean }, context: Context) => {
      const rule = getRule(context.cloud, parseBus(input.EventBusName, context), input.Rule);
      const targets = rule.targets.filter((target) => !input.Ids.includes(target.Id));
      saveRule(context.cloud, { ...rule, targets });
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
  },
  ListTargetsByRule: {
    resources: onRule,
    run: (input: RuleRef & { Limit?: number; NextToken?: string }, context: Context) => {
      const rule = getRule(context.cloud, parseBus(input.EventBusName, context), input.Rule);
      const { page, next } = paginate(rule.targets, input.Limit, input.NextToken);
      return { Targets: page, NextToken: next };
    },
  },
  ListRuleNamesByTarget: {
    run: (input: { TargetArn: string; EventBusName?: string }, context: Context) => ({
      RuleNames: rulesOf(context.cloud, parseBus(input.EventBusName, context))
        .filter((rule) => rule.targets.some((target) => target.Arn === input.TargetArn))
        .map((rule) => rule.name),
    }),
  },
};

function check(target: StoredTarget, rule: StoredRule): void {
  const unknown = Object.keys(target).filter((name) => !MEMBERS.has(name));
  if (unknown.length > 0) throw validation(`weft local does not model ${unknown.join(', ')} of a target`);
  const [, service = '', , account = ''] = /^arn:aws:([a-z]+):([a-z0-9-]*):(\d*):/.exec(target.Arn) ?? [];
  const kind = service === 'events' ? /:event-bus\//.test(target.Arn) : ['firehose', 'lambda', 'sqs'].includes(service);
  if (!kind) throw validation(`weft local delivers to Lambda, SQS, Firehose and event buses, not to ${target.Arn}`);
  if ((account !== rule.account || service === 'firehose') && target.RoleArn === undefined) {
    throw validation(`RoleArn is required for target ${target.Arn}.`);
  }
  const inputs = [target.Input, target.InputPath, target.InputTransformer].filter((input) => input !== undefined);
  if (inputs.length > 1)
    throw validation(`Only one of Input, InputPath, or InputTransformer must be provided for target ${target.Id}.`);
  if (target.Input !== undefined) checkJson(target);
  const paths = [target.InputPath, ...Object.values(target.InputTransformer?.InputPathsMap ?? {})];
  for (const path of paths) {
    if (path !== undefined && parsePath(path) === undefined)
      throw validation(`Invalid path ${path} on target ${target.Id}.`);
  }
  const { MaximumRetryAttempts: attempts = 185, MaximumEventAgeInSeconds: age = 86_400 } = target.RetryPolicy ?? {};
  if (attempts < 0 || attempts > 185) throw validation(`MaximumRetryAttempts ${attempts} must be between 0 and 185.`);
  if (age < 60 || age > 86_400) throw validation(`MaximumEventAgeInSeconds ${age} must be between 60 and 86400.`);
  if (/^arn:aws:sqs:.*\.fifo$/.test(target.Arn) && target.SqsParameters?.MessageGroupId === undefined) {
    throw validation(`Parameter(s) SqsParameters must be specified for target: ${target.Id}.`);
  }
}

function checkJson(target: StoredTarget): void {
  try {
    JSON.parse(target.Input ?? '');
  } catch {
    throw validation(`JSON syntax error in input for target ${target.Id}.`);
  }
}
