import type { Topology } from '#mesh/topology/topology.ts';
import type { Invocation } from '../command.ts';
import { connect } from '../connection.ts';
import { renderTable } from '../table.ts';

interface Answer {
  readonly topology: Topology;
  readonly policies: readonly { readonly scope: string; readonly inForce?: string; readonly proposed?: string }[];
  readonly counts: Readonly<Record<string, number | Readonly<Record<string, number>>>>;
}

export async function run(invocation: Invocation): Promise<undefined> {
  const connection = await connect(invocation);
  const answer = await connection.api<Answer>({ method: 'GET', path: '/mesh' });
  const { io } = invocation;
  if (invocation.json) {
    io.out(`${JSON.stringify(answer)}\n`);
    return;
  }
  const { topology, policies, counts } = answer;
  io.out(`mesh ${topology.mesh} in ${topology.region}, governance ${topology.governanceAccount}\n`);
  io.out(`classification: ${topology.classification.join(' < ')}\n`);
  io.out(`policies: ${policies.map(policyText).join(', ')}\n`);
  io.out(`${Object.entries(counts).map(countText).join(', ')}\n\n`);
  io.out(
    renderTable(
      topology.domains,
      [
        { title: 'domain', value: (domain) => domain.name },
        { title: 'account', value: (domain) => domain.account },
        { title: 'owners', value: (domain) => domain.owners.join(', ') },
        { title: 'contact', value: (domain) => domain.contact },
      ],
      io.columns,
    ),
  );
}

/** `global@5aae50e48e67`, with what is proposed in its place. */
function policyText({ scope, inForce = 'none', proposed }: Answer['policies'][number]): string {
  const wanted = proposed === undefined ? '' : ` (${proposed.slice(0, 12)} is proposed)`;
  return `${scope}@${inForce.slice(0, 12)}${wanted}`;
}

/** `3 products`, or `subscriptions: 2 active, 1 revoked`. */
function countText([name, count]: [string, number | Readonly<Record<string, number>>]): string {
  if (typeof count === 'number') return `${count} ${name}`;
  const parts = Object.entries(count).map(([kind, number]) => `${number} ${kind}`);
  return `${name}: ${parts.length === 0 ? 'none' : parts.join(', ')}`;
}
