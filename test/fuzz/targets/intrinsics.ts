import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { checkTemplate } from '#local/deployer/template/check.ts';
import { evaluateCondition } from '#local/deployer/template/conditions.ts';
import { evaluate } from '#local/deployer/template/evaluate.ts';
import { dependenciesOf, inOrder } from '#local/deployer/template/order.ts';
import { parameterValues } from '#local/deployer/template/parameters.ts';
import type { Scope } from '#local/deployer/template/scope.ts';
import type { Template } from '#local/deployer/template/template.ts';
import { WeftError } from '#mesh/error.ts';
import { between, type Chance, pick, times } from '../chance.ts';
import { mutate } from '../mutate.ts';
import { oneByOne, type Target, type Verdict } from '../target.ts';
import { mutateTree } from '../tree.ts';

/** CloudFormation templates with calls of intrinsic functions. */
export const target: Target = {
  name: 'intrinsics',
  what: 'a template is resolved, or refused with a code and the place of what is wrong, at any depth',
  suffix: 'json',
  make,
  open: async () => oneByOne(judge),
};

/** Expressions that were thought of by hand. */
const TRIED: readonly unknown[] = (
  parse(readFileSync(new URL('../../cases/template/evaluate.yaml', import.meta.url), 'utf8')) as { in: unknown }[]
).map(({ in: expression }) => expression);
const NAMES = [
  'Bucket',
  'Queue',
  'Stage',
  'Zones',
  'IsProd',
  'Circle',
  'Sizes',
  'AWS::Region',
  'AWS::NoValue',
  'constructor',
  '__proto__',
  'Nothing',
  '',
];
const FUNCTIONS = [
  'Ref',
  'Fn::GetAtt',
  'Fn::Sub',
  'Fn::Join',
  'Fn::Select',
  'Fn::Split',
  'Fn::Base64',
  'Fn::FindInMap',
  'Fn::If',
  'Fn::ImportValue',
  'Fn::GetAZs',
  'Fn::Cidr',
  'Fn::Transform',
  'Fn::Equals',
  'Fn::And',
  'Fn::Or',
  'Fn::Not',
  'Condition',
];
/** The most that one value of a template may become: CloudFormation takes templates of 1 MB. */
const LONGEST = 64_000_000;

function make(chance: Chance): string {
  if (chance() < 0.35) return JSON.stringify(soundTemplate(chance));
  const template = {
    Parameters: {
      Stage: {
        Type: pick(chance, [
          'String',
          'String',
          'Number',
          'CommaDelimitedList',
          'List<Number>',
          'AWS::SSM::Parameter::Value<String>',
          'Odd',
        ]),
        Default: pick<unknown>(chance, ['prod', '1', '', '/known', 7, null]),
        ...(chance() < 0.2 ? { AllowedPattern: pick(chance, ['(a+)+$', '[', '.*', '(?<x>']) } : {}),
        ...(chance() < 0.2 ? { AllowedValues: pick<unknown>(chance, [['prod'], [], 'prod', [1]]) } : {}),
      },
      Zones: { Type: 'CommaDelimitedList', Default: 'a, b' },
    },
    Mappings: { Sizes: { prod: { memory: 1024, list: ['x'] } } },
    Conditions: {
      IsProd: condition(chance, 2),
      ...(chance() < 0.15 ? { Circle: { 'Fn::Not': [{ Condition: pick(chance, ['Circle', 'IsProd']) }] } } : {}),
    },
    Resources: {
      Bucket: {
        Type: 'AWS::S3::Bucket',
        Properties: { Name: value(chance, 3), Other: value(chance, 2) },
        ...(chance() < 0.3 ? { DependsOn: pick<unknown>(chance, ['Queue', ['Queue', 'Bucket'], [null], 7]) } : {}),
      },
      Queue: {
        Type: 'AWS::SQS::Queue',
        Properties: { Name: value(chance, 3) },
        ...(chance() < 0.2 ? { Condition: pick(chance, ['IsProd', 'IsProd', ...NAMES]) } : {}),
      },
    },
    Outputs: { Out: { Value: value(chance, 2) } },
  };
  const how = chance();
  if (how < 0.5) return JSON.stringify(template);
  if (how < 0.85) return JSON.stringify(mutateTree(chance, template, TRIED));
  return mutate(chance, JSON.stringify(template, undefined, 1));
}

