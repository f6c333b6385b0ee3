import { sameView, type TableInputLike } from '../contract/glue-table.ts';
import type { ActualTable, CatalogChange } from '../plan/catalog.ts';
import { type DriftFinding, NAMED_COLUMNS } from './finding.ts';

/** What Glue says of a table beside its definition. */
export interface TableOrigin {
  readonly name: string;
  /** ARN of who made it. */
  readonly createdBy?: string;
  /** ISO 8601: its last change. */
  readonly updatedAt?: string;
}

/** A look at a central database: its tables, and what it would take to make them what they should be. */
export interface CatalogLook {
  readonly changes: readonly CatalogChange[];
  readonly tables: readonly ActualTable[];
  readonly origins: readonly TableOrigin[];
}

/** What was changed past the mesh in the central catalog. */
export function catalogDrift({ changes, tables, origins }: CatalogLook, account: string): DriftFinding[] {
  const lost = changes.find(({ kind }) => kind === 'createDatabase');
  if (lost !== undefined) {
    const { database } = lost;
    return [{ kind: 'DatabaseMissing', account, on: database, what: `the database ${database} is gone` }];
  }
  return changes.flatMap((change): DriftFinding[] => {
    if (change.kind === 'createDatabase' || change.kind === 'deleteDatabase') return [];
    const name = change.kind === 'deleteTable' ? change.name : change.table.Name;
    const on = `${change.database}.${name}`;
    const origin = origins.find((entry) => entry.name === name);
    const now = tables.find((table) => table.Name === name);
    const since = origin?.updatedAt === undefined ? {} : { since: origin.updatedAt };
    if (change.kind === 'createTable') return [{ kind: 'TableMissing', account, on, what: `the table ${on} is gone` }];
    if (change.kind === 'deleteTable') {
      const by = origin?.createdBy === undefined ? {} : { by: origin.createdBy };
      const what = `the table ${on} is none of the product's`;
      return [{ kind: 'TableAdded', account, on, what, ...by, ...since, ...added(undefined, now) }];
    }
    const parts = now === undefined ? [] : differences(change.table, now);
    const kind = parts.some(({ opens }) => opens) ? 'TableRepointed' : 'TableChanged';
    const what = `the table ${on} was changed: ${parts.map(({ said }) => said).join('; ')}`;
    return [{ kind, account, on, what, ...since, ...added(change.table, now) }];
  });
}

function added(was: TableInputLike | undefined, now: TableInputLike | undefined): Pick<DriftFinding, 'added'> {
  if (now === undefined) return {};
  const namesOf = (table: TableInputLike) =>
    [...table.StorageDescriptor.Columns, ...table.PartitionKeys].map(({ Name }) => Name);
  const former = new Set(was === undefined ? [] : namesOf(was));
  const columns = namesOf(now).filter((name) => !former.has(name));
  return columns.length === 0 ? {} : { added: { table: now.Name, columns: columns.slice(0, NAMED_COLUMNS) } };
}

interface Difference {
  readonly said: string;
  /** Other data, or more of it, is read than before. */
  readonly opens: boolean;
}

function differences(was: TableInputLike, now: TableInputLike): Difference[] {
  const found: Difference[] = [];
  const [left, right] = [was.StorageDescriptor, now.StorageDescriptor];
  if (left.Location !== right.Location) {
    found.push({ said: `it reads ${right.Location} instead of ${left.Location}`, opens: true });
  }
  const columns = (table: TableInputLike) => [...table.StorageDescriptor.Columns, ...table.PartitionKeys];
  const types = (table: TableInputLike) => new Map(columns(table).map(({ Name, Type }) => [Name, Type]));
  const [before, after] = [types(was), types(now)];
  for (const [name, type] of after) {
    if (!before.has(name)) found.push({ said: `column ${name} was added`, opens: true });
    else if (before.get(name) !== type) {
      found.push({ said: `column ${name} is ${type} instead of ${before.get(name)}`, opens: false });
    }
  }
  for (const name of before.keys()) {
    if (!after.has(name)) found.push({ said: `column ${name} was removed`, opens: false });
  }
  if (!sameView(was.ViewDefinition, now.ViewDefinition)) {
    found.push({ said: 'its view is another', opens: true });
  }
  return found.length > 0 ? found : [{ said: 'its description or format', opens: false }];
}

/** True for a change that takes away what the hand-made one opened: it is not left to wait. */
export function closes(change: CatalogChange, actual: readonly ActualTable[]): boolean {
  if (change.kind === 'deleteTable') return true;
  if (change.kind !== 'updateTable') return false;
  const now = actual.find((table) => table.Name === change.table.Name);
  return now !== undefined && differences(change.table, now).some(({ opens }) => opens);
}
