import type { RefusedDeployment, ScopeStatus } from '#control/govern-policies.ts';
import { type PolicySetRecord, policySetId } from '#mesh/policy-set/policy-set.ts';
import type { Invocation } from '../command.ts';
import { connect } from '../connection.ts';
import { tone } from '../io.ts';
import { everyPage } from '../pages.ts';
import { standing } from '../policy-sets.ts';
import { renderTable } from '../table.ts';
import { momentText } from '../time-text.ts';

interface Answer {
  readonly scopes: readonly ScopeStatus[];
  readonly refused: readonly RefusedDeployment[];
}

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const connection = await connect(invocation);
  const answer = await everyPage<Answer>(connection, '/policies', {}, io);
  if (invocation.json) {
    io.out(`${JSON.stringify(answer)}\n`);
    return;
  }
  const sets = answer.scopes.flatMap(({ inForce, proposed }) => (proposed ? [inForce, proposed] : [inForce]));
  io.out(
    renderTable<PolicySetRecord>(
      sets,
      [
        { title: 'set', value: policySetId, whole: true },
        { title: 'state', value: (set) => standing(io, set) },
        {
          title: 'since',
          value: (set) => momentText(set.inForceAt ?? set.change.at),
          whole: true,
        },
        { title: 'proposed by', value: ({ proposedBy }) => proposedBy.split('/').slice(-2).join('/') },
        { title: 'why', value: ({ reason }) => reason ?? '' },
      ],
      io.columns,
    ),
  );
  for (const { scope, nextCouncil } of answer.scopes) {
    if (nextCouncil === undefined) continue;
    const { quorum, representatives } = nextCouncil;
    io.err(
      `${scope}: mesh.yaml names another council (${quorum} of ${representatives.join(', ')}): it decides after the next set\n`,
    );
  }
  for (const { scope, problems } of answer.refused) {
    io.err(`${tone(io, 'bad', 'refused:')} what came with the stacks for ${scope}: ${problems.join('; ')}\n`);
  }
}
