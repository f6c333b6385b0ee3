import type { PartitionProjection, ProductColumn, ProductTable } from '../product/product.ts';
import type { Findings } from '../yaml/findings.ts';
import type { YamlView } from '../yaml/view.ts';
import { customProperty } from './custom-property.ts';

const PROPERTY = 'weft.projection';
const KINDS = ['date', 'integer', 'enum', 'injected'] as const;
const MEMBERS: Readonly<Record<(typeof KINDS)[number], readonly string[]>> = {
  date: ['from', 'format'],
  integer: ['from', 'to'],
  enum: ['values'],
  injected: [],
};
const DAY_FORMAT = 'yyyy-MM-dd';
/** The largest part comes first, so that values sort by time. */
const FORMAT = /^yyyy(?:([-_]?)MM(?:\1dd(?:[-_]?HH)?)?)?$/;
const TEXTS = /^(?:string|char\(\d+\)|varchar\(\d+\))$/;
const INTEGERS = /^(?:tinyint|smallint|int|bigint)$/;

/** Which values a partition key may have, so that Athena finds its partitions by itself: `weft.projection`. */
export function readProjection(
  property: YamlView,
  column: ProductColumn,
  isKey: boolean,
  findings: Findings,
): PartitionProjection | undefined {
  const view = customProperty(property, PROPERTY);
  if (view === undefined) return undefined;
  if (!isKey) {
    const message = `${PROPERTY} of "${column.name}" has no effect: the column is no partition key`;
    findings.error(51, view.place, message, 'add "partitioned: true", or leave it out');
    return undefined;
  }
  const before = findings.problems.length;
  const refuse = (place: YamlView['place'], message: string, fix: string) => findings.error(51, place, message, fix);
  const written = (view.kind === 'map' ? view.text('type') : view.written?.trim()) ?? '';
  const kind = KINDS.find((known) => known === written);
  if (kind === undefined) {
    refuse(view.place, `the projection "${written}" of "${column.name}" is unknown`, `use one of ${KINDS.join(', ')}`);
    return undefined;
  }
  for (const { key, place } of view.entries) {
    if (key === 'type' || MEMBERS[kind].includes(key)) continue;
    refuse(place, `"${key}" is no part of a projection of type ${kind}`, `use ${MEMBERS[kind].join(', ') || 'none'}`);
  }
  const projection = READERS[kind](view, column, refuse);
  return findings.problems.length > before ? undefined : projection;
}

type Refuse = (place: YamlView['place'], message: string, fix: string) => void;
type Reader = (view: YamlView, column: ProductColumn, refuse: Refuse) => PartitionProjection;

const READERS: Readonly<Record<(typeof KINDS)[number], Reader>> = {
  date(view, { name, type }, refuse) {
    const format = view.text('format') ?? DAY_FORMAT;
    const from = view.text('from') ?? '';
    const place = (key: string) => (view.get(key) ?? view).place;
    if (!FORMAT.test(format) || (type === 'date' && format !== DAY_FORMAT)) {
      refuse(place('format'), `the format "${format}" of "${name}" cannot be projected`, `write ${DAY_FORMAT}`);
    } else if (!new RegExp(`^${format.replaceAll(/[yMdH]/g, '\\d')}$`).test(from)) {
      refuse(place('from'), `"from" of "${name}" is "${from}"`, `write the earliest value, as ${format}`);
    }
    if (type !== 'date' && !TEXTS.test(type)) {
      refuse(view.place, `"${name}" is ${type}, and a date is projected onto a date or a text`, 'make it a date');
    }
    return { type: 'date', from, format };
  },
  integer(view, { name, type }, refuse) {
    const [from, to] = ['from', 'to'].map((key) => Number(view.text(key) ?? Number.NaN)) as [number, number];
    if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from > to) {
      refuse(
        view.place,
        `"${name}" is projected from "${view.text('from')}" to "${view.text('to')}"`,
        'write both ends',
      );
    }
    if (!INTEGERS.test(type)) refuse(view.place, `"${name}" is ${type}, not an integer`, 'make it an int or a bigint');
    return { type: 'integer', from, to };
  },
  enum(view, { name, type }, refuse) {
    const values = view.list('values').map((item) => item.written?.trim() ?? '');
    if (values.length === 0 || values.some((value) => !/^[^,/\s][^,/]*$/.test(value))) {
      refuse(
        view.place,
        `"${name}" is projected onto "${values.join('", "')}"`,
        'list values without commas or slashes',
      );
    }
    if (!TEXTS.test(type))
      refuse(view.place, `"${name}" is ${type}, and an enum is projected onto texts`, 'use string');
    return { type: 'enum', values };
  },
  injected: () => ({ type: 'injected' }),
};

