import type { Cloud } from '../../core/cloud.ts';
import type { GlueDatabase, GluePartition, GlueTable } from './types.ts';

/** Between the parts of a key: below every character that a name may hold. */
const SEPARATOR = '\u0001';

function namespace(cloud: Cloud, catalogId: string, kind: string): string {
  return `glue/${catalogId}/${cloud.region}/${kind}`;
}

function key(...parts: readonly string[]): string {
  return parts.join(SEPARATOR);
}

/** The Data Catalogs of every account, as stored: no authorization, no links followed. */
export const catalog = {
  database: (cloud: Cloud, catalogId: string, name: string): GlueDatabase | undefined =>
    cloud.store.get(namespace(cloud, catalogId, 'database'), name.toLowerCase()),

  databases: (cloud: Cloud, catalogId: string): GlueDatabase[] =>
    cloud.store.list<GlueDatabase>(namespace(cloud, catalogId, 'database')).map((row) => row.value),

  putDatabase: (cloud: Cloud, database: GlueDatabase): void =>
    cloud.store.put(namespace(cloud, database.CatalogId, 'database'), database.Name, database),

  deleteDatabase(cloud: Cloud, catalogId: string, name: string): void {
    for (const table of catalog.tables(cloud, catalogId, name)) catalog.deleteTable(cloud, table);
    cloud.store.delete(namespace(cloud, catalogId, 'database'), name);
  },

  table: (cloud: Cloud, catalogId: string, database: string, name: string): GlueTable | undefined =>
    cloud.store.get(namespace(cloud, catalogId, 'table'), key(database.toLowerCase(), name.toLowerCase())),

  tables: (cloud: Cloud, catalogId: string, database: string): GlueTable[] =>
    cloud.store
      .list<GlueTable>(namespace(cloud, catalogId, 'table'), key(database.toLowerCase(), ''))
      .map((row) => row.value),

  putTable: (cloud: Cloud, table: GlueTable): void =>
    cloud.store.put(namespace(cloud, table.CatalogId, 'table'), key(table.DatabaseName, table.Name), table),

  deleteTable(cloud: Cloud, table: GlueTable): void {
    const { CatalogId, DatabaseName, Name } = table;
    cloud.store.delete(namespace(cloud, CatalogId, 'table'), key(DatabaseName, Name));
    for (const partition of catalog.partitions(cloud, table)) catalog.deletePartition(cloud, table, partition.Values);
    for (const version of catalog.versions(cloud, table)) catalog.deleteVersion(cloud, table, version.VersionId);
  },

  versions: (cloud: Cloud, table: GlueTable): GlueTable[] =>
    cloud.store
      .list<GlueTable>(
        namespace(cloud, table.CatalogId, 'version'),
        key(table.DatabaseName, table.Name.toLowerCase(), ''),
      )
      .map((row) => row.value),

  putVersion: (cloud: Cloud, table: GlueTable): void =>
    cloud.store.put(namespace(cloud, table.CatalogId, 'version'), versionKey(table, table.VersionId), table),

  deleteVersion: (cloud: Cloud, table: GlueTable, versionId: string): boolean =>
    cloud.store.delete(namespace(cloud, table.CatalogId, 'version'), versionKey(table, versionId)),

  partition: (cloud: Cloud, table: GlueTable, values: readonly string[]): GluePartition | undefined =>
    cloud.store.get(namespace(cloud, table.CatalogId, 'partition'), partitionKey(table, values)),

  partitions: (cloud: Cloud, table: GlueTable): GluePartition[] =>
    cloud.store
      .list<GluePartition>(namespace(cloud, table.CatalogId, 'partition'), key(table.DatabaseName, table.Name, ''))
      .map((row) => row.value),

  putPartition: (cloud: Cloud, table: GlueTable, partition: GluePartition): void =>
    cloud.store.put(namespace(cloud, table.CatalogId, 'partition'), partitionKey(table, partition.Values), partition),

  deletePartition: (cloud: Cloud, table: GlueTable, values: readonly string[]): boolean =>
    cloud.store.delete(namespace(cloud, table.CatalogId, 'partition'), partitionKey(table, values)),
};

function versionKey(table: GlueTable, versionId: string): string {
  return key(table.DatabaseName, table.Name, versionId.padStart(12, '0'));
}

function partitionKey(table: GlueTable, values: readonly string[]): string {
  return key(table.DatabaseName, table.Name, ...values);
}
