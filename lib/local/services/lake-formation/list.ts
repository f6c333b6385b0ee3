import type { ListPermissionsRequest, PrincipalResourcePermissions } from '@aws-sdk/client-lakeformation';
import type { Cloud } from '../../core/cloud.ts';
import { ownMember, refuseOthers } from '../../core/members.ts';
import { pageOf } from '../../core/page.ts';
import type { Caller, Context } from '../../core/service.ts';
import { catalog } from '../glue/catalog.ts';
import { invalid } from './errors.ts';
import { requireExisting } from './existence.ts';
import { type GrantRecord, grantsOf } from './grants.ts';
import { arnOfLocation } from './location-store.ts';
import { coversAccount, everyoneIn, principalOf } from './principal.ts';
import { type LfResource, resourceKey } from './resource.ts';
import { isAdmin, isReadOnlyAdmin } from './settings.ts';
import { isShareAccepted } from './share-store.ts';
import { parsePrincipal, parseResource, toWire } from './wire-resource.ts';

type Row = Omit<PrincipalResourcePermissions, 'LastUpdated'> & { LastUpdated: number };

const MEMBERS = new Set([
  'CatalogId',
  'Principal',
  'ResourceType',
  'Resource',
  'NextToken',
  'MaxResults',
  'IncludeRelated',
]);

const KIND_OF_TYPE: Readonly<Record<string, (resource: LfResource) => boolean>> = {
  CATALOG: ({ kind }) => kind === 'catalog',
  DATABASE: ({ kind }) => kind === 'database',
  TABLE: ({ kind }) => kind === 'table' || kind === 'columns',
  DATA_LOCATION: ({ kind }) => kind === 'location',
  LF_TAG: ({ kind }) => kind === 'tag',
  LF_TAG_POLICY: ({ kind }) => kind === 'policy',
  LF_TAG_POLICY_DATABASE: (resource) => resource.kind === 'policy' && resource.type === 'DATABASE',
  LF_TAG_POLICY_TABLE: (resource) => resource.kind === 'policy' && resource.type === 'TABLE',
  LF_NAMED_TAG_EXPRESSION: ({ kind }) => kind === 'expression',
};

/** The grants that the caller's account made or was given, in normal form. */
export function listPermissions(input: ListPermissionsRequest, context: Context) {
  refuseOthers('lakeformation', 'ListPermissions', input, MEMBERS);
  const related = input.IncludeRelated === 'TRUE';
  if (related && input.Principal !== undefined) {
    throw invalid('Principal must not be specified when related permissions are included');
  }
  if (input.Principal !== undefined && input.Resource === undefined && input.ResourceType === undefined) {
    throw invalid('Resource or ResourceType is required when a principal is specified');
  }
  const catalogId = input.CatalogId ?? context.account;
  const principal = input.Principal === undefined ? undefined : parsePrincipal(input.Principal);
  const wanted = input.Resource === undefined ? undefined : parseResource(input.Resource, catalogId);
  if (wanted?.kind === 'columns') throw invalid('Resource type TableWithColumns is not supported: list the table');
  if (wanted?.catalogId === context.account) requireExisting(context.cloud, wanted);
  const ofType = input.ResourceType === undefined ? undefined : ownMember(KIND_OF_TYPE, input.ResourceType);
  if (input.ResourceType !== undefined && ofType === undefined) {
    throw invalid(`Invalid resource type: ${input.ResourceType}`);
  }
  const rows = visibleGrants(context.cloud, context.caller)
    .filter(({ resource }) => catalogId === context.account || resource.catalogId === catalogId)
    .filter((grant) => principal === undefined || grant.principal === principal)
    .filter(({ resource }) => ofType === undefined || ofType(resource))
    .filter(({ resource }) => wanted === undefined || concerns(wanted, resource, related));
  const { items, NextToken } = pageOf(rows.map(row), input, 1000);
  return { PrincipalResourcePermissions: items, ...(NextToken !== undefined && { NextToken }) };
}

/** The grants on the database and tables that lie at a path of a registered location. */
export function effectivePermissionsForPath(
  input: { CatalogId?: string; ResourceArn?: string; NextToken?: string; MaxResults?: number },
  context: Context,
) {
  const catalogId = input.CatalogId ?? context.account;
  const path = (input.ResourceArn ?? '').replace(/\/$/, '');
  const at = (uri: string | undefined) => arnOfLocation(uri)?.replace(/\/$/, '') === path;
  const named: LfResource[] = catalog.databases(context.cloud, catalogId).flatMap((database): LfResource[] => {
    const tables = catalog.tables(context.cloud, catalogId, database.Name);
    return [
      ...(at(database.LocationUri) ? [{ kind: 'database' as const, catalogId, database: database.Name }] : []),
      ...tables
        .filter((table) => at(table.StorageDescriptor?.Location))
        .map((table) => ({ kind: 'table' as const, catalogId, database: database.Name, table: table.Name })),
    ];
  });
  const rows = visibleGrants(context.cloud, context.caller).filter(({ resource }) =>
    named.some((one) => concerns(one, resource, false)),
  );
  const { items, NextToken } = pageOf(rows.map(row), input, 1000);
  return { Permissions: items, ...(NextToken !== undefined && { NextToken }) };
}

function concerns(wanted: LfResource, resource: LfResource, related: boolean): boolean {
  if (wanted.kind !== 'table') return resourceKey(wanted) === resourceKey(resource);
  if (!('table' in resource) || resource.table !== wanted.table) return false;
  if (resource.catalogId !== wanted.catalogId || resource.database !== wanted.database) return false;
  return resource.kind !== 'filter' || related;
}

/** Administrators see every grant of their account; others see their own and those on resources that they may pass on. */
function visibleGrants(cloud: Cloud, caller: Caller): GrantRecord[] {
  const all = [...grantsOf(cloud, caller.account), ...received(cloud, caller.account)];
  if (isAdmin(cloud, caller) || isReadOnlyAdmin(cloud, caller)) return all;
  const mine = new Set([principalOf(caller), everyoneIn(caller.account)]);
  const own = all.filter(({ principal }) => mine.has(principal));
  const mayPassOn = own.filter(({ grantable }) => grantable.length > 0).map(({ resource }) => resource);
  return all.filter(
    ({ principal, resource }) =>
      mine.has(principal) || mayPassOn.some((one) => resourceKey(one) === resourceKey(resource)),
  );
}

/** What other accounts gave this account as a whole; grants to a role of it are not shown here. */
function received(cloud: Cloud, account: string): GrantRecord[] {
  const owners = cloud.store
    .namespaces('lakeformation/')
    .filter((namespace) => namespace.endsWith(`/${cloud.region}/grant`))
    .map((namespace) => namespace.split('/')[1] ?? '')
    .filter((owner) => owner !== account);
  return owners.flatMap((owner) =>
    grantsOf(cloud, owner).filter(
      (grant) => coversAccount(cloud, grant.principal, account) && isShareAccepted(cloud, grant.share, account),
    ),
  );
}

function row(grant: GrantRecord): Row {
  return {
    Principal: { DataLakePrincipalIdentifier: grant.principal },
    Resource: toWire(grant.resource),
    Permissions: [...grant.permissions],
    PermissionsWithGrantOption: [...grant.grantable],
    LastUpdated: grant.lastUpdated,
    LastUpdatedBy: grant.lastUpdatedBy,
    ...(grant.share !== undefined && { AdditionalDetails: { ResourceShare: [grant.share] } }),
  };
}
