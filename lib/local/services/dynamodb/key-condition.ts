import { type Condition, parseCondition } from './condition.ts';
import type { ExpressionScope } from './expression-scope.ts';
import { invalid } from './failure.ts';
import { type KeyRange, rangeOf, type SortCondition } from './key-order.ts';
import { attributeType, type KeySchemaElement, keyNames, type Table } from './table.ts';
import { compare, typeOf, type Value } from './value.ts';

/** The range of keys that a KeyConditionExpression names. @throws AwsError `ValidationException`. */
export function keyConditionRange(
  table: Table,
  keys: readonly KeySchemaElement[],
  text: string,
  scope: ExpressionScope,
): KeyRange {
  const [partitionName = '', sortName] = keyNames(keys);
  let partition: Value | undefined;
  let sort: SortCondition | undefined;
  for (const condition of conjuncts(parseCondition('KeyConditionExpression', text, scope))) {
    const { name, test } = keyTest(condition);
    if (name === partitionName && test.operator === '=' && partition === undefined) partition = test.value;
    else if (name === partitionName) throw invalid('Query key condition not supported');
    else if (name === sortName && sort === undefined) sort = test;
    else
      throw invalid(
        `Query condition missed key schema element: ${partition === undefined ? partitionName : (sortName ?? name)}`,
      );
    for (const value of test.operator === 'between' ? [test.low, test.high] : [test.value]) {
      if (typeOf(value) !== attributeType(table, name)) {
        throw invalid('One or more parameter values were invalid: Condition parameter type does not match schema type');
      }
    }
  }
  if (partition === undefined) throw invalid(`Query condition missed key schema element: ${partitionName}`);
  return rangeOf(partition, sort);
}

function conjuncts(condition: Condition): Condition[] {
  if (condition.kind === 'and') return [...conjuncts(condition.left), ...conjuncts(condition.right)];
  if (condition.kind === 'or') throw invalid('Invalid operator used in KeyConditionExpression: OR');
  if (condition.kind === 'not') throw invalid('Invalid operator used in KeyConditionExpression: NOT');
  return [condition];
}

function keyTest(condition: Condition): { name: string; test: SortCondition } {
  if (condition.kind === 'compare') {
    const { operator, left, right } = condition;
    if (operator === '<>') throw invalid('Invalid operator used in KeyConditionExpression: <>');
    if (left.kind === 'path' && right.kind === 'value')
      return { name: nameOf(left.path), test: { operator, value: right.value } };
    if (left.kind === 'value' && right.kind === 'path') {
      return { name: nameOf(right.path), test: { operator: MIRRORED[operator], value: left.value } };
    }
  }
  if (condition.kind === 'between' && condition.operand.kind === 'path') {
    const { low, high, operand } = condition;
    if (low.kind === 'value' && high.kind === 'value') {
      if ((compare(low.value, high.value) ?? 0) > 0) {
        throw invalid(
          'Invalid KeyConditionExpression: The BETWEEN operator requires upper bound to be greater than or equal to lower bound',
        );
      }
      return { name: nameOf(operand.path), test: { operator: 'between', low: low.value, high: high.value } };
    }
  }
  if (condition.kind === 'function' && condition.name === 'begins_with') {
    const [path, prefix] = condition.operands;
    if (path?.kind === 'path' && prefix?.kind === 'value') {
      if ('N' in prefix.value) {
        throw invalid(
          'Invalid KeyConditionExpression: Incorrect operand type for operator or function; operator or function: begins_with, operand type: N',
        );
      }
      return { name: nameOf(path.path), test: { operator: 'begins_with', value: prefix.value } };
    }
  }
  const used = condition.kind === 'function' ? condition.name : condition.kind.toUpperCase();
  throw invalid(`Invalid operator used in KeyConditionExpression: ${used}`);
}

const MIRRORED = { '=': '=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;

function nameOf(path: readonly (string | number)[]): string {
  if (path.length === 1) return String(path[0]);
  throw invalid('Invalid KeyConditionExpression: KeyConditionExpressions cannot have conditions on nested attributes');
}