function value(chance: Chance, depth: number): unknown {
  const how = chance();
  if (depth <= 0 || how < 0.15)
    return pick<unknown>(chance, [
      ...NAMES,
      1,
      true,
      null,
      '${Stage}',
      '${!x}',
      '${Bucket.Arn}',
      '${',
      '{{resolve:ssm:/known}}',
      '{{resolve:ssm:{{resolve:ssm:/known}}}}',
      '{{resolve:secretsmanager:x}}',
      'a,b',
    ]);
  if (how < 0.25) return pick(chance, TRIED);
  if (how < 0.3) return deep(chance);
  if (how < 0.38) return times(chance, 0, 4, () => value(chance, depth - 1));
  if (how < 0.46) return { [pick(chance, NAMES)]: value(chance, depth - 1), b: value(chance, depth - 1) };
  const inner = () => value(chance, depth - 1);
  const list = () => (chance() < 0.6 ? times(chance, 0, 4, inner) : inner());
  switch (pick(chance, FUNCTIONS)) {
    case 'Ref':
      return { Ref: chance() < 0.8 ? pick(chance, NAMES) : inner() };
    case 'Fn::GetAtt':
      return {
        'Fn::GetAtt': pick<unknown>(chance, [
          ['Bucket', 'Arn'],
          'Bucket.Arn',
          ['Queue', inner()],
          [inner(), inner()],
          inner(),
        ]),
      };
    case 'Fn::Sub':
      return {
        'Fn::Sub': pick<unknown>(chance, [
          '${Stage}-${Bucket.Arn}',
          ['${x}${y}', { x: inner(), y: inner() }],
          ['${__proto__}', { __proto__: 1 }],
          inner(),
          [inner(), inner()],
          '${Stage}'.repeat(between(chance, 1, 3000)),
        ]),
      };
    case 'Fn::Join':
      return {
        'Fn::Join': chance() < 0.8 ? [pick<unknown>(chance, ['', '-', 'x'.repeat(2000), inner()]), list()] : inner(),
      };
    case 'Fn::Select':
      return { 'Fn::Select': [pick<unknown>(chance, [0, '1', -1, 1.5, 'length', 1e300, inner()]), list()] };
    case 'Fn::Split':
      return { 'Fn::Split': [pick<unknown>(chance, [',', '', inner()]), inner()] };
    case 'Fn::FindInMap':
      return {
        'Fn::FindInMap': pick<unknown>(chance, [
          ['Sizes', 'prod', 'memory'],
          ['constructor', 'prototype', 'constructor'],
          ['__proto__', 'toString', 'name'],
          ['Sizes', inner(), 'memory'],
          list(),
        ]),
      };
    case 'Fn::If':
      return { 'Fn::If': [pick(chance, ['IsProd', 'Circle', 'constructor', 'Nothing']), inner(), inner()] };
    default:
      return { [pick(chance, FUNCTIONS)]: list() };
  }
}

function soundTemplate(chance: Chance): object {
  const text = () => soundText(chance, between(chance, 1, 5));
  return {
    Parameters: { Stage: { Type: 'String', Default: 'prod' }, Zones: { Type: 'CommaDelimitedList', Default: 'a, b' } },
    Mappings: { Sizes: { prod: { memory: 1024 } } },
    Conditions: {
      IsProd: { 'Fn::Equals': [{ Ref: 'Stage' }, text()] },
      Both: { 'Fn::And': [{ Condition: 'IsProd' }, { 'Fn::Not': [{ 'Fn::Equals': [text(), 'b'] }] }] },
    },
    Resources: {
      Bucket: {
        Type: 'AWS::S3::Bucket',
        Properties: { Name: text(), List: [text(), { Ref: 'AWS::NoValue' }, { Name: text() }] },
      },
      Queue: { Type: 'AWS::SQS::Queue', DependsOn: 'Bucket', Condition: 'Both', Properties: { Name: text() } },
    },
    Outputs: { Out: { Value: text() } },
  };
}

/** An expression that gives a text. */
function soundText(chance: Chance, depth: number): unknown {
  if (depth <= 0)
    return pick<unknown>(chance, [
      'a',
      { Ref: 'Stage' },
      { Ref: 'Bucket' },
      { Ref: 'AWS::Region' },
      '{{resolve:ssm:/known}}',
      '',
    ]);
  const inner = () => soundText(chance, depth - 1);
  return pick<() => unknown>(chance, [
    () => ({ 'Fn::Join': [pick(chance, ['', '-']), [inner(), inner()]] }),
    () => ({ 'Fn::Sub': ['${Stage}${x}${Bucket.Arn}${!y}', { x: inner() }] }),
    () => ({ 'Fn::Select': [pick<unknown>(chance, [0, '1']), [inner(), inner()]] }),
    () => ({ 'Fn::Select': [0, { 'Fn::Split': ['-', inner()] }] }),
    () => ({ 'Fn::Base64': inner() }),
    () => ({ 'Fn::If': ['IsProd', inner(), inner()] }),
    () => ({ 'Fn::GetAtt': ['Bucket', 'Arn'] }),
    () => ({ 'Fn::FindInMap': ['Sizes', { Ref: 'Stage' }, 'memory'] }),
    () => ({ 'Fn::ImportValue': 'shared' }),
  ])();
}