/** Warns of a partitioned table of which Athena shows only what somebody registers, and refuses one of which it would know only a part. */
export function checkProjection(table: ProductTable, place: YamlView['place'], findings: Findings): void {
  const open = table.partitionKeys.filter(({ projection }) => projection === undefined).map(({ name }) => name);
  if (open.length === 0) return;
  const fix = `add "${PROPERTY}" to ${open.join(', ')}`;
  if (open.length < table.partitionKeys.length) {
    const message = `the table "${table.name}" is projected, and its partition key ${open.join(', ')} is not`;
    findings.error(52, place, message, fix);
    return;
  }
  const message = `the table "${table.name}" has partitions that Athena shows only once they are registered`;
  findings.warning(53, place, message, fix);
}

/** What Athena is told of a table's partitions; nothing where they are registered. */
export function projectionParameters(keys: readonly ProductColumn[]): Record<string, string> {
  if (keys.length === 0 || keys.some(({ projection }) => projection === undefined)) return {};
  return Object.fromEntries([
    ['projection.enabled', 'true'],
    ...keys.flatMap(({ name, projection }) =>
      Object.entries(parametersOf(projection)).map(([key, value]) => [`projection.${name}.${key}`, value]),
    ),
  ]);
}

/** True for the parameters that `projectionParameters` writes. */
export function isProjectionParameter(name: string): boolean {
  return name.startsWith('projection.');
}

function parametersOf(projection: PartitionProjection | undefined): Record<string, string> {
  switch (projection?.type) {
    case 'date': {
      const unit = unitOf(projection.format);
      // In some places it is tomorrow already.
      const now = unit === 'DAYS' || unit === 'HOURS' ? 'NOW+1DAYS' : 'NOW';
      const { from, format } = projection;
      return { type: 'date', range: `${from},${now}`, format, interval: '1', 'interval.unit': unit };
    }
    case 'integer':
      return { type: 'integer', range: `${projection.from},${projection.to}` };
    case 'enum':
      return { type: 'enum', values: projection.values.join(',') };
    default:
      return { type: 'injected' };
  }
}

function unitOf(format: string): string {
  if (format.includes('HH')) return 'HOURS';
  if (format.includes('dd')) return 'DAYS';
  return format.includes('MM') ? 'MONTHS' : 'YEARS';
}

/** What a table's parameters say of one partition key, as a contract writes it; undefined where they say nothing that a contract can. */
export function projectionIn(
  parameters: Readonly<Record<string, string>>,
  key: string,
): Record<string, unknown> | undefined {
  if (parameters['projection.enabled']?.toLowerCase() !== 'true') return undefined;
  const of = (member: string) => parameters[`projection.${key}.${member}`];
  const [from, to] = (of('range') ?? '').split(',').map((part) => part.trim());
  switch (of('type')) {
    case 'date':
      return { type: 'date', from, format: of('format') };
    case 'integer':
      return { type: 'integer', from: Number(from), to: Number(to) };
    case 'enum':
      return { type: 'enum', values: (of('values') ?? '').split(',').map((value) => value.trim()) };
    case 'injected':
      return { type: 'injected' };
    default:
      return undefined;
  }
}
