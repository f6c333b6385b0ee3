import type { Stop } from '../suspension.ts';
import type { GovernanceRole } from './names.ts';
import type { Application, GovernanceRules } from './rules.ts';

/** Classification levels from least to most sensitive, as `mesh.yaml` orders them. */
export type ClassificationLadder = readonly string[];

/** A domain of the mesh: it owns one AWS account, its data and its products. */
export interface Domain {
  /** Lower-case words joined by hyphens, at most 24 characters. */
  readonly name: string;
  /** 12 digits. */
  readonly account: string;
  /** The people who answer for the domain's products. */
  readonly owners: readonly string[];
  readonly contact: string;
  /** The id of the organizational unit that its account is in (`ou-…`); absent: the mesh does not know. */
  readonly unit?: string;
  /** A partner: its account is outside the organization, and what it subscribes to has an end. */
  readonly external?: true;
  /** Where the terms are that a partner agreed to: a partner always has some. */
  readonly terms?: string;
  /** Who has stopped its access; not from `mesh.yaml`, but from the registry at the moment of asking. */
  readonly stops?: readonly Stop[];
}

/** What `mesh.yaml` says, after validation: who takes part in the mesh and where. */
export interface Topology {
  /** The mesh's own name, at most 12 characters: the prefix of every physical name, so two meshes can share accounts. */
  readonly mesh: string;
  readonly region: string;
  /** AWS Organizations id (`o-…`), or undefined when the accounts do not share one. */
  readonly organization?: string;
  readonly governanceAccount: string;
  /** The account of the audit trail; the governance account when `mesh.yaml` names none. */
  readonly auditAccount: string;
  /**
   * The account that keeps a copy of each checkpoint of the trail. Default: the governance account where the audit account is apart; none where it is
   * not, since a witness in the same account is none.
   */
  readonly witnessAccount?: string;
  /** The organization's management account, where the trail of all its accounts is made; absent: each account of the mesh has a trail of its own. */
  readonly managementAccount?: string;
  readonly classification: ClassificationLadder;
  /** Lake Formation's `CROSS_ACCOUNT_VERSION`, `1` to `5`; default `4`: whether CloudFormation takes `5` was not seen. */
  readonly crossAccountVersion: string;
  /** What `mesh.yaml` says of governing; read it through rules.ts, which knows the defaults. */
  readonly governance?: GovernanceRules;
  readonly applications?: readonly Application[];
  readonly domains: readonly Domain[];
}

/** Whether the trail is in an account of its own, over which those who govern the mesh have no power. */
export function isAuditApart({ auditAccount, governanceAccount }: Topology): boolean {
  return auditAccount !== governanceAccount;
}

/** Every account that a mesh has stacks in, each once. */
export function accountsOf(topology: Topology): string[] {
  const { governanceAccount, auditAccount, witnessAccount, managementAccount, domains } = topology;
  const named = [managementAccount, auditAccount, witnessAccount].filter((account) => account !== undefined);
  return [...new Set([governanceAccount, ...named, ...domains.map(({ account }) => account)])];
}

/** The account that a role of the mesh's governance is in. */
export function governanceRoleAccount(role: GovernanceRole, { auditAccount, governanceAccount }: Topology): string {
  return role === 'auditor' ? auditAccount : governanceAccount;
}

/** The domain of that name, or undefined. */
export function domainNamed(topology: Topology, name: string): Domain | undefined {
  return topology.domains.find((domain) => domain.name === name);
}

/** The domain that owns that account, or undefined. */
export function domainOfAccount(topology: Topology, account: string): Domain | undefined {
  return topology.domains.find((domain) => domain.account === account);
}
