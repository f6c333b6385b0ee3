import type { Cloud } from '../../core/cloud.ts';

/** A data cells filter as kept in the catalog of the table's owner, names lower-case. */
export interface FilterRecord {
  readonly catalogId: string;
  readonly database: string;
  readonly table: string;
  readonly name: string;
  /** Absent: every row. */
  readonly rows?: string;
  /** Absent: every column but `excluded`. */
  readonly columns?: readonly string[];
  readonly excluded?: readonly string[];
  readonly versionId: string;
}

function namespace(cloud: Cloud, catalogId: string): string {
  return `lakeformation/${catalogId}/${cloud.region}/filter`;
}

function key(database: string, table: string, name: string): string {
  return [database, table, name].join('\u0001');
}

/** Data cells filters as stored: no authorization. */
export const filters = {
  get: (
    cloud: Cloud,
    at: { catalogId: string; database: string; table: string; name: string },
  ): FilterRecord | undefined => cloud.store.get(namespace(cloud, at.catalogId), key(at.database, at.table, at.name)),

  put: (cloud: Cloud, filter: FilterRecord): void =>
    cloud.store.put(namespace(cloud, filter.catalogId), key(filter.database, filter.table, filter.name), filter),

  delete: (cloud: Cloud, at: { catalogId: string; database: string; table: string; name: string }): boolean =>
    cloud.store.delete(namespace(cloud, at.catalogId), key(at.database, at.table, at.name)),

  /** Of one table, or of the whole catalog. */
  list: (cloud: Cloud, catalogId: string, of?: { database: string; table: string }): FilterRecord[] =>
    cloud.store
      .list<FilterRecord>(namespace(cloud, catalogId), of === undefined ? '' : key(of.database, of.table, ''))
      .map((row) => row.value),
};
