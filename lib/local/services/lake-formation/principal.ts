import type { Cloud } from '../../core/cloud.ts';
import { organizationOf, unitOf } from '../../core/organization.ts';
import type { Caller } from '../../core/service.ts';

/** The group of everybody whom IAM allows: the switch that leaves a resource outside Lake Formation's own grants. */
export const IAM_ALLOWED = 'IAM_ALLOWED_PRINCIPALS';

/** What Lake Formation knows a caller by: the role behind a session, never the session. */
export function principalOf(caller: Caller): string {
  return caller.roleArn ?? caller.arn;
}

/** The group of every IAM principal of an account. */
export function everyoneIn(account: string): string {
  return `${account}:IAMPrincipals`;
}

/** The account that a grant's principal belongs to; undefined for organizations and for `IAM_ALLOWED_PRINCIPALS`. */
export function accountOf(principal: string): string | undefined {
  if (/^\d{12}$/.test(principal)) return principal;
  const group = /^(\d{12}):IAMPrincipals$/.exec(principal);
  if (group !== null) return group[1];
  return /^arn:aws[a-z-]*:(?:iam|sts|quicksight:[^:]*)::?(\d{12}):/.exec(principal)?.[1];
}

/** The organization id in an organization's or an organizational unit's ARN. */
export function organizationIn(principal: string): string | undefined {
  return /^arn:aws[a-z-]*:organizations::\d{12}:(?:organization|ou)\/(o-[a-z0-9]+)/.exec(principal)?.[1];
}

/** The id of the unit in an organizational unit's ARN. */
function unitIn(principal: string): string | undefined {
  return /:ou\/o-[a-z0-9]+\/(ou-[a-z0-9-]+)$/.exec(principal)?.[1];
}

/** Whether a grant's principal stands for the whole of that account: its id, or an organization or unit it is a member of. */
export function coversAccount(cloud: Cloud, principal: string, account: string): boolean {
  if (principal === account) return true;
  const organization = organizationIn(principal);
  if (organization === undefined || organization !== organizationOf(cloud.store, account)) return false;
  const unit = unitIn(principal);
  return unit === undefined || unit === unitOf(cloud.store, account);
}
