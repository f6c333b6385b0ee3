import type { Cloud } from '../../core/cloud.ts';
import { IAM_ALLOWED } from './principal.ts';
import { databasePrefix, kindPrefix, type LfResource, type Permission, resourceKey } from './resource.ts';

/** One grant as kept by the account that made it. */
export interface GrantRecord {
  readonly principal: string;
  readonly resource: LfResource;
  readonly permissions: readonly Permission[];
  /** The part of `permissions` that the principal may pass on. */
  readonly grantable: readonly Permission[];
  /** Epoch seconds. */
  readonly lastUpdated: number;
  readonly lastUpdatedBy: string;
  /** The ARN of the resource share of a grant to another account. */
  readonly share?: string;
}

function namespace(cloud: Cloud, account: string): string {
  return `lakeformation/${account}/${cloud.region}/grant`;
}

function keyOf(principal: string, resource: LfResource): string {
  return `${resourceKey(resource)}\u0002${principal}`;
}

/** Every grant that an account made, in the order of resources and then principals. */
export function grantsOf(cloud: Cloud, account: string): GrantRecord[] {
  return listed(cloud, account, '');
}

/** The grants that `account` made on a database and everything in it. */
export function grantsOnDatabase(cloud: Cloud, account: string, catalogId: string, database: string): GrantRecord[] {
  return listed(cloud, account, databasePrefix(catalogId, database));
}

/** The grants that `account` made on resources of that kind. */
export function grantsOnKind(
  cloud: Cloud,
  account: string,
  kind: 'catalog' | 'location' | 'tag' | 'policy' | 'expression',
  catalogId: string,
): GrantRecord[] {
  return listed(cloud, account, kindPrefix(kind, catalogId));
}

export function grantFor(
  cloud: Cloud,
  account: string,
  principal: string,
  resource: LfResource,
): GrantRecord | undefined {
  seed(cloud, account);
  return cloud.store.get(namespace(cloud, account), keyOf(principal, resource));
}

/** Keeps a grant; one without permissions is deleted. */
export function putGrant(cloud: Cloud, account: string, grant: GrantRecord): void {
  seed(cloud, account);
  const key = keyOf(grant.principal, grant.resource);
  if (grant.permissions.length === 0) cloud.store.delete(namespace(cloud, account), key);
  else cloud.store.put(namespace(cloud, account), key, grant);
}

function listed(cloud: Cloud, account: string, prefix: string): GrantRecord[] {
  seed(cloud, account);
  return cloud.store.list<GrantRecord>(namespace(cloud, account), prefix).map((row) => row.value);
}

/** A new account lets everybody whom IAM allows create databases, until somebody revokes it. */
function seed(cloud: Cloud, account: string): void {
  const marks = `lakeformation/${account}/${cloud.region}/mark`;
  if (cloud.store.get(marks, 'seeded') !== undefined) return;
  cloud.store.put(marks, 'seeded', true);
  const resource: LfResource = { kind: 'catalog', catalogId: account };
  const grant: GrantRecord = {
    principal: IAM_ALLOWED,
    resource,
    permissions: ['CREATE_DATABASE'],
    grantable: [],
    lastUpdated: Math.floor(cloud.clock.now() / 1000),
    lastUpdatedBy: `arn:aws:iam::${account}:root`,
  };
  cloud.store.put(namespace(cloud, account), keyOf(IAM_ALLOWED, resource), grant);
}
