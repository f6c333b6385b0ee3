import { evaluate, intrinsicOf, written } from './evaluate.ts';
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
  known = new Map<string, boolean>(),
): boolean {
  const [name, argument] = callOf(expression);
  const all = (list: unknown) => {
    if (!Array.isArray(list)) throw templateError(`${name} needs a list of conditions`, place);
    return list.map((entry) => evaluateCondition(entry, scope, place, path, known));
  };
  switch (name) {
    case 'Condition': {
      const called = String(argument);
      const conditions = scope.template.Conditions ?? {};
      if (!Object.hasOwn(conditions, called)) throw templateError(`there is no condition ${called}`, place);
      if (path.includes(called)) throw templateError(`condition ${called} refers to itself`, place);
      const before = known.get(called);
      if (before !== undefined) return before;
      const holds = evaluateCondition(conditions[called], scope, `Conditions.${called}`, [...path, called], known);
      known.set(called, holds);
      return holds;
    }
    case 'Fn::Equals': {
      if (!Array.isArray(argument) || argument.length !== 2) throw templateError('Fn::Equals needs two values', place);
      const [left, right] = argument.map((side) => evaluate(side, withoutConditions(scope, place), place));
      return JSON.stringify(left) === JSON.stringify(right);
    }
    case 'Fn::And':
      return all(argument).every(Boolean);
    case 'Fn::Or':
      return all(argument).some(Boolean);
    case 'Fn::Not':
      return !all(argument)[0];
    default:
      throw templateError(`${written(expression)} is not a condition`, place);
  }
}

/** Values that are compared depend on no condition: it could be the one that is being evaluated. */
function withoutConditions(scope: Scope, place: string): Scope {
  return {
    template: scope.template,
    site: scope.site,
    parameters: scope.parameters,
    physicalId: (id) => scope.physicalId(id),
    attribute: (id, name) => scope.attribute(id, name),
    exported: (name) => scope.exported(name),
    dynamic: (service, key) => scope.dynamic(service, key),
    condition: () => {
      throw templateError('Fn::If cannot stand in a condition', place, 'name the condition instead');
    },
  };
}

/** `{ Condition: name }` is a call here only: in a resource it is a member like any other. */
function callOf(expression: unknown): [string, unknown] | [] {
  if (typeof expression !== 'object' || expression === null) return [];
  if ('Condition' in expression && typeof expression.Condition === 'string') return ['Condition', expression.Condition];
  return intrinsicOf(expression) ?? [];
}
