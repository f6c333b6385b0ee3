import type { YamlView } from '../../yaml/view.ts';
import type { Fields } from './fields.ts';
import { type AuditRule, FIRSTS, MEASURES, type Measure, type RuleSource } from './rule.ts';

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const SIZES: Readonly<Record<string, number>> = { KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

/** The longest window: so far back each look reads. */
const LONGEST_MS = 7 * 86_400_000;
const SPAN = 'a span from 1m to 7d, e.g. 15m, 6h or 1d';

/** When a rule is raised: a first use, or so much within so long. */
export function readRaise(rule: YamlView, looksAt: RuleSource, fields: Fields): AuditRule['raise'] {
  const measures = MEASURES.filter((measure) => (measure === 'attempts') === (looksAt === 'denials'));
  const view = fields.section(rule, 'raise', ['within', 'first', ...measures]);
  const nothing = { withinMs: LONGEST_MS, least: {} };
  if (view === undefined) {
    if (rule.get('raise') === undefined) fields.missing(rule, 'raise', `{ within: 15m, ${measures[0]}: 20 }`);
    return nothing;
  }
  const counted = measures.filter((measure) => view.get(measure) !== undefined);
  if (view.get('first') !== undefined) return readFirst(view, looksAt, counted, fields);
  if (counted.length === 0) {
    fields.missing(view, measures.join('" or "'), 'a number that is enough to raise it');
  }
  const least = counted.map((measure) => [measure, readNumber(view, measure, fields)] as const);
  return { withinMs: readSpan(view, fields), least: Object.fromEntries(least) };
}

function readFirst(
  view: YamlView,
  looksAt: RuleSource,
  counted: readonly Measure[],
  fields: Fields,
): AuditRule['raise'] {
  const { place } = view.get('first') ?? view;
  if (looksAt === 'denials') {
    fields.findings.error(85, place, 'a rule that looks at denials asks for a first use', 'count "attempts" instead');
  }
  if (counted.length > 0 || view.get('within') !== undefined) {
    const others = [...counted, 'within'].filter((key) => view.get(key) !== undefined).join(', ');
    fields.findings.error(85, place, `"first" stands beside ${others}`, 'make two rules of it');
  }
  return { first: fields.oneOf(view, 'first', FIRSTS) };
}

function readSpan(view: YamlView, fields: Fields): number {
  const value = view.get('within');
  if (value === undefined) {
    fields.missing(view, 'within', SPAN);
    return LONGEST_MS;
  }
  const [, number = '', unit = ''] = /^(\d{1,5})([mhd])$/.exec(value.written ?? '') ?? [];
  const ms = Number(number) * (UNITS[unit] ?? 0);
  if (ms > 0 && ms <= LONGEST_MS) return ms;
  fields.wrong(value, 'within', SPAN);
  return LONGEST_MS;
}

function readNumber(view: YamlView, measure: Measure, fields: Fields): number {
  const value = view.get(measure);
  const sizes = measure === 'bytes' ? '(KB|MB|GB|TB)?' : '()';
  const [, number = '', size = ''] = new RegExp(`^(\\d{1,12})${sizes}$`).exec(value?.written ?? '') ?? [];
  const total = Number(number) * (SIZES[size] ?? 1);
  if (number !== '' && total > 0) return total;
  const allowed = measure === 'bytes' ? 'a number of bytes such as 500MB or 2GB' : 'a whole number of at least 1';
  if (value !== undefined) fields.wrong(value, measure, allowed);
  return 1;
}
