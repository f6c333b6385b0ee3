import type { QualityRule } from '../product/product.ts';
import type { Findings } from '../yaml/findings.ts';
import type { YamlView } from '../yaml/view.ts';

/** The operators of ODCS's quality rules. */
const OPERATORS = [
  'mustBe',
  'mustNotBe',
  'mustBeGreaterThan',
  'mustBeGreaterOrEqualTo',
  'mustBeLessThan',
  'mustBeLessOrEqualTo',
  'mustBeBetween',
  'mustNotBeBetween',
] as const;

/** What a measured value is compared with. Of a rule that is measured, each has to be something that it can be compared with. */
export function readBounds(rule: YamlView, check: QualityRule['check'], findings: Findings): QualityRule['bounds'] {
  const bounds: Record<string, string | number | readonly number[]> = {};
  for (const operator of OPERATORS) {
    const value = rule.get(operator);
    if (value?.kind === 'list') bounds[operator] = value.items.map((item) => Number(item.scalar));
    else if (typeof value?.scalar === 'number') bounds[operator] = value.scalar;
    else if (value !== undefined) bounds[operator] = value.written ?? '';
    const wrong = value === undefined || check === undefined ? undefined : problemOf(operator, bounds[operator], check);
    if (wrong !== undefined) findings.error(74, value?.place ?? rule.place, ...wrong);
  }
  if (
    check !== undefined &&
    Object.keys(bounds).length === 0 &&
    (check.metric === 'rowCount' || check.metric === 'sql')
  ) {
    findings.warning(
      74,
      rule.place,
      'the rule has no operator, so it never fails',
      `add one of ${OPERATORS.join(', ')}`,
    );
  }
  return bounds;
}

function problemOf(
  operator: (typeof OPERATORS)[number],
  bound: QualityRule['bounds'][string] | undefined,
  check: NonNullable<QualityRule['check']>,
): [message: string, fix: string] | undefined {
  if (operator.endsWith('Between')) {
    const isRange =
      Array.isArray(bound) && bound.length === 2 && bound.every(Number.isFinite) && Number(bound[0]) < Number(bound[1]);
    return isRange
      ? undefined
      : [`${operator} is "${String(bound)}"`, 'write two numbers, the smaller one first, e.g. [0, 100]'];
  }
  if (typeof bound === 'number') return undefined;
  const isTruth = check.metric === 'sql' && (operator === 'mustBe' || operator === 'mustNotBe');
  if (isTruth && (bound === 'true' || bound === 'false')) return undefined;
  return [`${operator} is "${String(bound)}"`, isTruth ? 'write a number, true or false' : 'write a number'];
}
