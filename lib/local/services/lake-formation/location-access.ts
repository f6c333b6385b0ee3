import type { Cloud } from '../../core/cloud.ts';
import { AwsError } from '../../core/error.ts';
import type { Caller } from '../../core/service.ts';
import { type GrantRecord, grantsOnKind } from './grants.ts';
import { arnOfLocation, covers, registrationOf } from './location-store.ts';
import { coversAccount, everyoneIn, principalOf } from './principal.ts';
import { isAdmin } from './settings.ts';
import { isShareAccepted } from './share-store.ts';

/**
 * Checks that the caller may make catalog objects of `catalogId` point at an S3 address. An address that nobody registered is free.
 * @throws AwsError AccessDeniedException
 */
export function requireLocation(cloud: Cloud, caller: Caller, catalogId: string, uri: string | undefined): void {
  const arn = arnOfLocation(uri);
  const registration = registrationOf(cloud, catalogId, uri);
  if (arn === undefined || registration === undefined) return;
  if (caller.account === catalogId && (isAdmin(cloud, caller) || registration.registeredBy === principalOf(caller))) {
    return;
  }
  const granted = (grants: readonly GrantRecord[]) =>
    grants.some(({ resource }) => resource.kind === 'location' && covers(resource.arn, arn));
  const mine = new Set([principalOf(caller), everyoneIn(caller.account)]);
  const byOwner = grantsOnKind(cloud, catalogId, 'location', catalogId);
  if (caller.account === catalogId) {
    if (granted(byOwner.filter(({ principal }) => mine.has(principal)))) return;
  } else {
    const accepted = byOwner.filter((grant) => isShareAccepted(cloud, grant.share, caller.account));
    if (granted(accepted.filter(({ principal }) => mine.has(principal)))) return;
    const account = accepted.filter(({ principal }) => coversAccount(cloud, principal, caller.account));
    const passedOn = grantsOnKind(cloud, caller.account, 'location', catalogId);
    const reached = isAdmin(cloud, caller) || granted(passedOn.filter(({ principal }) => mine.has(principal)));
    if (reached && granted(account)) return;
  }
  throw new AwsError('AccessDeniedException', `Insufficient Lake Formation permission(s) on ${uri}`);
}
