import type { Cloud } from '../../core/cloud.ts';
import { columnNames, type GlueDatabase, type GlueTable } from '../glue/types.ts';
import type { Cell } from './cells.ts';
import { filters } from './filter-store.ts';
import type { GrantRecord } from './grants.ts';
import { type LfResource, type Permission, type TagCondition, WILDCARD } from './resource.ts';
import { effectiveTags, satisfies, tags } from './tag-store.ts';

/** What a grant gives on one table: permissions on the table as such, and cells that may be read. */
export interface Share {
  readonly permissions: readonly Permission[];
  readonly cells: readonly Cell[];
}

const NOTHING: Share = { permissions: [], cells: [] };

/** Permissions that need the whole table: a tag expression that covers only some of its columns does not give them. */
const WHOLE_TABLE: readonly Permission[] = ['ALL', 'ALTER', 'DELETE', 'DROP', 'INSERT'];

/** What a grant's permissions (or those that may be passed on) come to on a table. */
export function shareOfTable(
  cloud: Cloud,
  grant: Pick<GrantRecord, 'resource'>,
  permissions: readonly Permission[],
  table: GlueTable,
): Share {
  const { resource } = grant;
  if (permissions.length === 0 || resource.catalogId !== table.CatalogId) return NOTHING;
  if (resource.kind === 'policy') return byTags(cloud, resource, permissions, table);
  if (!('table' in resource) || resource.database !== table.DatabaseName) return NOTHING;
  if (resource.table !== table.Name && resource.table !== WILDCARD) return NOTHING;
  if (resource.kind === 'table') return { permissions, cells: [] };
  if (!permissions.includes('SELECT')) return NOTHING;
  const cell = resource.kind === 'filter' ? cellOfFilter(cloud, resource, table) : cellOf(resource, table);
  return cell === undefined ? NOTHING : { permissions: ['SELECT'], cells: [cell] };
}

/**
 * What a grant's permissions come to on a database itself.
 * @param implied whether a grant on something in the database counts as DESCRIBE on it
 */
export function shareOfDatabase(
  cloud: Cloud,
  grant: Pick<GrantRecord, 'resource'>,
  permissions: readonly Permission[],
  database: GlueDatabase,
  implied: boolean,
): readonly Permission[] {
  const { resource } = grant;
  if (permissions.length === 0 || resource.catalogId !== database.CatalogId) return [];
  if (resource.kind === 'policy') {
    if (resource.type !== 'DATABASE') return [];
    const at = { catalogId: database.CatalogId, database: database.Name };
    return satisfies(effectiveTags(cloud, at), expressionOf(cloud, resource)) ? permissions : [];
  }
  if (!('database' in resource) || resource.database !== database.Name) return [];
  if (resource.kind === 'database') return permissions;
  return implied ? ['DESCRIBE'] : [];
}

/** The conditions of a tag policy, a saved expression looked up as it is now. */
function expressionOf(cloud: Cloud, policy: LfResource & { kind: 'policy' }): readonly TagCondition[] {
  if (policy.expressionName === undefined) return policy.expression ?? [];
  const saved = tags.expression(cloud, policy.catalogId, policy.expressionName);
  return saved?.expression ?? [{ key: '', values: [] }];
}

function byTags(
  cloud: Cloud,
  policy: LfResource & { kind: 'policy' },
  permissions: readonly Permission[],
  table: GlueTable,
): Share {
  if (policy.type !== 'TABLE') return NOTHING;
  const expression = expressionOf(cloud, policy);
  const order = columnNames(table);
  const at = { catalogId: table.CatalogId, database: table.DatabaseName, table: table.Name };
  const matching = order.filter((column) => satisfies(effectiveTags(cloud, { ...at, column }), expression));
  const tableItself = satisfies(effectiveTags(cloud, at), expression);
  if (matching.length === 0 && !tableItself) return NOTHING;
  const whole = matching.length === order.length && (tableItself || order.length > 0);
  const reads = permissions.includes('SELECT') || permissions.includes('ALL');
  const cells = reads && matching.length > 0 ? [{ columns: matching }] : [];
  if (whole) return { permissions, cells };
  const reduced = permissions.filter((permission) => !WHOLE_TABLE.includes(permission));
  const kept: Permission[] = [
    ...new Set<Permission>([...reduced, ...(reads ? (['SELECT'] as const) : []), 'DESCRIBE']),
  ];
  return { permissions: kept, cells };
}

function cellOf(resource: LfResource & { kind: 'columns' }, table: GlueTable): Cell {
  return { columns: chosen(resource, columnNames(table)) };
}

function cellOfFilter(cloud: Cloud, resource: LfResource & { kind: 'filter' }, table: GlueTable): Cell | undefined {
  const filter = filters.get(cloud, { ...resource, table: table.Name });
  if (filter === undefined) return undefined;
  const columns = chosen(filter, columnNames(table));
  return filter.rows === undefined ? { columns } : { columns, rows: filter.rows };
}

function chosen(
  from: { readonly columns?: readonly string[]; readonly excluded?: readonly string[] },
  order: readonly string[],
): string[] {
  const { columns, excluded = [] } = from;
  if (columns !== undefined) return order.filter((column) => columns.includes(column));
  return order.filter((column) => !excluded.includes(column));
}
