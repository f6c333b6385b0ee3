import { evaluate, intrinsicOf } from './evaluate.ts';
import { type Scope, templateError } from './scope.ts';

/**
 * Whether a condition expression holds: `Fn::Equals`, `Fn::And`, `Fn::Or`, `Fn::Not`, or `{ Condition: name }`.
 * @throws WeftError `WEFT-LOCAL-011` on anything else, and on a condition that refers to itself.
 */
export function evaluateCondition(
  expression: unknown,
  scope: Scope,
  place: string,
  path: readonly string[] = [],
): boolean {
  const [name, argument] = callOf(expression);
  const all = (list: unknown) => {
    if (!Array.isArray(list)) throw templateError(`${name} needs a list of conditions`, place);
    return list.map((entry) => evaluateCondition(entry, scope, place, path));
  };
  switch (name) {
    case 'Condition': {
      const called = String(argument);
      const definition = scope.template.Conditions?.[called];
      if (definition === undefined) throw templateError(`there is no condition ${called}`, place);
      if (path.includes(called)) throw templateError(`condition ${called} refers to itself`, place);
      return evaluateCondition(definition, scope, `Conditions.${called}`, [...path, called]);
    }
    case 'Fn::Equals': {
      if (!Array.isArray(argument) || argument.length !== 2) throw templateError('Fn::Equals needs two values', place);
      const [left, right] = argument.map((side) => evaluate(side, scope, place));
      return JSON.stringify(left) === JSON.stringify(right);
    }
    case 'Fn::And':
      return all(argument).every(Boolean);
    case 'Fn::Or':
      return all(argument).some(Boolean);
    case 'Fn::Not':
      return !all(argument)[0];
    default:
      throw templateError(`${JSON.stringify(expression)} is not a condition`, place);
  }
}

/** `{ Condition: name }` is a call here only: in a resource it is a member like any other. */
function callOf(expression: unknown): [string, unknown] | [] {
  if (typeof expression !== 'object' || expression === null) return [];
  if ('Condition' in expression && typeof expression.Condition === 'string') return ['Condition', expression.Condition];
  return intrinsicOf(expression) ?? [];
}
