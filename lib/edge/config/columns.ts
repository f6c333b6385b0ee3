import type { ColumnRule, TimeFormat, Value } from '../normalize/row.ts';
import { type Conversion, conversionBetween, units } from '../normalize/unit.ts';
import type { ContractColumn } from './contract-columns.ts';
import { Section } from './section.ts';

const KEYS = ['from', 'value', 'unit', 'multiply', 'add', 'time'];
const TIMES: readonly TimeFormat[] = ['iso', 'epoch-s', 'epoch-ms'];

/**
 * How each column of the contract comes about: from the field of its own name, or as `columns` says.
 * @param fields what the records have, when that is known: the output of an aggregate.
 */
export function readRules(
  source: Section,
  contract: readonly ContractColumn[],
  fields: readonly string[] | undefined,
  facts: { readonly site: string; readonly source: string },
): ColumnRule[] {
  const view = source.view.get('columns');
  const hashed = source.texts('hash') ?? [];
  const known = new Set(contract.map(({ name }) => name));
  for (const { key, place } of view?.entries ?? []) {
    if (known.has(key.toLowerCase())) continue;
    const fix = `use one of ${[...known].join(', ')}`;
    source.findings.error(7, place, `the contract's table has no column "${key}"`, fix);
  }
  for (const name of hashed) {
    const column = contract.find((candidate) => candidate.name === name.toLowerCase());
    const text = column?.type.kind === 'simple' && column.type.name === 'string';
    if (!text)
      source.wrong('hash', `names "${name}", which is no column of texts`, 'a hash is a text of 64 characters', 7);
  }
  return contract.map(({ name, type, required }) => {
    const own = view?.entries.find(({ key }) => key.toLowerCase() === name)?.value;
    const rule = own === undefined ? {} : readRule(own, source, facts);
    const column = {
      column: name,
      type,
      required,
      from: name,
      ...rule,
      ...(hashed.includes(name) ? { hashed: true } : {}),
    };
    checkFields(column, source, fields);
    return column;
  });
}

type Rule = Partial<Pick<ColumnRule, 'from' | 'value' | 'conversion' | 'time'>>;

/** `column: field`, or `column: { from, unit, … }`. */
function readRule(
  view: Section['view'],
  source: Section,
  facts: { readonly site: string; readonly source: string },
): Rule {
  if (view.kind === 'scalar') return { from: view.written ?? '' };
  const section = new Section(view, KEYS, source.findings);
  const value = section.text('value');
  const time = section.oneOf('time', TIMES, 'iso');
  const conversion = readConversion(section);
  return {
    ...(section.text('from') === undefined ? {} : { from: section.text('from') ?? '' }),
    ...(value === undefined ? {} : { value: known(value, facts) }),
    ...(time === 'iso' ? {} : { time }),
    ...(conversion === undefined ? {} : { conversion }),
  };
}

/** `$site` and `$source` stand for themselves. */
function known(value: string, facts: { readonly site: string; readonly source: string }): Value {
  if (value === '$site') return facts.site;
  return value === '$source' ? facts.source : value;
}

function readConversion(section: Section): Conversion | undefined {
  const unit = section.text('unit');
  const [multiply, add] = [section.number('multiply'), section.number('add')];
  if (unit === undefined) {
    return multiply === undefined && add === undefined ? undefined : { multiply: multiply ?? 1, add: add ?? 0 };
  }
  if (multiply !== undefined || add !== undefined) {
    section.wrong('unit', 'stands beside "multiply" or "add"', 'keep one of them', 8);
  }
  const [, from = '', to = ''] = /^(\S+) to (\S+)$/.exec(unit) ?? [];
  const conversion = conversionBetween(from, to);
  if (conversion === undefined) {
    const fix = `write e.g. "degF to degC", of two units of one quantity: ${units().join(' ')}`;
    const place = (section.view.get('unit') ?? section.view).place;
    section.findings.error(8, place, `"unit" is "${unit}", not a way between two units of one quantity`, fix);
  }
  return conversion;
}

/** A required column whose field never comes would reject every record. */
function checkFields(rule: ColumnRule, source: Section, fields: readonly string[] | undefined): void {
  if (rule.value !== undefined) return;
  const [first = ''] = rule.from.split('.');
  const keep = source.texts('keep');
  const withheld = (source.texts('drop') ?? []).includes(first) || (keep !== undefined && !keep.includes(first));
  if (fields !== undefined) {
    if (rule.required && !fields.includes(rule.from)) {
      const message = `the aggregate gives no "${rule.from}", which the contract requires`;
      source.findings.error(9, source.view.place, message, `it gives ${fields.join(', ')}`);
    }
  } else if (rule.required && withheld) {
    const message = `the contract requires "${rule.column}", and its field "${first}" is withheld`;
    source.findings.error(7, source.view.place, message, 'keep the field, hash the column, or make it optional');
  }
}
