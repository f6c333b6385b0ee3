import type { Cloud } from '../../core/cloud.ts';
import { catalog } from './catalog.ts';
import type { GlueDatabase, GlueTable } from './types.ts';

/** A database as named, and what it stands for when it is a resource link; the target is absent when it does not exist. */
export interface ResolvedDatabase {
  readonly named: GlueDatabase;
  readonly target: GlueDatabase | undefined;
}

/** A table as named, and what it stands for when it is a resource link. */
export interface ResolvedTable {
  readonly named: GlueTable;
  readonly target: GlueTable | undefined;
}

/** Follows one hop: a link to a link ends at the second link. */
export function resolveDatabase(cloud: Cloud, named: GlueDatabase): ResolvedDatabase {
  const to = named.TargetDatabase;
  return { named, target: to === undefined ? named : catalog.database(cloud, to.CatalogId, to.DatabaseName) };
}

/** Follows one hop: a link to a link ends at the second link. */
export function resolveTable(cloud: Cloud, named: GlueTable): ResolvedTable {
  const to = named.TargetTable;
  return { named, target: to === undefined ? named : catalog.table(cloud, to.CatalogId, to.DatabaseName, to.Name) };
}

/** A link as Glue answers it to whoever may see the target: the target's properties under the link's name. */
export function linkedTable(link: GlueTable, target: GlueTable): GlueTable {
  const { Name, DatabaseName, CatalogId, CreateTime, UpdateTime, CreatedBy, TargetTable } = link;
  return { ...target, Name, DatabaseName, CatalogId, CreateTime, UpdateTime, CreatedBy, TargetTable };
}

/** A database link as Glue answers it to whoever may see the target. */
export function linkedDatabase(link: GlueDatabase, target: GlueDatabase): GlueDatabase {
  const { Name, CatalogId, CreateTime, TargetDatabase } = link;
  return { ...target, Name, CatalogId, CreateTime, TargetDatabase };
}
