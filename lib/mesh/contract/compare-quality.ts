import { isEqual } from '../equal.ts';
import type { QualityRule } from '../product/product.ts';
import { judged, type RuleName, type SchemaChange } from './compatibility-rules.ts';

type Direction = 'loosened' | 'tightened' | 'changed';

/** What changes in the quality rules of a table. */
export function compareQuality(
  table: string,
  before: readonly QualityRule[] = [],
  after: readonly QualityRule[] = [],
): SchemaChange[] {
  const gone = before.filter(({ measure }) => find(after, measure) === undefined);
  const come = after.filter(({ measure }) => find(before, measure) === undefined);
  return [
    ...gone.map(({ measure }) =>
      judged('quality-loosened', `the quality rule "${measure}" goes`, { kind: 'removed', table }),
    ),
    ...before.flatMap((rule) => {
      const next = find(after, rule.measure);
      if (next === undefined) return [];
      const direction = directionOf(rule, next);
      const name: RuleName | undefined = direction && `quality-${direction}`;
      const change =
        text(rule) === text(next) ? 'counts something else' : `changes from ${text(rule)} to ${text(next)}`;
      const message = `the quality rule "${rule.measure}" ${change}`;
      return name === undefined ? [] : [judged(name, message, { table })];
    }),
    ...come.map(({ measure }) =>
      judged('quality-tightened', `the quality rule "${measure}" comes`, { kind: 'added', table }),
    ),
  ];
}

function find(rules: readonly QualityRule[], measure: string): QualityRule | undefined {
  return rules.find((rule) => rule.measure === measure);
}

/** The values that a rule allows, when they are one interval; strictness of a bound that stays counts as a step of nearly nothing. */
function intervalOf({ bounds }: QualityRule): readonly [number, number] | undefined {
  let low = Number.NEGATIVE_INFINITY;
  let high = Number.POSITIVE_INFINITY;
  for (const [operator, bound] of Object.entries(bounds)) {
    if (typeof bound === 'string') return undefined;
    const [first = Number.NaN, second = first] = typeof bound === 'number' ? [bound] : bound;
    if (operator === 'mustBeLessThan') high = Math.min(high, below(first));
    else if (operator === 'mustBeLessOrEqualTo') high = Math.min(high, first);
    else if (operator === 'mustBeGreaterThan') low = Math.max(low, -below(-first));
    else if (operator === 'mustBeGreaterOrEqualTo') low = Math.max(low, first);
    else if (operator === 'mustBe' || operator === 'mustBeBetween') [low, high] = [first, second];
    else return undefined;
  }
  return [low, high];
}

/** A number that is smaller by next to nothing. */
function below(value: number): number {
  return value - Math.max(Math.abs(value), 1) * 2 * Number.EPSILON;
}

function directionOf(before: QualityRule, after: QualityRule): Direction | undefined {
  if (text(before) === text(after)) return isSameCheck(before, after) ? undefined : 'changed';
  const [old, next] = [intervalOf(before), intervalOf(after)];
  if (old === undefined || next === undefined) return 'changed';
  if (next[0] <= old[0] && next[1] >= old[1]) return 'loosened';
  if (next[0] >= old[0] && next[1] <= old[1]) return 'tightened';
  return 'loosened';
}

/** Rules that were published before checks were kept say nothing of theirs. */
function isSameCheck(before: QualityRule, after: QualityRule): boolean {
  return before.check === undefined || (isEqual(before.check, after.check) && before.unit === after.unit);
}

function text({ bounds }: QualityRule): string {
  const parts = Object.entries(bounds).map(([operator, bound]) => `${operator} ${String(bound)}`);
  return parts.length === 0 ? 'no bound' : parts.toSorted().join(' and ');
}
