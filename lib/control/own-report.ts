import type { OwnReport } from '#mesh/event/report.ts';
import { domainNamed, type Topology } from '#mesh/topology/topology.ts';

/** Why a report on a domain's own product is refused: it comes from another account, or speaks of another domain's product; undefined when it is the owner's. */
export function refusalOfOwner(
  { from, domain }: OwnReport,
  account: string,
  topology: Topology,
): { readonly refused: string } | undefined {
  if (from === domain && domainNamed(topology, from)?.account === account) return undefined;
  return { refused: `account ${account} reports as \`${from}\` of \`${domain}\`` };
}
