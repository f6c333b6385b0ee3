import type { Cloud } from '../../core/cloud.ts';
import type { Caller } from '../../core/service.ts';
import type { DefaultPermissions } from '../glue/types.ts';
import { IAM_ALLOWED, principalOf } from './principal.ts';

interface Principal {
  readonly DataLakePrincipalIdentifier: string;
}

/** An account's data lake settings, as the API gives and takes them. */
export interface Settings {
  readonly DataLakeAdmins: readonly Principal[];
  readonly ReadOnlyAdmins: readonly Principal[];
  readonly CreateDatabaseDefaultPermissions: readonly DefaultPermissions[];
  readonly CreateTableDefaultPermissions: readonly DefaultPermissions[];
  readonly Parameters: Readonly<Record<string, string>>;
  readonly TrustedResourceOwners: readonly string[];
  readonly AllowExternalDataFiltering: boolean;
  readonly AllowFullTableExternalDataAccess: boolean;
  readonly ExternalDataFilteringAllowList: readonly Principal[];
  readonly AuthorizedSessionTagValueList: readonly string[];
}

/** Everything to everybody whom IAM allows: how Lake Formation stays out of the way of accounts that do not use it. */
const OPEN: readonly DefaultPermissions[] = [
  { Principal: { DataLakePrincipalIdentifier: IAM_ALLOWED }, Permissions: ['ALL'] },
];

/** What an account that nobody has set up answers, and what members left out of a put fall back to. */
export const NEW_ACCOUNT: Settings = {
  DataLakeAdmins: [],
  ReadOnlyAdmins: [],
  CreateDatabaseDefaultPermissions: OPEN,
  CreateTableDefaultPermissions: OPEN,
  Parameters: { CROSS_ACCOUNT_VERSION: '1' },
  TrustedResourceOwners: [],
  AllowExternalDataFiltering: false,
  AllowFullTableExternalDataAccess: false,
  ExternalDataFilteringAllowList: [],
  AuthorizedSessionTagValueList: [],
};

function namespace(cloud: Cloud, account: string): string {
  return `lakeformation/${account}/${cloud.region}/settings`;
}

export function settingsOf(cloud: Cloud, account: string): Settings {
  return cloud.store.get<Settings>(namespace(cloud, account), 'settings') ?? NEW_ACCOUNT;
}

export function putSettings(cloud: Cloud, account: string, settings: Settings): void {
  cloud.store.put(namespace(cloud, account), 'settings', settings);
}

/** Whether the caller is a data lake administrator of its own account. */
export function isAdmin(cloud: Cloud, caller: Caller): boolean {
  const principal = principalOf(caller);
  return settingsOf(cloud, caller.account).DataLakeAdmins.some(
    (admin) => admin.DataLakePrincipalIdentifier === principal,
  );
}

/** Whether the caller may look at everything in its own account: an administrator, or a read-only one. */
export function isReadOnlyAdmin(cloud: Cloud, caller: Caller): boolean {
  const principal = principalOf(caller);
  return settingsOf(cloud, caller.account).ReadOnlyAdmins.some(
    (admin) => admin.DataLakePrincipalIdentifier === principal,
  );
}

/** The cross-account version of an account's grants, 1 to 5. */
export function crossAccountVersion(cloud: Cloud, account: string): number {
  return Number(settingsOf(cloud, account).Parameters.CROSS_ACCOUNT_VERSION ?? '1');
}
