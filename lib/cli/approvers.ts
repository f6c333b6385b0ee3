import { type Approvable, describeClass, missingApprovals, OWNER } from '#mesh/subscription/approval.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { type Io, tone } from './io.ts';

/** Tells who still has to say yes to what waits, and with which command. */
export function tellApprovers(
  io: Io,
  { id, domain }: Pick<SubscriptionRecord, 'id' | 'domain'>,
  waiting: Approvable,
  topology: Topology,
): void {
  for (const name of missingApprovals(waiting)) {
    const as = name === OWNER ? ` --as ${domain}/steward` : '';
    const who = describeClass(name, domain, topology);
    io.err(`${tone(io, 'dim', 'next:')} ${who} runs: weft subscription approve ${id}${as}\n`);
  }
}
