import type { ProductColumn } from '../product/product.ts';
import type { QualityCheck } from '../product/quality-rule.ts';
import { isComparable, isText, typedLiteral } from '../sql/literal.ts';
import { statementProblem } from '../sql/statement.ts';
import type { Findings } from '../yaml/findings.ts';
import type { YamlView } from '../yaml/view.ts';

const METRICS = ['rowCount', 'nullValues', 'missingValues', 'invalidValues', 'duplicateValues'] as const;
type Metric = (typeof METRICS)[number];

/** What the rules of ODCS 3.0 and before are called now. */
const FORMER: Readonly<Record<string, Metric>> = {
  rowCount: 'rowCount',
  countCheck: 'rowCount',
  nullValues: 'nullValues',
  nullCheck: 'nullValues',
  nullCount: 'nullValues',
  missingValues: 'missingValues',
  missingCount: 'missingValues',
  invalidValues: 'invalidValues',
  invalidCount: 'invalidValues',
  validValues: 'invalidValues',
  duplicateValues: 'duplicateValues',
  duplicateCount: 'duplicateValues',
  duplicateCheck: 'duplicateValues',
};

/** What a rule asks to be counted; undefined when it is for another engine, or wrong, which is then told. */
export function readCheck(
  rule: YamlView,
  column: string | undefined,
  columns: readonly ProductColumn[],
  findings: Findings,
): QualityCheck | undefined {
  const type = rule.text('type') ?? 'library';
  if (type === 'custom') return undefined;
  if (type === 'sql' || (rule.text('query') !== undefined && rule.text('metric') === undefined)) {
    return readSql(rule, column, findings);
  }
  const metric = readMetric(rule, findings);
  if (metric === undefined) return undefined;
  const own = columns.find(({ name }) => name === column);
  if (metric === 'rowCount') {
    if (column === undefined) return { metric };
    findings.warning(
      71,
      rule.place,
      'rowCount stands at a column, where nobody measures it',
      'move it to the "quality" of the table',
    );
    return undefined;
  }
  if (metric === 'duplicateValues') return readDuplicates(rule, own, columns, findings);
  if (own === undefined) {
    if (column !== undefined) return undefined;
    findings.warning(
      71,
      rule.place,
      `${metric} stands at the table, where nobody measures it`,
      'move it to the "quality" of a column',
    );
    return undefined;
  }
  if (metric === 'nullValues') return { metric };
  return metric === 'missingValues' ? readMissing(rule, own, findings) : readInvalid(rule, own, findings);
}

function readMetric(rule: YamlView, findings: Findings): Metric | undefined {
  const written = rule.text('metric');
  const known = METRICS.find((metric) => metric === written);
  if (known !== undefined) return known;
  const place = (rule.get('metric') ?? rule.get('rule') ?? rule).place;
  const fix = `use one of ${METRICS.join(', ')}`;
  if (written !== undefined) {
    findings.error(70, place, `the metric "${written}" is unknown`, fix);
    return undefined;
  }
  const former = rule.text('rule');
  if (former === undefined) return undefined;
  const metric = Object.hasOwn(FORMER, former) ? FORMER[former] : undefined;
  // What ODCS 3.0 counted with an operator there were the valid ones.
  const ofValid = former === 'validValues' && rule.entries.some(({ key }) => key.startsWith('must'));
  if (metric !== undefined && !ofValid) return metric;
  findings.warning(70, place, `nobody measures the rule "${former}"`, `write "metric" in its place: ${fix}`);
  return undefined;
}

function readSql(rule: YamlView, column: string | undefined, findings: Findings): QualityCheck | undefined {
  const query = rule.text('query');
  const place = (rule.get('query') ?? rule).place;
  if (query === undefined) {
    findings.error(75, place, 'a rule of the type sql has no query', 'add "query: SELECT …"');
    return undefined;
  }
  const problem = statementProblem(query);
  if (problem !== undefined) {
    findings.error(75, place, `the query ${problem}`, 'write one SELECT that gives one value');
    return undefined;
  }
  if (column === undefined && /\$?\{(?:property|column)\}/.test(query)) {
    findings.error(75, place, 'the query of a table names {property}', 'move it to a column, or name the column');
    return undefined;
  }
  return { metric: 'sql', query };
}

