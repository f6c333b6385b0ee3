import type { QualityRule } from '../product/product.ts';

/** What counts when a contract gives no operator: nothing may be wrong. How many rows there are, and what a query gives, is then only told. */
function boundsOf({ bounds, check }: QualityRule): QualityRule['bounds'] {
  const isFault = check !== undefined && check.metric !== 'rowCount' && check.metric !== 'sql';
  return Object.keys(bounds).length === 0 && isFault ? { mustBe: 0 } : bounds;
}

/** Whether a measured value is as the rule wants it. Ranges include their ends. */
export function isKept(rule: QualityRule, value: number): boolean {
  return Object.entries(boundsOf(rule)).every(([operator, bound]) => {
    const [first = Number.NaN, second = first] = (Array.isArray(bound) ? bound : [bound]).map(numberOf);
    switch (operator) {
      case 'mustBe':
        return value === first;
      case 'mustNotBe':
        return value !== first;
      case 'mustBeGreaterThan':
        return value > first;
      case 'mustBeGreaterOrEqualTo':
        return value >= first;
      case 'mustBeLessThan':
        return value < first;
      case 'mustBeLessOrEqualTo':
        return value <= first;
      case 'mustBeBetween':
        return value >= first && value <= second;
      case 'mustNotBeBetween':
        return value < first || value > second;
      default:
        return true;
    }
  });
}

/** What the rule wants, for people, e.g. `mustBeLessThan 10 percent`. */
export function expectation(rule: QualityRule): string {
  const unit = rule.unit === 'percent' ? ' percent' : '';
  const parts = Object.entries(boundsOf(rule)).map(([operator, bound]) => `${operator} ${String(bound)}${unit}`);
  return parts.length === 0 ? 'no bound' : parts.toSorted().join(' and ');
}

function numberOf(bound: string | number): number {
  if (bound === 'true') return 1;
  return bound === 'false' ? 0 : Number(bound);
}
