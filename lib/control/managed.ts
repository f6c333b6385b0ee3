import type { Grant } from '#mesh/access/grant.ts';
import { roleArn } from '#mesh/topology/names.ts';

/** The principal that stands for "IAM alone decides": with it on a resource, Lake Formation's grants are decoration. */
export const EVERYBODY = 'IAM_ALLOWED_PRINCIPALS';

/**
 * True for a grant in the governance account that the mesh answers for: all of them on its products, whoever holds them, but for what the
 * role that made the databases (`owner`, by name) holds as their owner.
 */
export function isManagedCentrally(
  { principal, resource }: Grant,
  { governanceAccount, owner }: { readonly governanceAccount: string; readonly owner: string },
): boolean {
  return resource.kind !== 'other' && principal !== roleArn(governanceAccount, owner);
}

/**
 * True for a grant in a consumer account that the mesh answers for: to a role that the intent names, or made by the agent itself. What
 * the account's own administrator passed on stays, unless nothing must be left (`all`).
 */
export function isManagedLocally(
  grant: Grant,
  context: { agentRole: string; account: string; desired: ReadonlySet<string>; all: boolean },
): boolean {
  if (grant.resource.kind === 'other' || grant.principal === context.agentRole) return false;
  if (!grant.principal.startsWith('arn:') || accountOfPrincipal(grant.principal) !== context.account) return false;
  return context.all || context.desired.has(grant.principal) || isSameRole(grant.lastUpdatedBy, context.agentRole);
}

/** The account of an account id, a role ARN or `<account>:IAMPrincipals`. */
function accountOfPrincipal(principal: string): string | undefined {
  return (
    /^(\d{12})(?::IAMPrincipals)?$/.exec(principal)?.[1] ?? /^arn:[^:]+:(?:iam|sts)::(\d{12}):/.exec(principal)?.[1]
  );
}

/** True when `arn` is the role or a session of it. */
export function isSameRole(arn: string | undefined, role: string): boolean {
  const [account, name] = [role.split(':')[4], role.split('/').at(-1)];
  return arn === role || arn?.startsWith(`arn:aws:sts::${account}:assumed-role/${name}/`) === true;
}
