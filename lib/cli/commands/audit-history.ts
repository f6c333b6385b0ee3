import { partsOfId, type Step, storyOf } from '#mesh/audit/time/story.ts';
import { userError } from '#mesh/error.ts';
import { literal } from '#mesh/sql/literal.ts';
import { toldEntries } from '../audit-entries.ts';
import { nameIn } from '../audit-time.ts';
import type { Invocation } from '../command.ts';
import { connect } from '../connection.ts';
import { subscriptionId } from '../subscriptions.ts';
import { renderTable } from '../table.ts';
import { momentText } from '../time-text.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const id = subscriptionId(invocation.args[0] ?? '');
  const connection = await connect(invocation);
  const { entries } = await toldEntries(connection, conditionFor(id));
  const steps = storyOf(id, entries);
  if (steps.length === 0) {
    throw userError('WEFT-AUDIT-026', `the trail knows no subscription ${id}`, {
      hint: 'weft subscription list shows them',
    });
  }
  if (invocation.json) io.out(`${JSON.stringify({ subscription: id, steps })}\n`);
  else io.out(table(steps, nameIn(connection.topology), io.columns));
}

function conditionFor(id: string): string {
  const parts = partsOfId(id);
  if (parts === undefined) return `subscription = ${literal(id)}`;
  const { domain, name, major, consumer } = parts;
  const version = `domain = ${literal(domain)} AND product = ${literal(name)} AND major = ${major}`;
  return [
    `subscription = ${literal(id)}`,
    `(entity = 'product' AND ${version})`,
    `(entity = 'share' AND consumer = ${literal(consumer)} AND ${version})`,
    `(entity = 'domain' AND domain IN (${literal(domain)}, ${literal(consumer)}))`,
    "entity = 'policy-set'",
  ].join(' OR ');
}

function table(steps: readonly Step[], name: (principal: string) => string, width: number): string {
  return renderTable(
    steps,
    [
      { title: 'at', value: ({ at }) => momentText(at), whole: true },
      { title: 'recorded', value: ({ recorded }) => momentText(recorded), whole: true },
      { title: 'step', value: ({ step }) => step, whole: true },
      { title: 'who', value: ({ who }) => name(who) },
      { title: 'what', value: ({ what, policySets = [] }) => [what, ...policySets].join('; ') },
    ],
    width,
  );
}
