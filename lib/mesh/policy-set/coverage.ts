import type { PolicyRule } from '../policy/rule.ts';

/** One case of `weft policy test`: its name, and the policies that it expects to decide or to report. */
export interface CoveringCase {
  readonly name: string;
  readonly policies: readonly string[];
}

/** One control of a standard, and what holds it. */
export interface ControlCoverage {
  /** The standard's name before the first slash, e.g. `ISO27001:2022`. */
  readonly standard: string;
  /** The rest, e.g. `A.5.12`. */
  readonly control: string;
  readonly policies: readonly {
    readonly id: string;
    readonly message: string;
    readonly mode: 'enforced' | 'report';
    /** Names of the cases that would fail without it. */
    readonly cases: readonly string[];
  }[];
  /** `enforced` and `tested`: by one policy at least that is both; `enforced`: by one without a case; `report`: by none that counts. */
  readonly held: 'tested' | 'enforced' | 'report';
}

/** Which controls of named standards the policies hold (`@standard`), by standard and control. */
export function coverageOf(rules: readonly PolicyRule[], cases: readonly CoveringCase[]): ControlCoverage[] {
  const pairs = rules.flatMap((rule) => rule.standards.map((name) => ({ name, rule })));
  const byName = Map.groupBy(pairs, ({ name }) => name);
  const found = [...byName].map(([name, entries]): ControlCoverage => {
    const [standard = '', ...rest] = name.split('/');
    const policies = entries.map(({ rule }) => ({
      id: rule.id,
      message: rule.message,
      mode: rule.reportOnly ? ('report' as const) : ('enforced' as const),
      cases: cases.filter(({ policies: expected }) => expected.includes(rule.id)).map((entry) => entry.name),
    }));
    const enforced = policies.filter(({ mode }) => mode === 'enforced');
    const tested = enforced.some((policy) => policy.cases.length > 0);
    return {
      standard,
      control: rest.join('/'),
      policies,
      held: tested ? 'tested' : enforced.length > 0 ? 'enforced' : 'report',
    };
  });
  return found.toSorted(
    (a, b) => compare(a.standard, b.standard) || a.control.localeCompare(b.control, 'en', { numeric: true }),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
