import { userError } from '#mesh/error.ts';
import {
  DOMAIN_ROLES,
  type DomainMachine,
  type DomainRole,
  domainRoleName,
  GOVERNANCE_ROLES,
  type GovernanceMachine,
  type GovernanceRole,
  governanceRoleName,
} from '#mesh/topology/names.ts';
import { applicationOf } from '#mesh/topology/rules.ts';
import { domainOfAccount, governanceRoleAccount, type Topology } from '#mesh/topology/topology.ts';

/** The Lambdas of a domain that call the API. */
const CALLING_MACHINES: readonly DomainMachine[] = ['event-port', 'disposal', 'quality'];

/** Who sent a command, as far as the mesh knows the principal. */
export interface Caller {
  /** As IAM said it, the session included: what the trail keeps. */
  readonly arn: string;
  readonly account: string;
  /** The domain whose account it is; absent for the governance and the audit account. */
  readonly domain?: string;
  /** Absent: a principal of a member account that is none of the mesh's kinds. */
  readonly kind?: DomainRole | GovernanceRole;
  /** The application whose role it is; absent for people and machines of the mesh. */
  readonly application?: { readonly name: string; readonly state: 'approved' | 'suspended' };
  /** A Lambda that may do what no person may. */
  readonly machine?: DomainMachine | GovernanceMachine;
}

/** The caller behind `requestContext.identity.userArn`. @throws WEFT-AUTH-001 when the account is not part of the mesh. */
export function callerOf(userArn: string, topology: Topology): Caller {
  const account = /^arn:aws[a-z-]*:(?:sts|iam)::(\d{12}):/.exec(userArn)?.[1] ?? '';
  const name = roleName(userArn);
  const domain = domainOfAccount(topology, account);
  const governing = governanceRoles(account, topology);
  if (account === '' || (domain === undefined && governing === undefined)) {
    throw userError('WEFT-AUTH-001', `account ${account || 'of the caller'} is not part of mesh \`${topology.mesh}\``, {
      hint: 'add the account to mesh.yaml as a domain, or use a role of a domain account',
    });
  }
  const kind = governing
    ? governing.find((entry) => governanceRoleName(topology.mesh, entry) === name)
    : DOMAIN_ROLES.find((entry) => domainRoleName(topology.mesh, domain?.name ?? '', entry) === name);
  const machine = machineOf(name, account, domain?.name, topology);
  const application = applicationOf(topology, userArn);
  return {
    arn: userArn,
    account,
    domain: domain?.name,
    kind,
    ...(application && { application: { name: application.name, state: application.state } }),
    ...(machine === undefined ? {} : { machine }),
  };
}

function machineOf(
  role: string | undefined,
  account: string,
  domain: string | undefined,
  { mesh, auditAccount }: Topology,
): Caller['machine'] {
  if (account === auditAccount && role === governanceRoleName(mesh, 'audit-rules')) return 'audit-rules';
  return CALLING_MACHINES.find((entry) => domain !== undefined && domainRoleName(mesh, domain, entry) === role);
}

/** The roles of governance that an account has: the auditor's is in the audit account. Undefined for an account that has none. */
function governanceRoles(account: string, topology: Topology): GovernanceRole[] | undefined {
  const roles = GOVERNANCE_ROLES.filter((role) => account === governanceRoleAccount(role, topology));
  return roles.length === 0 ? undefined : roles;
}

/**
 * The role's name in an assumed-role ARN (whose last part is the session) or in a role's own ARN (whose last part is the name). From the ARN's beginning: a
 * user's path may hold colons, and would pass for a role anywhere else.
 */
function roleName(arn: string): string | undefined {
  return (
    /^arn:aws[a-z-]*:sts::\d{12}:assumed-role\/([^/]+)\//.exec(arn)?.[1] ??
    /^arn:aws[a-z-]*:iam::\d{12}:role\/(?:.*\/)?([^/]+)$/.exec(arn)?.[1]
  );
}

/** @throws WEFT-AUTH-003 for a suspended application: what it may read is taken from it elsewhere, and what it may say here. */
export function admit({ application }: Caller): void {
  if (application?.state !== 'suspended') return;
  throw userError('WEFT-AUTH-003', `the application \`${application.name}\` is suspended`, {
    hint: 'those who run the mesh can approve it again in mesh.yaml',
  });
}