/** The values of an argument; ODCS 3.0 has them beside the rule, and so have its own examples. */
function argument(rule: YamlView, name: string): YamlView | undefined {
  return rule.get('arguments')?.get(name) ?? rule.get(name);
}

function readDuplicates(
  rule: YamlView,
  own: ProductColumn | undefined,
  columns: readonly ProductColumn[],
  findings: Findings,
): QualityCheck | undefined {
  const listed = argument(rule, 'properties');
  const names =
    listed?.items.map((item) => (item.written ?? '').toLowerCase()) ?? (own === undefined ? [] : [own.name]);
  const place = (listed ?? rule).place;
  if (names.length === 0) {
    const fix = 'add "arguments: { properties: [<column>, …] }"';
    findings.error(72, place, 'duplicateValues of a table names no columns', fix);
    return undefined;
  }
  for (const name of names) {
    const column = columns.find((candidate) => candidate.name === name);
    if (column === undefined) {
      findings.error(72, place, `duplicateValues names the column "${name}", which is not there`, oneOf(columns));
      return undefined;
    }
    if (!isComparable(column.type)) {
      const fix = 'name a column of a simple type';
      findings.error(73, place, `values of "${name}" are ${column.type} and cannot be compared`, fix);
      return undefined;
    }
  }
  return { metric: 'duplicateValues', columns: [...new Set(names)] };
}

function readMissing(rule: YamlView, own: ProductColumn, findings: Findings): QualityCheck | undefined {
  const values = readValues(rule, 'missingValues', own, findings);
  return values && { metric: 'missingValues', values };
}

function readInvalid(rule: YamlView, own: ProductColumn, findings: Findings): QualityCheck | undefined {
  const listed = argument(rule, 'validValues');
  const pattern = argument(rule, 'pattern');
  if (listed === undefined && pattern === undefined) {
    const fix = 'add "arguments: { validValues: [<value>, …] }" or "arguments: { pattern: <regular expression> }"';
    findings.error(72, rule.place, 'invalidValues says neither which values are valid nor by which pattern', fix);
    return undefined;
  }
  const valid = listed === undefined ? undefined : readValues(rule, 'validValues', own, findings);
  if (listed !== undefined && valid === undefined) return undefined;
  const text = pattern?.written;
  if (pattern !== undefined && (text === undefined || !isText(own.type) || !isPattern(text))) {
    const message = isText(own.type)
      ? `"${text ?? ''}" is no regular expression`
      : `"${own.name}" is ${own.type}, no text`;
    findings.error(72, pattern.place, `the pattern cannot be matched: ${message}`, 'correct it, or use validValues');
    return undefined;
  }
  return {
    metric: 'invalidValues',
    ...(valid === undefined ? {} : { valid }),
    ...(text === undefined ? {} : { pattern: text }),
  };
}

/** Each value has to be one of the column's type; NULL is said by the metric itself. */
function readValues(rule: YamlView, name: string, own: ProductColumn, findings: Findings): string[] | undefined {
  const listed = argument(rule, name);
  if (listed !== undefined && listed.kind !== 'list') {
    findings.error(72, listed.place, `${name} is no list`, `write "${name}: [<value>, …]"`);
    return undefined;
  }
  const values = (listed?.items ?? []).flatMap((item) => item.written ?? []);
  const wrong = values.find((value) => typedLiteral(value, own.type) === undefined);
  if (wrong === undefined) return values;
  const message = `"${wrong}" of ${name} is no value of "${own.name}", which is ${own.type}`;
  findings.error(73, listed?.place ?? rule.place, message, `write values of the type ${own.type}`);
  return undefined;
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text) !== undefined;
  } catch {
    return false;
  }
}

function oneOf(columns: readonly ProductColumn[]): string {
  return `use one of ${columns.map(({ name }) => name).join(', ')}`;
}
