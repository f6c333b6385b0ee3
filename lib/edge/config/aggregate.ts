import { parseGlueType } from '#mesh/contract/types.ts';
import type { AggregateRules, Measure } from '../normalize/aggregate.ts';
import type { ColumnRule, RowRules } from '../normalize/row.ts';
import type { AggregateConfig } from './config.ts';
import type { Section } from './section.ts';

const KEYS = ['window', 'wait', 'time', 'by', 'fields', 'measures'];
const MEASURES: readonly Measure[] = ['avg', 'min', 'max', 'sum', 'count'];

/** What a source gathers, so that only the sums of it leave the site; `outputs` are the columns that come of it. */
export function readAggregate(
  source: Section,
  privacy: Omit<RowRules, 'columns'>,
): { readonly config: AggregateConfig; readonly outputs: readonly string[] } | undefined {
  const section = source.below('aggregate', KEYS);
  if (section === undefined) return undefined;
  const columns = readFields(section);
  const by = section.texts('by') ?? [];
  const time = section.required('time', 'measured_at');
  const has = (name: string) => columns.some(({ column }) => column === name);
  for (const name of by.filter((entry) => !has(entry)))
    section.wrong('by', `names "${name}"`, 'use names of "fields"', 9);
  const timed = columns.find(({ column }) => column === time);
  if (time !== '' && (timed?.type.kind !== 'simple' || timed.type.name !== 'timestamp')) {
    section.wrong('time', `names "${time}"`, 'use a timestamp of "fields"', 9);
  }
  const measures = readMeasures(section, has);
  const window = section.duration('window', 60_000);
  return {
    config: { window, wait: section.duration('wait', 10_000), time, by, measures, fields: { ...privacy, columns } },
    outputs: ['window_start', ...by, ...measures.map(({ column }) => column)],
  };
}

/** `fields: { machine: string, measured_at: timestamp, temperature: double }`. */
function readFields(section: Section): ColumnRule[] {
  const entries = section.view.get('fields')?.entries ?? [];
  if (entries.length === 0)
    section.wrong('fields', 'names none', 'add e.g. fields: { machine: string, measured_at: timestamp }', 9);
  return entries.map(({ key, value, place }) => {
    const type = parseGlueType(value.written ?? '');
    if (type === undefined) {
      section.findings.error(
        9,
        place,
        `the type of "${key}" is "${value.written ?? ''}"`,
        'use a type such as string, double, int or timestamp',
      );
    }
    return { column: key, type: type ?? { kind: 'simple', name: 'string' }, required: true, from: key };
  });
}

/** `measures: { temperature_max: max(temperature), readings: count }`. */
function readMeasures(section: Section, has: (name: string) => boolean): AggregateRules['measures'] {
  const entries = section.view.get('measures')?.entries ?? [];
  if (entries.length === 0) section.wrong('measures', 'names none', 'add e.g. measures: { readings: count }', 9);
  return entries.flatMap(({ key, value, place }) => {
    const [, name, of] = /^(\w+)(?:\((\w+)\))?$/.exec(value.written ?? '') ?? [];
    const measure = MEASURES.find((candidate) => candidate === name);
    const sound = measure !== undefined && (of === undefined ? measure === 'count' : has(of));
    if (measure !== undefined && sound) return [{ column: key, measure, ...(of === undefined ? {} : { of }) }];
    const fix = 'write count, or avg, min, max or sum of one of "fields", e.g. max(temperature)';
    section.findings.error(9, place, `the measure "${key}" is "${value.written ?? ''}"`, fix);
    return [];
  });
}