/** A call in a call in a call. */
function deep(chance: Chance): unknown {
  const [open, close] = pick(chance, [
    ['{"Fn::Base64":', '}'],
    ['{"Fn::Join":["x",[', ']]}'],
    ['{"Fn::Join":["",[{"Ref":"Stage"},', ']]}'],
    ['[', ']'],
    ['{"a":', '}'],
    ['{"Fn::If":["IsProd",', ',{"Ref":"AWS::NoValue"}]}'],
    ['{"Fn::Sub":["${x}${x}",{"x":', '}]}'],
  ] as const);
  const times = pick(chance, [3, 12, 30, 200, 1_000]);
  return JSON.parse(`${open.repeat(times)}"end"${close.repeat(times)}`) as unknown;
}

function condition(chance: Chance, depth: number): unknown {
  if (depth <= 0)
    return pick<unknown>(chance, [
      { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] },
      { Condition: 'IsProd' },
      { Condition: 'Nothing' },
      true,
      null,
    ]);
  const some = () => times(chance, 0, 3, () => condition(chance, depth - 1));
  return pick<unknown>(chance, [
    { 'Fn::Equals': [value(chance, 1), value(chance, 1)] },
    { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] },
    { 'Fn::Equals': ['a', 'b'] },
    { 'Fn::And': some() },
    { 'Fn::Or': some() },
    { 'Fn::Not': some() },
    { 'Fn::Not': some() },
    value(chance, 1),
  ]);
}

function judge(input: string): Verdict {
  let template: Template;
  try {
    template = JSON.parse(input) as Template;
  } catch {
    return 'refused';
  }
  try {
    checkTemplate(template);
    const scope = scopeOf(template);
    const work = [
      () => resolveAll(template, scope),
      () =>
        void inOrder(Object.keys(template.Resources ?? {}), (name) => dependenciesOf(name, template.Resources ?? {})),
    ];
    for (const one of work) one();
    return 'accepted';
  } catch (error) {
    if (!(error instanceof WeftError)) throw error;
    if (!/^WEFT-LOCAL-01[16]$/.test(error.code)) return { wrong: `code: ${error.code} ${error.message.slice(0, 200)}` };
    const placed = / at (Resources|Outputs|Conditions|Parameters|Mappings|the template)\b|not modelled at /.test(
      error.message,
    );
    if (error.code === 'WEFT-LOCAL-011' && !placed) return { wrong: `no place: ${error.message.slice(-200)}` };
    return error.message.length > 100_000
      ? { wrong: `long: the message has ${error.message.length} characters` }
      : 'refused';
  }
}

function resolveAll(template: Template, scope: Scope): void {
  for (const name of Object.keys(template.Conditions ?? {})) scope.condition(name);
  for (const [name, { Properties }] of Object.entries(template.Resources ?? {})) {
    const made = JSON.stringify(evaluate(Properties, scope, `Resources.${name}.Properties`)) ?? '';
    if (made.length > LONGEST) throw new Error(`a value of ${made.length} characters`);
  }
  for (const [name, output] of Object.entries(template.Outputs ?? {}))
    evaluate(output.Value, scope, `Outputs.${name}.Value`);
}

function scopeOf(template: Template): Scope {
  const ssm = (name: string) => (name === '/known' ? 'stored' : undefined);
  const scope: Scope = {
    template,
    site: { account: '111111111111', region: 'eu-west-1', stackName: 'my-stack', stackId: 'arn:stack' },
    parameters: parameterValues(template, {}, ssm),
    physicalId: (id) => (id === 'Bucket' || id === 'Queue' ? `the-${id}` : undefined),
    attribute: (id, name) => (id === 'Bucket' && name === 'Arn' ? 'arn:aws:s3:::the-bucket' : undefined),
    condition: (name) => evaluateCondition({ Condition: name }, scope, `Conditions.${name}`),
    exported: (name) => (name === 'shared' ? 'from-elsewhere' : undefined),
    dynamic: (service, key) => (service === 'ssm' ? ssm(key) : undefined),
  };
  return scope;
}
