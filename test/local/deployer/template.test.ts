import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { evaluateCondition } from '#local/deployer/template/conditions.ts';
import { evaluate } from '#local/deployer/template/evaluate.ts';
import { dependenciesOf, inOrder } from '#local/deployer/template/order.ts';
import { parameterValues } from '#local/deployer/template/parameters.ts';
import type { Scope } from '#local/deployer/template/scope.ts';

interface Case {
  readonly name: string;
  readonly in: unknown;
  readonly out?: unknown;
  readonly error?: string;
}

const cases = parse(readFileSync(new URL('../../cases/template/evaluate.yaml', import.meta.url), 'utf8')) as Case[];

const scope: Scope = {
  template: {
    Mappings: { Sizes: { prod: { memory: 1024 } } },
    Conditions: {
      IsProd: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] },
      IsTest: { 'Fn::Not': [{ Condition: 'IsProd' }] },
      Nested: {
        'Fn::And': [{ Condition: 'IsProd' }, { 'Fn::Or': [{ Condition: 'IsTest' }, { Condition: 'IsProd' }] }],
      },
      Circle: { 'Fn::Not': [{ Condition: 'Circle' }] },
    },
  },
  site: { account: '111111111111', region: 'eu-west-1', stackName: 'my-stack', stackId: 'arn:stack' },
  parameters: { Stage: 'prod', Zones: ['a', 'b'] },
  physicalId: (id) => (id === 'Bucket' ? 'the-bucket' : undefined),
  attribute: (id, name) => (id === 'Bucket' && name === 'Arn' ? 'arn:aws:s3:::the-bucket' : undefined),
  condition: (name) => evaluateCondition({ Condition: name }, scope, `Conditions.${name}`),
  exported: (name) => (name === 'shared' ? 'from-elsewhere' : undefined),
  dynamic: (service, key) => (service === 'ssm' && key === '/known' ? 'stored' : undefined),
};

describe('an expression of a template', () => {
  test.each(cases)('$name', ({ in: expression, out, error }) => {
    const work = () => evaluate(expression, scope, 'Here');
    if (error === undefined) expect(work()).toEqual(out);
    else expect(work).toThrow(error);
  });
});

describe('parameters', () => {
  const values = (Parameters: object, given = {}) =>
    parameterValues({ Parameters: Parameters as never }, given, (name) => (name === '/there' ? 'stored' : undefined));

  test('take what is given before the default, and look SSM parameters up', () => {
    expect(
      values(
        {
          A: { Type: 'String', Default: 'a' },
          B: { Type: 'Number', Default: 1 },
          C: { Type: 'CommaDelimitedList', Default: 'x, y' },
          D: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/there' },
        },
        { A: 'given' },
      ),
    ).toEqual({ A: 'given', B: '1', C: ['x', 'y'], D: 'stored' });
  });

  test.each([
    ['no value', { A: { Type: 'String' } }, {}, 'parameter A has neither a value nor a default'],
    ['not allowed', { A: { Type: 'String', AllowedValues: ['x'] } }, { A: 'y' }, 'parameter A is y; allowed: x'],
    ['not a number', { A: { Type: 'Number' } }, { A: 'y' }, 'parameter A is y, not a number'],
    ['pattern', { A: { Type: 'String', AllowedPattern: '[a-c]+' } }, { A: 'abd' }, 'does not match [a-c]+'],
    ['unknown', {}, { Z: '1' }, 'parameter Z is not a parameter of the template'],
    ['unknown type', { A: { Type: 'Sting', Default: 'x' } }, {}, 'parameter A has unknown type Sting'],
    ['missing in SSM', { A: { Type: 'AWS::SSM::Parameter::Value<String>', Default: '/no' } }, {}, 'SSM parameter /no'],
  ])('are refused: %s', (_name, definitions, given, message) => {
    expect(() => values(definitions, given)).toThrow(message);
  });
});

describe('the order of resources', () => {
  const resources = {
    Policy: { Type: 't', Properties: { Roles: [{ Ref: 'Role' }] } },
    Role: { Type: 't', Properties: { Arn: { 'Fn::Sub': '${Key.Arn}/${!Not}/${AWS::Region}' } } },
    Key: { Type: 't', DependsOn: ['Alone'] },
    Alone: { Type: 't' },
  };

  test('follows references of every form and DependsOn', () => {
    const order = inOrder(Object.keys(resources), (name) => dependenciesOf(name, resources));
    expect(order).toEqual(['Alone', 'Key', 'Role', 'Policy']);
  });

  test('names a circle', () => {
    const circular = {
      A: { Type: 't', DependsOn: 'B' },
      B: { Type: 't', Properties: { x: { 'Fn::GetAtt': ['A', 'y'] } } },
    };
    expect(() => inOrder(['A', 'B'], (name) => dependenciesOf(name, circular))).toThrow(
      'circular dependency A -> B -> A',
    );
  });
});
