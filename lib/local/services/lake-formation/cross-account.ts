import type { Cloud } from '../../core/cloud.ts';
import { AwsError } from '../../core/error.ts';
import { organizationOf } from '../../core/organization.ts';
import { catalog } from '../glue/catalog.ts';
import { invalid } from './errors.ts';
import { accountOf, IAM_ALLOWED, organizationIn } from './principal.ts';
import { type LfResource, type Permission, WILDCARD } from './resource.ts';
import { isOpen } from './rights.ts';
import { crossAccountVersion } from './settings.ts';
import { shareBetween } from './share-store.ts';

/** Whether a principal lies outside an account: another account, something of it, or an organization. */
export function isExternal(principal: string, account: string): boolean {
  return principal !== IAM_ALLOWED && accountOf(principal) !== account;
}

/**
 * Checks a grant that leaves the owner's account, and gives the share that carries it.
 * @returns the ARN of the resource share
 * @throws AwsError InvalidInputException, AccessDeniedException
 */
export function shareForGrant(
  cloud: Cloud,
  principal: string,
  resource: LfResource,
  permissions: readonly Permission[],
): string {
  const owner = resource.catalogId;
  requireShareable(cloud, principal, resource, permissions);
  const organization = organizationIn(principal);
  if (organization !== undefined && organizationOf(cloud.store, owner) !== organization) {
    throw invalid(`Organization ${organization} not found`);
  }
  return shareBetween(cloud, owner, accountOf(principal) ?? principal).arn;
}

/** @throws AwsError when the account-wide or per-resource rules of sharing refuse the grant */
function requireShareable(
  cloud: Cloud,
  principal: string,
  resource: LfResource,
  permissions: readonly Permission[],
): void {
  if (resource.kind === 'catalog') throw invalid('Cross account grants on the catalog are not supported');
  if (resource.kind === 'database' && permissions.some((one) => one === 'ALL' || one === 'DROP')) {
    throw invalid('Cross account grants of ALL or DROP on a database are not supported');
  }
  if (resource.kind === 'columns' && resource.excluded !== undefined) {
    throw invalid('Cross account grants with excluded columns are not supported');
  }
  const version = crossAccountVersion(cloud, resource.catalogId);
  if (version < 3 && /^arn:aws[a-z-]*:iam::/.test(principal)) {
    throw invalid('Cross account grants to IAM principals need cross account version 3 or higher');
  }
  if (version < 3 && (resource.kind === 'policy' || resource.kind === 'tag')) {
    throw new AwsError(
      'WeftLocalNotImplemented',
      'weft local does not implement LF-Tag grants to other accounts below cross account version 3',
      501,
    );
  }
  if (isLeftOpen(cloud, resource)) {
    throw new AwsError('AccessDeniedException', 'Insufficient Lake Formation permission(s): Illegal combination');
  }
}

/** Whether everybody whom IAM allows still has everything on what a grant covers, or on its database. */
function isLeftOpen(cloud: Cloud, resource: LfResource): boolean {
  if (!('database' in resource)) return false;
  const database = catalog.database(cloud, resource.catalogId, resource.database);
  if (database !== undefined && isOpen(cloud, database)) return true;
  if (!('table' in resource)) return false;
  return catalog
    .tables(cloud, resource.catalogId, resource.database)
    .filter((table) => resource.table === WILDCARD || table.Name === resource.table)
    .some((table) => isOpen(cloud, table));
}
