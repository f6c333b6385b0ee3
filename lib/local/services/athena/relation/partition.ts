import type { GluePartition, GlueTable } from '../../glue/types.ts';
import { QueryFailure } from '../sql/gate.ts';
import type { Token } from '../sql/lexer.ts';

/** Files of one partition (or of the whole table) and the values of the partition keys. */
export interface FileGroup {
  readonly keys: readonly string[];
  /** Partition key to value as text; null is Hive's default partition. */
  readonly values: Readonly<Record<string, string | null>>;
}

export interface Place {
  readonly bucket: string;
  /** Without a leading slash; ends in a slash unless empty. */
  readonly prefix: string;
}

const HIVE_NULL = '__HIVE_DEFAULT_PARTITION__';

/** @throws QueryFailure unless it is `s3://bucket/prefix`. */
export function placeOf(location: string | undefined): Place {
  const match = /^s3[an]?:\/\/([^/]+)\/?(.*)$/.exec(location ?? '');
  if (match === null)
    throw new QueryFailure(`HIVE_METASTORE_ERROR: Table storage descriptor has no S3 location: ${location}`);
  const prefix = match[2] ?? '';
  return { bucket: match[1] ?? '', prefix: prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/` };
}

/** Splits a table's files by partition: projection when it is on, else the partitions in Glue; what neither knows is not there. */
export function groupFiles(
  table: GlueTable,
  partitions: readonly GluePartition[],
  list: (place: Place) => readonly string[],
  tokens: readonly Token[],
): { bucket: string; groups: FileGroup[] } {
  const place = placeOf(table.StorageDescriptor?.Location);
  const names = (table.PartitionKeys ?? []).map((column) => (column.Name ?? '').toLowerCase());
  if (names.length === 0) return { bucket: place.bucket, groups: [{ keys: data(list(place)), values: {} }] };
  if (table.Parameters?.['projection.enabled'] === 'true') return projected(table, place, names, list, tokens);
  const groups = partitions.map((partition) => {
    const at = placeOf(partition.StorageDescriptor?.Location ?? `s3://${place.bucket}/${place.prefix}`);
    return { keys: data(list(at)), values: toValues(names, partition.Values) };
  });
  return { bucket: place.bucket, groups };
}

/** Athena skips what begins with `_` or `.`, and folder markers. */
function data(keys: readonly string[]): string[] {
  return keys.filter((key) => !key.endsWith('/') && !/^[._]/.test(key.slice(key.lastIndexOf('/') + 1)));
}

function toValues(names: readonly string[], values: readonly string[]): Record<string, string | null> {
  return Object.fromEntries(
    names.map((name, index) => [name, values[index] === HIVE_NULL ? null : (values[index] ?? null)]),
  );
}

function grouped(
  keys: readonly string[],
  valuesOf: (key: string) => string[] | undefined,
  names: readonly string[],
): FileGroup[] {
  const groups = new Map<string, { keys: string[]; values: Record<string, string | null> }>();
  for (const key of keys) {
    const values = valuesOf(key);
    if (values === undefined) continue;
    const id = JSON.stringify(values);
    const group = groups.get(id) ?? { keys: [], values: toValues(names, values) };
    group.keys.push(key);
    groups.set(id, group);
  }
  return [...groups.values()];
}

/** Partition projection: the files whose paths fit the template, with values that the projection allows. */
function projected(
  table: GlueTable,
  place: Place,
  names: readonly string[],
  list: (place: Place) => readonly string[],
  tokens: readonly Token[],
): { bucket: string; groups: FileGroup[] } {
  const parameters = table.Parameters ?? {};
  const template = parameters['storage.location.template'];
  const hive = `s3://${place.bucket}/${place.prefix}${names.map((name) => `${name}=\${${name}}/`).join('')}`;
  const at = placeOf(template ?? hive);
  for (const name of names) {
    if (parameters[`projection.${name}.type`] !== 'injected' || hasEquality(tokens, name)) continue;
    throw new QueryFailure(
      `CONSTRAINT_VIOLATION: For the injected projected partition column ${name}, the WHERE clause must contain only static equality conditions, and at least one such condition must be present.`,
    );
  }
  const parts = at.prefix.split(/\$\{([^}]+)\}/);
  const order = parts.filter((_, index) => index % 2 === 1).map((name) => name.toLowerCase());
  const pattern = new RegExp(
    `^${parts.map((text, index) => (index % 2 === 0 ? literally(text) : `(${shape(parameters, text.toLowerCase())})`)).join('')}`,
  );
  const first = parts[0] ?? '';
  const keys = data(list({ bucket: at.bucket, prefix: first.slice(0, first.lastIndexOf('/') + 1) }));
  const groups = grouped(
    keys,
    (key) => {
      const values = pattern.exec(key)?.slice(1);
      if (values === undefined) return undefined;
      const ordered = names.map((name) => values[order.indexOf(name)] ?? '');
      return ordered.every((value, index) => allows(parameters, names[index] ?? '', value)) ? ordered : undefined;
    },
    names,
  );
  return { bucket: at.bucket, groups };
}

function hasEquality(tokens: readonly Token[], name: string): boolean {
  return tokens.some(
    (token, index) => token.value.toLowerCase() === name && ['=', 'in'].includes(tokens[index + 1]?.value ?? ''),
  );
}

/** A pattern for one value in a path: a date may hold slashes, the others may not. */
function shape(parameters: Readonly<Record<string, string>>, name: string): string {
  const format = parameters[`projection.${name}.format`];
  if (parameters[`projection.${name}.type`] !== 'date' || format === undefined) return '[^/]+';
  return literally(format).replace(/[yMdHmsS]/g, '\\d');
}

function allows(parameters: Readonly<Record<string, string>>, name: string, value: string): boolean {
  const type = parameters[`projection.${name}.type`];
  if (type === 'enum')
    return (parameters[`projection.${name}.values`] ?? '').split(',').some((one) => one.trim() === value);
  const [low = '', high = ''] = (parameters[`projection.${name}.range`] ?? '').split(',').map((one) => one.trim());
  if (type === 'integer') return /^\d+$/.test(value) && Number(value) >= Number(low) && Number(value) <= Number(high);
  if (type === 'date') return (low.startsWith('NOW') || value >= low) && (high.startsWith('NOW') || value <= high);
  return type === 'injected';
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
