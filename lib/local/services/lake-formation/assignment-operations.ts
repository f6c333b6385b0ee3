import type { LFTag, LFTagPair, Resource } from '@aws-sdk/client-lakeformation';
import { AwsError } from '../../core/error.ts';
import { pageOf } from '../../core/page.ts';
import type { Context, Operations } from '../../core/service.ts';
import { catalog } from '../glue/catalog.ts';
import { columnNames, type GlueTable } from '../glue/types.ts';
import { visibleDatabases, visibleTables } from './access.ts';
import { invalid, missing } from './errors.ts';
import { requireDatabase, requireTable, requireTag } from './existence.ts';
import type { TagCondition } from './resource.ts';
import { WILDCARD } from './resource.ts';
import { requireOnTag } from './tag-operations.ts';
import { type Assigned, effectiveTags, satisfies, type Tagged, tags } from './tag-store.ts';
import { parseExpression, parseResource } from './wire-resource.ts';

interface Assignment {
  readonly CatalogId?: string;
  readonly Resource?: Resource;
  readonly LFTags?: readonly LFTagPair[];
}

interface Search {
  readonly CatalogId?: string;
  readonly Expression?: LFTag[];
  readonly NextToken?: string;
  readonly MaxResults?: number;
}

const MOST_TAGS_PER_RESOURCE = 50;

/** The operations that put LF-Tags on resources and find resources by them. */
export const assignmentOperations: Operations = {
  AddLFTagsToResource: { run: (input: Assignment, context: Context) => change(input, context, assignOne) },
  RemoveLFTagsFromResource: { run: (input: Assignment, context: Context) => change(input, context, removeOne) },
  GetResourceLFTags: { run: tagsOfResource },
  SearchTablesByLFTags: {
    run(input: Search, context: Context) {
      const expression = parseExpression(input.Expression);
      const { items, NextToken } = pageOf(tablesMatching(input, context, expression), input, 100);
      return { TableList: items, ...(NextToken !== undefined && { NextToken }) };
    },
  },
  SearchDatabasesByLFTags: {
    run(input: Search, context: Context) {
      const expression = parseExpression(input.Expression);
      const catalogId = input.CatalogId ?? context.account;
      const found = visibleDatabases(context.cloud, context.caller, catalogId)
        .map((database) => ({ database, values: effectiveTags(context.cloud, { catalogId, database: database.Name }) }))
        .filter(({ values }) => satisfies(values, expression))
        .map(({ database, values }) => ({
          Database: { CatalogId: catalogId, Name: database.Name },
          LFTags: pairs(catalogId, values),
        }));
      const { items, NextToken } = pageOf(found, input, 100);
      return { DatabaseList: items, ...(NextToken !== undefined && { NextToken }) };
    },
  },
};

function change(input: Assignment, context: Context, work: (context: Context, at: Tagged, tag: LFTagPair) => void) {
  const targets = targetsOf(input, context);
  const Failures = (input.LFTags ?? []).flatMap((tag) => {
    try {
      for (const at of targets) work(context, at, tag);
      return [];
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return [{ LFTag: tag, Error: { ErrorCode: error.code, ErrorMessage: error.message } }];
    }
  });
  return { Failures };
}

function assignOne(context: Context, at: Tagged, tag: LFTagPair): void {
  const { key, values } = onlyValue(tag);
  if (tag.CatalogId !== undefined && tag.CatalogId !== at.catalogId) {
    throw invalid('Resources can only be tagged with LF-Tags of the same account');
  }
  requireTag(context.cloud, at.catalogId, key, values);
  requireOnTag(context, at.catalogId, key, 'ASSOCIATE', values[0]);
  const next = { ...tags.assigned(context.cloud, at), [key]: values[0] ?? '' };
  if (Object.keys(next).length > MOST_TAGS_PER_RESOURCE) {
    throw invalid(`A resource can have at most ${MOST_TAGS_PER_RESOURCE} LF-Tags`);
  }
  tags.assign(context.cloud, at, next);
}

function removeOne(context: Context, at: Tagged, tag: LFTagPair): void {
  const { key, values } = onlyValue(tag);
  const held = tags.assigned(context.cloud, at);
  if (held[key] === undefined || !values.includes(held[key])) throw missing(`LF-Tag ${key} is not on the resource`);
  requireOnTag(context, at.catalogId, key, 'ASSOCIATE', values[0]);
  const { [key]: _gone, ...rest } = held;
  tags.assign(context.cloud, at, rest);
}

