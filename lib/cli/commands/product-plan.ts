import type { Plan } from '#mesh/plan/plan.ts';
import type { Invocation } from '../command.ts';
import { connect } from '../connection.ts';
import { isEmptyPlan, renderPlan } from '../plan.ts';
import { publishBody, readProductFolder } from '../product-folder.ts';

const CHANGES = 2;

export async function run(invocation: Invocation): Promise<number> {
  const { io } = invocation;
  const folder = readProductFolder(invocation.args[0] ?? '.', io.cwd);
  const connection = await connect(invocation);
  const answer = await connection.api<{ plan: Plan }>({
    method: 'POST',
    path: '/products/plan',
    body: publishBody(folder),
  });
  if (invocation.json) io.out(`${JSON.stringify(answer)}\n`);
  else io.out(renderPlan(io, answer.plan));
  return invocation.options.detailedExitcode === true && !isEmptyPlan(answer.plan) ? CHANGES : 0;
}
