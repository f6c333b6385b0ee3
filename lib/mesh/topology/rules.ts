import type { Domain, Topology } from './topology.ts';

/** Who stands for the domains when a rule of everybody changes. */
export interface Council {
  /** Domains with a voice, said by their stewards. */
  readonly representatives: readonly string[];
  /** Voices that a proposal needs. */
  readonly quorum: number;
}

export const DRIFT_MODES = ['repair', 'ask'] as const;

/** What becomes of a change that somebody made past the mesh: mended at once, or shown until somebody says so. */
export type DriftMode = (typeof DRIFT_MODES)[number];

export const HOLD_BACK_MODES = ['errors', 'never'] as const;

/** Whether consumers are told of new data that breaks a rule of the severity error; a product may say otherwise for itself. */
export type HoldBackMode = (typeof HOLD_BACK_MODES)[number];

/** How the mesh is governed, as far as `mesh.yaml` says; see `councilOf`, `driftModeOf` and so on for what counts. */
export interface GovernanceRules {
  readonly council?: Council;
  /** By class: `<domain>:<role>`, `governance:<role>` or a role ARN. */
  readonly approvers?: Readonly<Record<string, readonly string[]>>;
  /** By classification level: days after which a subscription has to be confirmed. */
  readonly recertifyEvery?: Readonly<Record<string, number>>;
  readonly drift?: DriftMode;
  readonly holdBack?: HoldBackMode;
}

export const APPLICATION_STATES = ['approved', 'suspended'] as const;
export type ApplicationState = (typeof APPLICATION_STATES)[number];

/** A program that uses the mesh in its own name. */
export interface Application {
  readonly name: string;
  /** The ARN of the role that it runs as; each role is one application's. */
  readonly role: string;
  readonly state: ApplicationState;
}

/** The council of `mesh.yaml`; where it names none, every domain but partners, and more than half of them. */
export function councilOf({ governance, domains }: Topology): Council {
  if (governance?.council !== undefined) return governance.council;
  const representatives = domains.filter((domain) => !isPartner(domain)).map(({ name }) => name);
  return { representatives, quorum: majorityOf(representatives.length) };
}

/** More than half. */
export function majorityOf(voices: number): number {
  return Math.floor(voices / 2) + 1;
}

/** Who may say yes for a class that `mesh.yaml` names: `<domain>:<role>`, `governance:<role>` or a role ARN; undefined for a class that it does not. */
export function approversOf({ governance }: Topology, approvers: string): readonly string[] | undefined {
  const classes = governance?.approvers ?? {};
  return Object.hasOwn(classes, approvers) ? classes[approvers] : undefined;
}

/** Days after which a subscription to a product of that level has to be confirmed; undefined: never. */
export function recertifyDaysOf({ governance }: Topology, level: string): number | undefined {
  const levels = governance?.recertifyEvery ?? {};
  return Object.hasOwn(levels, level) ? levels[level] : undefined;
}

/** Default `repair`. */
export function driftModeOf({ governance }: Topology): DriftMode {
  return governance?.drift ?? 'repair';
}

/** Default `errors`. */
export function holdBackModeOf({ governance }: Topology): HoldBackMode {
  return governance?.holdBack ?? 'errors';
}

/** True for a partner: an account outside the organization, which has terms and an end. */
export function isPartner(domain: Pick<Domain, 'external'>): boolean {
  return domain.external === true;
}

/** True for an account that shares an AWS Organization with the governance account: what is shared with it needs no invitation. */
export function isInOrganization({ organization }: Topology, domain: Pick<Domain, 'external'>): boolean {
  return organization !== undefined && !isPartner(domain);
}

/** The application that runs as a principal, given by the ARN of its role or of a session of it; undefined for all others. */
export function applicationOf({ applications = [] }: Topology, arn: string): Application | undefined {
  const key = roleKey(arn);
  return key === undefined ? undefined : applications.find(({ role }) => roleKey(role) === key);
}

/** The session tag by which a person's session says which application it is used through. */
export const APPLICATION_TAG = 'application';

/** The names of the applications that may be used. */
export function approvedApplications({ applications = [] }: Topology): string[] {
  return applications.filter(({ state }) => state === 'approved').map(({ name }) => name);
}

/** Those of some roles that get what was granted to them: a suspended application's get nothing while it is suspended. */
export function admittedRoles(roles: readonly string[], topology: Topology): string[] {
  return roles.filter((role) => applicationOf(topology, role)?.state !== 'suspended');
}

/** `<account>/<name>` of a role or of a session of it, which tells roles apart: a session's ARN has no path, and names are unique in an account. */
export function roleKey(arn: string): string | undefined {
  const session = /^arn:aws[a-z-]*:sts::(\d{12}):assumed-role\/([^/]+)\//.exec(arn);
  const [, account, name] = session ?? /^arn:aws[a-z-]*:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
  return account === undefined || name === undefined ? undefined : `${account}/${name}`;
}