function onlyValue(tag: LFTagPair): { key: string; values: string[] } {
  const values = (tag.TagValues ?? []).map((value) => value.toLowerCase());
  if (values.length !== 1) throw invalid('A resource has exactly one value of an LF-Tag');
  return { key: (tag.TagKey ?? '').toLowerCase(), values };
}

/** What is tagged: a database, a table, or columns of one; it must exist and belong to the caller's account. */
function targetsOf(input: Assignment, context: Context): Tagged[] {
  const resource = parseResource(input.Resource, input.CatalogId ?? context.account);
  if (resource.catalogId !== context.account) {
    throw invalid('Resources can only be tagged with LF-Tags of the same account');
  }
  const { cloud } = context;
  if (resource.kind === 'database') {
    const { catalogId, database } = resource;
    requireDatabase(cloud, resource);
    return [{ catalogId, database }];
  }
  if ((resource.kind !== 'table' && resource.kind !== 'columns') || resource.table === WILDCARD) {
    throw invalid('LF-Tags can be put on databases, tables and columns');
  }
  const table = requireTable(cloud, resource);
  const { catalogId, database } = resource;
  const at = { catalogId, database, table: table.Name };
  if (resource.kind === 'table') return [at];
  const known = columnNames(table);
  return (resource.columns ?? known.filter((column) => !resource.excluded?.includes(column))).map((column) => {
    if (!known.includes(column)) throw missing(`Columns not found in table ${table.Name}: [${column}]`);
    return { ...at, column };
  });
}

function tagsOfResource(input: Assignment & { ShowAssignedLFTags?: boolean }, context: Context) {
  const { cloud } = context;
  const [first] = targetsOf(input, context);
  if (first === undefined) throw invalid('Resource is required');
  const valuesOf = (at: Tagged): Assigned =>
    input.ShowAssignedLFTags === true ? tags.assigned(cloud, at) : effectiveTags(cloud, at);
  const { catalogId, database, table: name } = first;
  const LFTagOnDatabase = pairs(catalogId, valuesOf({ catalogId, database }));
  if (name === undefined) return { LFTagOnDatabase };
  const table = catalog.table(cloud, catalogId, database, name);
  return {
    LFTagOnDatabase,
    LFTagsOnTable: pairs(catalogId, valuesOf({ catalogId, database, table: name })),
    LFTagsOnColumns: table === undefined ? [] : columnTags(catalogId, table, valuesOf),
  };
}

function columnTags(catalogId: string, table: GlueTable, valuesOf: (at: Tagged) => Assigned) {
  const at = { catalogId, database: table.DatabaseName, table: table.Name };
  return columnNames(table)
    .map((Name) => ({ Name, LFTags: pairs(catalogId, valuesOf({ ...at, column: Name })) }))
    .filter(({ LFTags }) => LFTags.length > 0);
}

function tablesMatching(input: Search, context: Context, expression: readonly TagCondition[]) {
  const { cloud, caller } = context;
  const catalogId = input.CatalogId ?? context.account;
  return visibleDatabases(cloud, caller, catalogId)
    .filter((database) => database.TargetDatabase === undefined)
    .flatMap(({ Name: database }) => visibleTables(cloud, caller, { catalogId, database }))
    .map((table) => {
      const at = { catalogId, database: table.DatabaseName, table: table.Name };
      const columns = columnTags(catalogId, table, (where) => effectiveTags(cloud, where));
      const matching = columns.filter(({ Name }) =>
        satisfies(effectiveTags(cloud, { ...at, column: Name }), expression),
      );
      return { table, values: effectiveTags(cloud, at), matching };
    })
    .filter(({ values, matching }) => satisfies(values, expression) || matching.length > 0)
    .map(({ table, values, matching }) => ({
      Table: { CatalogId: catalogId, DatabaseName: table.DatabaseName, Name: table.Name },
      LFTagOnDatabase: pairs(catalogId, effectiveTags(cloud, { catalogId, database: table.DatabaseName })),
      LFTagsOnTable: pairs(catalogId, values),
      LFTagsOnColumns: matching,
    }));
}

function pairs(catalogId: string, values: Assigned): LFTagPair[] {
  return Object.entries(values).map(([TagKey, value]) => ({ CatalogId: catalogId, TagKey, TagValues: [value] }));
}
