import { userError } from '#mesh/error.ts';
import { DOMAIN_ROLES, domainRoleName, GOVERNANCE_ROLES, governanceRoleName, roleArn } from '#mesh/topology/names.ts';
import { domainNamed, governanceRoleAccount, type Topology } from '#mesh/topology/topology.ts';

const ARN = /^arn:aws:iam::\d{12}:(?:role\/.+|root)$/;

/**
 * The ARN of whom a user names: `<domain>/<role>`, `governance/<role>`, or an ARN as it is. `governance/auditor` is the auditor in whatever
 * account the trail is.
 * @throws WeftError `WEFT-CLI-002` when the mesh knows no such principal.
 */
export function principalArn(name: string, topology: Topology): string {
  if (ARN.test(name)) return name;
  const [owner = '', role = ''] = name.split('/');
  if (owner === 'governance') {
    const kind = GOVERNANCE_ROLES.find((entry) => entry === role);
    if (kind !== undefined)
      return roleArn(governanceRoleAccount(kind, topology), governanceRoleName(topology.mesh, kind));
  }
  const domain = domainNamed(topology, owner);
  const kind = DOMAIN_ROLES.find((entry) => entry === role);
  if (domain === undefined || kind === undefined) {
    throw userError('WEFT-CLI-002', `no principal ${JSON.stringify(name)} in this mesh`, {
      hint: `one of ${principalNames(topology).join(', ')}, or a role ARN`,
    });
  }
  return roleArn(domain.account, domainRoleName(topology.mesh, domain.name, kind));
}

/** Every short name that `--as` takes in this mesh. */
export function principalNames(topology: Topology): string[] {
  return [
    ...topology.domains.flatMap((domain) => DOMAIN_ROLES.map((role) => `${domain.name}/${role}`)),
    ...GOVERNANCE_ROLES.map((role) => `governance/${role}`),
  ];
}
