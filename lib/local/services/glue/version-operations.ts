import { AwsError } from '../../core/error.ts';
import { pageOf } from '../../core/page.ts';
import type { Context, Operations } from '../../core/service.ts';
import { narrowedStorage } from '../lake-formation/access.ts';
import { requireOnTable } from './authorize.ts';
import { catalog } from './catalog.ts';
import { entityNotFound, invalidInput } from './errors.ts';
import { presented, tableArns, targetTable } from './table-operations.ts';
import type { GlueTable } from './types.ts';

interface AtVersion {
  readonly CatalogId?: string;
  readonly DatabaseName?: string;
  readonly TableName?: string;
  readonly VersionId?: string;
}

const resources = (at: AtVersion, context: Context) => tableArns(context, at);

/** The operations on the versions of a table: those that an update left behind, and the present one. */
export const versionOperations: Operations = {
  GetTableVersion: {
    resources,
    run(at: AtVersion, context: Context) {
      const table = readable(at, context);
      const wanted = at.VersionId ?? table.VersionId;
      const found = versionsOf(context, table).find((version) => version.VersionId === wanted);
      if (found === undefined) throw entityNotFound('Version not found.');
      return { TableVersion: toWire(context, found) };
    },
  },
  GetTableVersions: {
    resources,
    run(at: AtVersion & { NextToken?: string; MaxResults?: number }, context: Context) {
      const newestFirst = versionsOf(context, readable(at, context)).reverse();
      const { items, NextToken } = pageOf(newestFirst, at, 100);
      const TableVersions = items.map((version) => toWire(context, version));
      return { TableVersions, ...(NextToken !== undefined && { NextToken }) };
    },
  },
  DeleteTableVersion: {
    resources,
    run(at: AtVersion, context: Context) {
      const table = targetTable(context, { ...at, Name: at.TableName });
      requireOnTable(context, table, 'DeleteTableVersion', 'ALTER');
      remove(context, table, at.VersionId ?? '');
      return {};
    },
  },
  BatchDeleteTableVersion: {
    resources,
    run(at: AtVersion & { VersionIds?: readonly string[] }, context: Context) {
      const table = targetTable(context, { ...at, Name: at.TableName });
      requireOnTable(context, table, 'BatchDeleteTableVersion', 'ALTER');
      const ids = at.VersionIds ?? [];
      if (ids.length > 100) throw invalidInput('At most 100 versions can be deleted in one call');
      const Errors = ids.flatMap((VersionId) => {
        try {
          remove(context, table, VersionId);
          return [];
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
          const ErrorDetail = { ErrorCode: error.code, ErrorMessage: error.message };
          return [{ TableName: table.Name, VersionId, ErrorDetail }];
        }
      });
      return { Errors };
    },
  },
};

function readable(at: AtVersion, context: Context): GlueTable {
  const table = targetTable(context, { ...at, Name: at.TableName });
  requireOnTable(context, table, 'GetTableVersions', 'DESCRIBE');
  return table;
}

/** Oldest first, the present one last, each without the columns that the caller may not read now. */
function versionsOf({ cloud, caller }: Context, table: GlueTable): GlueTable[] {
  return [...catalog.versions(cloud, table), table].map((version) => {
    const { StorageDescriptor: storage } = version;
    if (storage === undefined) return version;
    return { ...version, StorageDescriptor: narrowedStorage(cloud, caller, table, storage) };
  });
}

function toWire(context: Context, version: GlueTable) {
  return { Table: presented(context, version), VersionId: version.VersionId };
}

function remove(context: Context, table: GlueTable, versionId: string): void {
  if (versionId === table.VersionId) throw invalidInput('The current version of a table cannot be deleted');
  if (!catalog.deleteVersion(context.cloud, table, versionId)) throw entityNotFound('Version not found.');
}
