import type { Checked } from '../error.ts';
import { runEventShape } from './event-shape.ts';
import { type DatasetId, tableOf } from './open-lineage.ts';
import type { Untold } from './output.ts';
import { distinctInputs, type Input, isDirect, SUBTYPES, type Subtype } from './transformation.ts';

/** What a run event says of one table that was written. */
export interface ToldLineage {
  readonly run: string;
  readonly job: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
  /** Tables that were read, as `database.table`. */
  readonly sources: readonly string[];
  readonly columns: Readonly<Record<string, readonly Input[]>>;
  readonly dataset: readonly Input[];
  readonly unknown: readonly Untold[];
}

interface Dataset extends DatasetId {
  readonly facets?: {
    readonly columnLineage?: {
      readonly fields: Readonly<Record<string, { readonly inputFields: readonly Field[] }>>;
      readonly dataset?: readonly Field[];
    };
    readonly weft_lineage?: { readonly unknown?: unknown };
  };
}

interface Field extends DatasetId {
  readonly field: string;
  readonly transformations?: readonly {
    readonly type: string;
    readonly subtype?: string;
    readonly masking?: boolean;
  }[];
}

interface Event {
  readonly eventTime: string;
  readonly run: { readonly runId: string };
  readonly job: { readonly name: string };
  readonly inputs?: readonly Dataset[];
  readonly outputs?: readonly Dataset[];
}

/**
 * What an OpenLineage run event says of the table that is named, `database.table`. Every problem at once: `WEFT-LINEAGE-001` for what is no such event,
 * `WEFT-LINEAGE-002` when it does not say that the table was written.
 */
export function readRunEvent(event: Readonly<Record<string, unknown>>, table: string): Checked<ToldLineage> {
  const wrong = runEventShape(event, 'event');
  if (wrong.length > 0) {
    const problems = wrong.map(({ path, expected }) => ({
      code: 'WEFT-LINEAGE-001',
      severity: 'error' as const,
      message: `the run event is not valid at "${path}": expected is ${expected}`,
      path,
    }));
    return { ok: false, problems };
  }
  const { run, job, eventTime, inputs = [], outputs = [] } = event as unknown as Event;
  const output = outputs.find((dataset) => tableOf(dataset).toLowerCase() === table);
  if (output === undefined) {
    const written = outputs.map((dataset) => tableOf(dataset)).join(', ');
    const message = `the run event speaks of ${written === '' ? 'no table' : written}, not of ${table}`;
    return { ok: false, problems: [{ code: 'WEFT-LINEAGE-002', severity: 'error', message }] };
  }
  const { fields = {}, dataset = [] } = output.facets?.columnLineage ?? {};
  const columns = Object.entries(fields).map(
    ([name, { inputFields }]) => [name.toLowerCase(), inputsOf(inputFields, 'TRANSFORMATION')] as const,
  );
  const rows = inputsOf(dataset, 'CONDITIONAL');
  const used = [...columns.flatMap(([, list]) => list), ...rows].map((input) => input.table);
  const value: ToldLineage = {
    run: run.runId,
    job: job.name,
    at: new Date(eventTime).toISOString(),
    sources: [...new Set([...inputs.map((input) => tableOf(input).toLowerCase()), ...used])].toSorted(),
    columns: Object.fromEntries(columns),
    dataset: rows,
    unknown: untold(output.facets?.weft_lineage?.unknown),
  };
  return { ok: true, value, problems: [] };
}

/** An event of another tool may leave out how a column is used, or name a way that the standard does not: then it is used in the way that says least. */
function inputsOf(fields: readonly Field[], least: Subtype): Input[] {
  const inputs = fields.flatMap((field): Input[] => {
    const { transformations = [], field: column } = field;
    const table = tableOf(field).toLowerCase();
    const ways = transformations.length === 0 ? [{ type: '', subtype: least, masking: false }] : transformations;
    return ways.map(({ type, subtype, masking }) => ({
      table,
      column: column.toLowerCase(),
      how: SUBTYPES.find((known) => known === subtype) ?? (type === 'INDIRECT' ? 'CONDITIONAL' : 'TRANSFORMATION'),
      ...(masking === true ? { masking: true as const } : {}),
    }));
  });
  return distinctInputs(least === 'CONDITIONAL' ? inputs.map(indirect) : inputs);
}

/** Nothing gets into all rows at once: what is said to decide over them is no value. */
function indirect(input: Input): Input {
  return isDirect(input.how) ? { ...input, how: 'CONDITIONAL' } : input;
}

/** What could not be told, from our own facet; other tools have none. */
function untold(value: unknown): Untold[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown): Untold[] => {
    const { column, reason } = (entry ?? {}) as Partial<Record<string, unknown>>;
    if (typeof reason !== 'string') return [];
    return [typeof column === 'string' ? { column: column.toLowerCase(), reason } : { reason }];
  });
}
