import { isAuditApart, type Topology } from './topology.ts';
import { organizationTrailAccount, trailsOf } from './trails.ts';

/** The names of the stacks that a mesh has in one account, in the order in which they are deployed. */
export function stackNames(topology: Topology, account: string): string[] {
  const { mesh, governanceAccount, auditAccount, witnessAccount, domains } = topology;
  const apart = isAuditApart(topology);
  const trails = trailsOf(topology).map((trail) => trail.account);
  const names: string[] = [];
  if (account === witnessAccount) names.push(`${mesh}-witness`);
  if (account === auditAccount && apart) names.push(`${mesh}-audit-foundation`, `${mesh}-audit`);
  if (account === governanceAccount) {
    names.push(`${mesh}-governance-foundation`);
    if (!apart) names.push(`${mesh}-audit`);
    else if (trails.includes(account)) names.push(`${mesh}-trail`);
    names.push(`${mesh}-governance`, ...domains.map(({ name }) => `${mesh}-enrolment-${name}`));
  }
  if (account === organizationTrailAccount(topology)) names.push(`${mesh}-organization-trail`);
  for (const { name } of domains.filter((domain) => domain.account === account)) {
    names.push(`${mesh}-${name}-foundation`, `${mesh}-${name}`);
    if (trails.includes(account)) names.push(`${mesh}-${name}-trail`);
  }
  return names;
}
