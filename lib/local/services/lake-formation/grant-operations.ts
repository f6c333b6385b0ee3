import { AwsError } from '../../core/error.ts';
import { refuseOthers } from '../../core/members.ts';
import type { Context, Operations } from '../../core/service.ts';
import { invalid } from './errors.ts';
import { type GrantRequest, grant, revoke } from './grant.ts';
import { effectivePermissionsForPath, listPermissions } from './list.ts';

interface Entry extends GrantRequest {
  readonly Id?: string;
}

interface Batch {
  readonly CatalogId?: string;
  readonly Entries?: readonly Entry[];
}

const MOST_ENTRIES = 20;
const MEMBERS = new Set(['CatalogId', 'Principal', 'Resource', 'Permissions', 'PermissionsWithGrantOption']);

/** The operations that give, take and list permissions. */
export const grantOperations: Operations = {
  GrantPermissions: { run: (input: GrantRequest, context: Context) => one('GrantPermissions', grant, input, context) },
  RevokePermissions: {
    run: (input: GrantRequest, context: Context) => one('RevokePermissions', revoke, input, context),
  },
  BatchGrantPermissions: {
    run: (input: Batch, context: Context) => batch('BatchGrantPermissions', grant, input, context),
  },
  BatchRevokePermissions: {
    run: (input: Batch, context: Context) => batch('BatchRevokePermissions', revoke, input, context),
  },
  ListPermissions: { run: listPermissions },
  GetEffectivePermissionsForPath: { run: effectivePermissionsForPath },
};

type Change = (request: GrantRequest, context: Context) => void;

function one(operation: string, change: Change, input: GrantRequest, context: Context): void {
  refuseOthers('lakeformation', operation, input, MEMBERS);
  context.cloud.store.transaction(() => change(input, context));
}

function batch(operation: string, change: Change, input: Batch, context: Context) {
  refuseOthers('lakeformation', operation, input, new Set(['CatalogId', 'Entries']));
  const entries = input.Entries ?? [];
  if (entries.length === 0) throw invalid('Entries must not be empty');
  if (entries.length > MOST_ENTRIES) throw invalid(`Number of entries exceeds the limit of ${MOST_ENTRIES}`);
  const ids = entries.map((entry) => entry.Id);
  if (ids.some((id) => id === undefined || id === '') || new Set(ids).size < ids.length) {
    throw invalid('Every entry must have an Id that is unique in the request');
  }
  const Failures = entries.flatMap((RequestEntry) => {
    const { Id: _id, ...request } = RequestEntry;
    try {
      one(operation, change, { CatalogId: input.CatalogId, ...request }, context);
      return [];
    } catch (error) {
      if (!(error instanceof AwsError) || error.code === 'WeftLocalNotImplemented') throw error;
      return [{ RequestEntry, Error: { ErrorCode: error.code, ErrorMessage: error.message } }];
    }
  });
  return { Failures };
}
