import type { PropertyPredicate, SortCriterion } from '@aws-sdk/client-glue';
import { refuseOthers } from '../../core/members.ts';
import { pageOf } from '../../core/page.ts';
import type { Context, Operations } from '../../core/service.ts';
import { databaseBehind, visibleDatabases, visibleTables } from '../lake-formation/access.ts';
import { invalidInput } from './errors.ts';
import { presented } from './table-operations.ts';
import { arnOf } from './tag-store.ts';
import type { GlueTable } from './types.ts';

interface Search {
  readonly CatalogId?: string;
  readonly SearchText?: string;
  readonly Filters?: readonly PropertyPredicate[];
  readonly SortCriteria?: readonly SortCriterion[];
  readonly NextToken?: string;
  readonly MaxResults?: number;
}

const MEMBERS = new Set(['CatalogId', 'SearchText', 'Filters', 'SortCriteria', 'NextToken', 'MaxResults']);

/** Search over the tables that the caller may see: by text anywhere in their description, names folded and matched loosely. */
export const searchOperations: Operations = {
  SearchTables: {
    resources: ({ CatalogId }: Search, context) => [arnOf(context, CatalogId ?? context.account, 'catalog')],
    run: search,
  },
};

function search(input: Search, context: Context) {
  refuseOthers('glue', 'SearchTables', input, MEMBERS);
  const { cloud, caller } = context;
  const catalogId = input.CatalogId ?? context.account;
  const found = visibleDatabases(cloud, caller, catalogId)
    .filter(
      ({ TargetDatabase, Name }) =>
        TargetDatabase === undefined || databaseBehind(cloud, caller, { catalogId, database: Name }),
    )
    .flatMap(({ Name }) => visibleTables(cloud, caller, { catalogId, database: Name }))
    .filter((table) => matchesText(table, input.SearchText ?? ''))
    .filter((table) => (input.Filters ?? []).every((filter) => matchesFilter(table, filter)));
  const { items, NextToken } = pageOf(sorted(found, input.SortCriteria ?? []), input, 1000);
  return { TableList: items.map((table) => presented(context, table)), ...(NextToken !== undefined && { NextToken }) };
}

/** Quoted text is looked for as it stands, anything else word by word. */
function matchesText(table: GlueTable, text: string): boolean {
  const columns = (table.StorageDescriptor?.Columns ?? []).map((column) => `${column.Name} ${column.Comment ?? ''}`);
  const all = [
    table.Name,
    table.DatabaseName,
    table.Description ?? '',
    ...columns,
    ...Object.values(table.Parameters ?? {}),
  ];
  const haystack = all.join('\n').toLowerCase();
  const quoted = /^"(.*)"$/.exec(text.trim());
  if (quoted !== null) return haystack.includes((quoted[1] ?? '').toLowerCase());
  return text
    .toLowerCase()
    .split(/\s+/)
    .every((word) => haystack.includes(word));
}

function matchesFilter(table: GlueTable, { Key = '', Value = '', Comparator }: PropertyPredicate): boolean {
  const key = Key.toLowerCase();
  if (key === 'createtime' || key === 'updatetime') {
    const actual = key === 'createtime' ? table.CreateTime : table.UpdateTime;
    return compare(actual, Date.parse(Value) / 1000, Comparator ?? 'EQUALS');
  }
  const known: Readonly<Record<string, string | undefined>> = {
    name: table.Name,
    databasename: table.DatabaseName,
    description: table.Description,
    owner: table.Owner,
    tabletype: table.TableType,
    location: table.StorageDescriptor?.Location,
  };
  const actual = key in known ? known[key] : table.Parameters?.[Key];
  return (actual ?? '').toLowerCase().includes(Value.toLowerCase());
}

function compare(actual: number, wanted: number, comparator: string): boolean {
  if (comparator === 'GREATER_THAN') return actual > wanted;
  if (comparator === 'LESS_THAN') return actual < wanted;
  if (comparator === 'GREATER_THAN_EQUALS') return actual >= wanted;
  return comparator === 'LESS_THAN_EQUALS' ? actual <= wanted : actual === wanted;
}

function sorted(tables: readonly GlueTable[], criteria: readonly SortCriterion[]): GlueTable[] {
  if (criteria.length > 1) throw invalidInput('At most one sort criterion is supported');
  const [by] = criteria;
  if (by === undefined) return [...tables];
  const value = (table: GlueTable) =>
    ({ name: table.Name, updatetime: table.UpdateTime, createtime: table.CreateTime })[
      by.FieldName?.toLowerCase() ?? ''
    ] ?? '';
  const ascending = [...tables].sort((a, b) => (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0));
  return by.Sort === 'DESC' ? ascending.reverse() : ascending;
}
