import type { Cloud } from '../../core/cloud.ts';
import { catalog } from '../glue/catalog.ts';
import { columnNames, type GlueTable } from '../glue/types.ts';
import { invalid, missing } from './errors.ts';
import { filters } from './filter-store.ts';
import type { LfResource } from './resource.ts';
import { WILDCARD } from './resource.ts';
import { tags } from './tag-store.ts';

/**
 * Looks up what a grant names.
 * @returns the resource's kind, a resource link told apart from what it may lead to
 * @throws AwsError EntityNotFoundException
 */
export function requireExisting(
  cloud: Cloud,
  resource: LfResource,
): LfResource['kind'] | 'database-link' | 'table-link' {
  switch (resource.kind) {
    case 'catalog':
    case 'location':
      return resource.kind;
    case 'database':
      return requireDatabase(cloud, resource).TargetDatabase === undefined ? 'database' : 'database-link';
    case 'table':
      requireDatabase(cloud, resource);
      if (resource.table === WILDCARD) return 'table';
      return requireTable(cloud, resource).TargetTable === undefined ? 'table' : 'table-link';
    case 'columns':
      requireDatabase(cloud, resource);
      if (resource.table !== WILDCARD) requireColumns(requireTable(cloud, resource), resource);
      return 'columns';
    case 'filter':
      requireTable(cloud, resource);
      if (filters.get(cloud, resource) === undefined) throw missing(`Data cells filter not found: ${resource.name}`);
      return 'filter';
    case 'tag':
      requireTag(cloud, resource.catalogId, resource.key, resource.values);
      return 'tag';
    case 'policy':
      if (resource.expressionName !== undefined) requireExpression(cloud, resource.catalogId, resource.expressionName);
      for (const { key, values } of resource.expression ?? []) requireTag(cloud, resource.catalogId, key, values);
      return 'policy';
    case 'expression':
      requireExpression(cloud, resource.catalogId, resource.name);
      return 'expression';
  }
}

/** @throws AwsError EntityNotFoundException */
export function requireDatabase(cloud: Cloud, at: { catalogId: string; database: string }) {
  const found = catalog.database(cloud, at.catalogId, at.database);
  if (found === undefined) throw missing(`Database not found: ${at.database}`);
  return found;
}

/** @throws AwsError EntityNotFoundException */
export function requireTable(cloud: Cloud, at: { catalogId: string; database: string; table: string }): GlueTable {
  requireDatabase(cloud, at);
  const found = catalog.table(cloud, at.catalogId, at.database, at.table);
  if (found === undefined) throw missing(`Table not found: ${at.table}`);
  return found;
}

/** @throws AwsError EntityNotFoundException, or InvalidInputException for columns of a link */
export function requireColumns(
  table: GlueTable,
  named: { readonly columns?: readonly string[]; readonly excluded?: readonly string[] },
): void {
  if (table.TargetTable !== undefined) throw invalid('Columns cannot be named on a resource link');
  const known = new Set(columnNames(table));
  const unknown = [...(named.columns ?? []), ...(named.excluded ?? [])].filter((column) => !known.has(column));
  if (unknown.length > 0) throw missing(`Columns not found in table ${table.Name}: [${unknown.join(', ')}]`);
}

/** @throws AwsError EntityNotFoundException when the LF-Tag or one of the values is unknown */
export function requireTag(cloud: Cloud, catalogId: string, key: string, values: readonly string[]): void {
  const known = tags.values(cloud, catalogId, key);
  if (known === undefined) throw missing(`Tag key does not exist: ${key}`);
  const unknown = values.filter((value) => value !== '*' && !known.includes(value));
  if (unknown.length > 0) throw missing(`Tag values do not exist: ${key}=[${unknown.join(', ')}]`);
}

function requireExpression(cloud: Cloud, catalogId: string, name: string): void {
  if (tags.expression(cloud, catalogId, name) === undefined) throw missing(`LF-Tag expression not found: ${name}`);
}
