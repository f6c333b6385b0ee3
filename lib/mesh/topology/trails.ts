import { isPartner } from './rules.ts';
import { isAuditApart, type Topology } from './topology.ts';

/** A trail of CloudTrail in another account that delivers to the bucket of the audit account. */
export interface TrailSite {
  readonly account: string;
  readonly name: string;
  readonly arn: string;
  /** Below which its files are, in the bucket. */
  readonly roots: readonly string[];
}

/** The account where the trail of all accounts is made; undefined where each account has its own. */
export function organizationTrailAccount({ organization, managementAccount }: Topology): string | undefined {
  return organization === undefined ? undefined : managementAccount;
}

/**
 * The trails that deliver to the audit account from outside: the organization's alone where `mesh.yaml` names the management account, else one of the governance
 * account (where the audit account is apart) and one of each domain. A partner's account is not the mesh's to watch: what it reads of the mesh is
 * copied to the trail of the account that owns it.
 */
export function trailsOf(topology: Topology): TrailSite[] {
  const { mesh, region, organization, governanceAccount } = topology;
  const managementAccount = organizationTrailAccount(topology);
  const domains = topology.domains.filter((domain) => !isPartner(domain));
  const site = (account: string, name: string, roots = [`AWSLogs/${account}`]) => ({
    account,
    name,
    arn: `arn:aws:cloudtrail:${region}:${account}:trail/${name}`,
    roots,
  });
  if (managementAccount !== undefined) {
    const roots = [`AWSLogs/${organization}`, `AWSLogs/${managementAccount}`];
    return [site(managementAccount, `${mesh}-organization`, roots)];
  }
  const governance = isAuditApart(topology) ? [site(governanceAccount, `${mesh}-governance`)] : [];
  return [...governance, ...domains.map((domain) => site(domain.account, `${mesh}-${domain.name}`))];
}

/** The accounts whose events are in the bucket, each once: the mesh's own, without those of partners. */
export function watchedAccounts(topology: Topology): string[] {
  const { governanceAccount, auditAccount, witnessAccount, domains } = topology;
  const managementAccount = organizationTrailAccount(topology);
  const members = domains.filter((domain) => !isPartner(domain)).map(({ account }) => account);
  // Only the trail of the organization sees the witness.
  const seen = managementAccount === undefined ? [] : [managementAccount, witnessAccount ?? managementAccount];
  return [...new Set([governanceAccount, auditAccount, ...seen, ...members])];
}

/** The prefix of the bucket below which each account has a folder. */
export function trailRoot(topology: Topology): string {
  const { organization } = topology;
  return organizationTrailAccount(topology) === undefined ? 'AWSLogs' : `AWSLogs/${organization}`;
}
