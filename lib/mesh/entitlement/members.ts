import { domainRoleName, roleArn } from '../topology/names.ts';
import { admittedRoles, isPartner } from '../topology/rules.ts';
import { domainNamed, type Topology } from '../topology/topology.ts';
import type { Grantee, Standing } from './entitlement.ts';

/** One consuming domain that an entitlement reaches. */
export interface Member {
  readonly domain: string;
  readonly account: string;
  /** Role ARNs in `account`. */
  readonly principals: readonly string[];
}

/**
 * The domains of the mesh that a grantee stands for, as `mesh.yaml` has them now: an account that is no longer a domain's own gets nothing,
 * nor does a partner without an end. A unit is the one that `mesh.yaml` names for a domain; a partner is in no organization of the mesh's.
 */
export function membersOf(
  { grantee, expiresAt }: Pick<Standing, 'grantee' | 'expiresAt'>,
  topology: Topology,
): Member[] {
  if (grantee.kind === 'account') {
    const { domain, account, principals } = grantee;
    const admitted = admittedRoles(principals, topology);
    const own = domainNamed(topology, domain);
    const endless = own !== undefined && isPartner(own) && expiresAt === undefined;
    return own?.account === account && admitted.length > 0 && !endless
      ? [{ domain, account, principals: admitted }]
      : [];
  }
  const unit = grantee.kind === 'ou' ? grantee.arn.split('/').at(-1) : undefined;
  return topology.domains
    .filter((domain) => !isPartner(domain) && (grantee.kind === 'organization' || domain.unit === unit))
    .map(({ name, account }) => ({
      domain: name,
      account,
      principals: [roleArn(account, domainRoleName(topology.mesh, name, 'analyst'))],
    }));
}

/** Lake Formation's name for a grantee: an account id or an ARN. */
export function principalOf(grantee: Grantee): string {
  return grantee.kind === 'account' ? grantee.account : grantee.arn;
}
