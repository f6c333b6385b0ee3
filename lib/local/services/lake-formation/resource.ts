import type { Permission as SdkPermission } from '@aws-sdk/client-lakeformation';

export type Permission = SdkPermission;

/** Every table of a database, those that come later included; Lake Formation lists it under the name `ALL_TABLES`. */
export const WILDCARD = '*';

export interface TagCondition {
  readonly key: string;
  readonly values: readonly string[];
}

/** What a grant is on, names lower-case. `catalogId` is the account that owns the object. */
export type LfResource =
  | { readonly kind: 'catalog'; readonly catalogId: string }
  | { readonly kind: 'database'; readonly catalogId: string; readonly database: string }
  | { readonly kind: 'table'; readonly catalogId: string; readonly database: string; readonly table: string }
  | {
      readonly kind: 'columns';
      readonly catalogId: string;
      readonly database: string;
      readonly table: string;
      /** Absent: every column but `excluded`. */
      readonly columns?: readonly string[];
      readonly excluded?: readonly string[];
    }
  | {
      readonly kind: 'filter';
      readonly catalogId: string;
      readonly database: string;
      readonly table: string;
      readonly name: string;
    }
  | { readonly kind: 'location'; readonly catalogId: string; readonly arn: string }
  | { readonly kind: 'tag'; readonly catalogId: string; readonly key: string; readonly values: readonly string[] }
  | {
      readonly kind: 'policy';
      readonly catalogId: string;
      readonly type: 'DATABASE' | 'TABLE';
      readonly expression?: readonly TagCondition[];
      readonly expressionName?: string;
    }
  | { readonly kind: 'expression'; readonly catalogId: string; readonly name: string };

const SEPARATOR = '\u0001';

/** Where grants on a resource are kept: those on one database and its tables lie together. */
export function resourceKey(resource: LfResource): string {
  return [...groupOf(resource), ...restOf(resource)].join(SEPARATOR);
}

/** The prefix of the keys of every grant on a database, its tables, columns and filters. */
export function databasePrefix(catalogId: string, database: string): string {
  return ['db', catalogId, database, ''].join(SEPARATOR);
}

/** The prefix of the keys of every grant on resources of one of the other kinds. */
export function kindPrefix(kind: 'catalog' | 'location' | 'tag' | 'policy' | 'expression', catalogId: string): string {
  return [kind, catalogId, ''].join(SEPARATOR);
}

function groupOf(resource: LfResource): string[] {
  if ('database' in resource) return ['db', resource.catalogId, resource.database];
  return [resource.kind, resource.catalogId];
}

function restOf(resource: LfResource): string[] {
  switch (resource.kind) {
    case 'catalog':
      return [''];
    case 'database':
      return ['database'];
    case 'table':
      return ['table', resource.table];
    case 'columns':
      if (resource.columns !== undefined) return ['columns', resource.table, 'names'];
      return ['columns', resource.table, 'all', ...[...(resource.excluded ?? [])].sort()];
    case 'filter':
      return ['filter', resource.table, resource.name];
    case 'location':
      return [resource.arn];
    case 'tag':
      return [resource.key, ...[...resource.values].sort()];
    case 'policy':
      return [resource.type, resource.expressionName ?? JSON.stringify(canonical(resource.expression ?? []))];
    case 'expression':
      return [resource.name];
  }
}

/** A tag expression in one spelling: keys and values sorted. */
export function canonical(expression: readonly TagCondition[]): TagCondition[] {
  return expression
    .map(({ key, values }) => ({ key, values: [...new Set(values)].sort() }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
}
