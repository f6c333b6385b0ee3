import type { DataLakeSettings } from '@aws-sdk/client-lakeformation';
import { AwsError } from '../../core/error.ts';
import { refuseOthers } from '../../core/members.ts';
import type { Context, Operations } from '../../core/service.ts';
import type { DefaultPermissions } from '../glue/types.ts';
import { invalid } from './errors.ts';
import { IAM_ALLOWED, principalOf } from './principal.ts';
import { isAdmin, NEW_ACCOUNT, putSettings, type Settings, settingsOf } from './settings.ts';
import { parsePrincipal } from './wire-resource.ts';

const MOST_ADMINS = 30;
const MEMBERS = new Set(Object.keys(NEW_ACCOUNT));
const PARAMETERS = new Set(['CROSS_ACCOUNT_VERSION', 'SET_SOURCE_IDENTITY', 'SET_CONTEXT']);

/** The operations on an account's data lake settings. */
export const settingsOperations: Operations = {
  GetDataLakeSettings: {
    run: ({ CatalogId }: { CatalogId?: string }, context: Context) => {
      const account = ownAccount(CatalogId, context);
      const settings = settingsOf(context.cloud, account);
      return { DataLakeSettings: { ...settings, Parameters: { ...settings.Parameters, SET_CONTEXT: 'TRUE' } } };
    },
  },
  PutDataLakeSettings: { run: put },
  GetDataLakePrincipal: { run: (_input: unknown, { caller }: Context) => ({ Identity: principalOf(caller) }) },
};

function put(input: { CatalogId?: string; DataLakeSettings?: DataLakeSettings }, context: Context): void {
  const { cloud, caller } = context;
  const account = ownAccount(input.CatalogId, context);
  const given = input.DataLakeSettings;
  if (given === undefined) throw invalid('DataLakeSettings is required');
  refuseOthers('lakeformation', 'PutDataLakeSettings', given, MEMBERS);
  const before = settingsOf(cloud, account);
  if (before.DataLakeAdmins.length > 0 && !isAdmin(cloud, caller)) {
    throw new AwsError(
      'AccessDeniedException',
      'Insufficient Lake Formation permission(s): Required permissions to change data lake settings',
    );
  }
  const admins = principals(given.DataLakeAdmins);
  if (admins.length > MOST_ADMINS) throw invalid(`A data lake can have at most ${MOST_ADMINS} administrators`);
  putSettings(cloud, account, {
    DataLakeAdmins: admins,
    ReadOnlyAdmins: principals(given.ReadOnlyAdmins),
    CreateDatabaseDefaultPermissions: defaults(given.CreateDatabaseDefaultPermissions),
    CreateTableDefaultPermissions: defaults(given.CreateTableDefaultPermissions),
    Parameters: parameters(given.Parameters, before),
    TrustedResourceOwners: given.TrustedResourceOwners ?? [],
    AllowExternalDataFiltering: given.AllowExternalDataFiltering ?? false,
    AllowFullTableExternalDataAccess: given.AllowFullTableExternalDataAccess ?? false,
    ExternalDataFilteringAllowList: principals(given.ExternalDataFilteringAllowList),
    AuthorizedSessionTagValueList: given.AuthorizedSessionTagValueList ?? [],
  });
}

function principals(list: DataLakeSettings['DataLakeAdmins']) {
  return (list ?? []).map((principal) => ({ DataLakePrincipalIdentifier: parsePrincipal(principal) }));
}

/** Either nothing, or everything to everybody whom IAM allows. */
function defaults(given: DataLakeSettings['CreateTableDefaultPermissions']): DefaultPermissions[] {
  return (given ?? []).map(({ Principal, Permissions }) => {
    const id = Principal?.DataLakePrincipalIdentifier;
    if (id !== IAM_ALLOWED || Permissions?.length !== 1 || Permissions[0] !== 'ALL') {
      throw invalid('Default permissions can only be empty or ALL for IAM_ALLOWED_PRINCIPALS');
    }
    return { Principal: { DataLakePrincipalIdentifier: id }, Permissions: ['ALL'] };
  });
}

function parameters(given: Record<string, string> | undefined, before: Settings): Record<string, string> {
  const unknown = Object.keys(given ?? {}).find((name) => !PARAMETERS.has(name));
  if (unknown !== undefined) throw invalid(`Invalid parameter: ${unknown}`);
  const version = given?.CROSS_ACCOUNT_VERSION ?? '1';
  if (!/^[1-5]$/.test(version)) throw invalid(`Invalid value for CROSS_ACCOUNT_VERSION: ${version}`);
  if (before.Parameters.CROSS_ACCOUNT_VERSION === '5' && version !== '5') {
    throw invalid('CROSS_ACCOUNT_VERSION cannot be lowered from 5');
  }
  const { SET_CONTEXT: _readOnly, ...kept } = given ?? {};
  return { ...kept, CROSS_ACCOUNT_VERSION: version };
}

function ownAccount(catalogId: string | undefined, { account }: Context): string {
  if (catalogId !== undefined && catalogId !== account) {
    throw new AwsError('AccessDeniedException', `Cross account access to the settings of ${catalogId} is not allowed`);
  }
  return account;
}
