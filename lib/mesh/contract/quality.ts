import type { ProductColumn, QualityRule } from '../product/product.ts';
import { SEVERITIES } from '../product/quality-rule.ts';
import type { Findings } from '../yaml/findings.ts';
import type { YamlView } from '../yaml/view.ts';
import { readBounds } from './quality-bounds.ts';
import { readCheck } from './quality-check.ts';

/** The dimensions that ODCS knows, with its short forms. */
const DIMENSIONS =
  'accuracy ac completeness cp conformity cf consistency cs coverage cv timeliness tm uniqueness uq'.split(' ');
const CRON = /^(?:[\d*,/-]+ ){4}[\d*,/-]+$/;

/** The quality rules of a table and of its columns, whose types say what a rule can ask. Rules of a view are not measured: its base table's are. */
export function readQuality(
  table: YamlView,
  columns: readonly ProductColumn[],
  findings: Findings,
  inView = false,
): QualityRule[] {
  const own = table.list('quality').flatMap((rule) => readRule(rule, undefined, columns, findings));
  const others = table.list('properties').flatMap((property) => {
    const name = (property.text('physicalName') ?? property.text('name') ?? '').toLowerCase();
    return property.list('quality').flatMap((rule) => readRule(rule, name, columns, findings));
  });
  const rules = withOwnNames([...own, ...others]);
  if (!inView || rules.every(({ check }) => check === undefined)) return rules;
  const place = (table.get('quality') ?? table).place;
  findings.warning(77, place, 'rules of a view are not measured', 'move them to the table that it reads');
  return rules.map(({ check: _, ...rule }) => rule);
}

/** What a report of results takes of a name, with room for a number behind it. */
const LONGEST_NAME = 240;

/** A rule without a name is known by its query, which may be long. */
function shortened(name: string): string {
  return name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME - 1)}…` : name;
}

/** A rule of type `text` is prose for people: nothing can be measured by it. */
function readRule(
  rule: YamlView,
  column: string | undefined,
  columns: readonly ProductColumn[],
  findings: Findings,
): QualityRule[] {
  const what =
    rule.text('name') ??
    rule.text('metric') ??
    rule.text('rule') ??
    rule.text('query') ??
    rule.text('implementation') ??
    rule.text('engine');
  if (what === undefined || rule.text('type') === 'text') return [];
  const check = readCheck(rule, column, columns, findings);
  const dimension = readDimension(rule, findings);
  const severity = readSeverity(rule, findings);
  const schedule = readSchedule(rule, findings);
  return [
    {
      measure: shortened(column === undefined ? what : `${column}: ${what}`),
      bounds: readBounds(rule, check, findings),
      ...(check === undefined ? {} : { check }),
      ...(column === undefined ? {} : { column }),
      ...(severity === undefined ? {} : { severity }),
      ...(dimension === undefined ? {} : { dimension: shortened(dimension) }),
      ...(readUnit(rule, check, findings) === 'percent' ? { unit: 'percent' as const } : {}),
      ...(schedule === undefined ? {} : { schedule }),
    },
  ];
}

/** Results are told apart by the rule's name. */
function withOwnNames(rules: readonly QualityRule[]): QualityRule[] {
  const seen = new Map<string, number>();
  return rules.map((rule) => {
    const count = (seen.get(rule.measure) ?? 0) + 1;
    seen.set(rule.measure, count);
    return count === 1 ? rule : { ...rule, measure: `${rule.measure} (${count})` };
  });
}

function readSeverity(rule: YamlView, findings: Findings): QualityRule['severity'] {
  const written = rule.text('severity')?.toLowerCase();
  const known = SEVERITIES.find((severity) => severity === written);
  if (written !== undefined && known === undefined) {
    const message = `the severity "${written}" is unknown and counts as error`;
    findings.warning(76, rule.get('severity')?.place ?? rule.place, message, `use one of ${SEVERITIES.join(', ')}`);
  }
  return known;
}

function readDimension(rule: YamlView, findings: Findings): string | undefined {
  const written = rule.text('dimension');
  if (written !== undefined && !DIMENSIONS.includes(written)) {
    const known = DIMENSIONS.filter((name) => name.length > 2).join(', ');
    const place = rule.get('dimension')?.place ?? rule.place;
    findings.warning(76, place, `the dimension "${written}" is none of the standard`, `use one of ${known}`);
  }
  return written;
}

function readUnit(rule: YamlView, check: QualityRule['check'], findings: Findings): string | undefined {
  const written = rule.text('unit');
  const place = rule.get('unit')?.place ?? rule.place;
  if (check === undefined || check.metric === 'sql' || written === undefined || written === 'rows') return undefined;
  if (check.metric === 'rowCount') {
    findings.error(76, place, `the unit of rowCount is "${written}"`, 'leave it out: rows are counted in rows');
  } else if (written !== 'percent') {
    findings.warning(76, place, `the unit "${written}" is unknown and counts as rows`, 'use rows or percent');
  }
  return written;
}

function readSchedule(rule: YamlView, findings: Findings): string | undefined {
  const written = rule.text('schedule')?.replaceAll(/\s+/g, ' ');
  if (written === undefined) return undefined;
  if ((rule.text('scheduler') ?? 'cron') === 'cron' && CRON.test(written)) return written;
  const place = rule.get('schedule')?.place ?? rule.place;
  findings.warning(
    78,
    place,
    `the schedule "${written}" is none that is followed: it is measured when data comes, and daily`,
    'write "scheduler: cron" and five fields of digits, e.g. "0 20 * * *"',
  );
  return undefined;
}

/** The columns of a table's primary key, by `primaryKeyPosition`. */
export function readPrimaryKey(table: YamlView): string[] {
  return table
    .list('properties')
    .filter((property) => property.get('primaryKey')?.scalar === true)
    .map((property, index) => ({
      name: (property.text('physicalName') ?? property.text('name') ?? '').toLowerCase(),
      position: positionOf(property) ?? Number.MAX_SAFE_INTEGER - 10_000 + index,
    }))
    .toSorted((a, b) => a.position - b.position)
    .map(({ name }) => name);
}

function positionOf(property: YamlView): number | undefined {
  const position = Number(property.text('primaryKeyPosition') ?? Number.NaN);
  return Number.isInteger(position) && position > 0 ? position : undefined;
}
