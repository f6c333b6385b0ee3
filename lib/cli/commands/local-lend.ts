import type { Invocation } from '../command.ts';
import { connect } from '../connection.ts';
import { tone } from '../io.ts';
import { lendProduct } from '../kit/lend.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io, args, json } = invocation;
  // On this machine, whatever mesh else the environment names.
  const here = { ...io, env: { ...io.env, WEFT_API_URL: undefined } };
  const meet = (as: string) => connect({ ...invocation, io: here, options: { ...invocation.options, as } });
  const { topology } = await meet('governance/platform');
  const lent: string[] = [];
  for (const folder of args) {
    const { domain, name, major } = await lendProduct(meet, folder, io.cwd, topology);
    lent.push(`${domain}/${name}`);
    if (!json) io.err(`${tone(io, 'good', 'published')} ${domain}/${name} v${major}, with its data\n`);
  }
  if (json) io.out(`${JSON.stringify({ products: lent })}\n`);
}
