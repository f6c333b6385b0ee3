import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Invocation, textOption } from '../command.ts';
import { tone } from '../io.ts';
import { localFolder, runningLocal } from '../local-folder.ts';
import type { Facts } from '../next/facts.ts';
import { lookAtFiles } from '../next/look.ts';
import { nextSteps } from '../next/steps.ts';

/** A mesh that takes longer is told as one that does not answer. */
const PATIENCE_MS = 3000;

/** `weft` alone: what to do next. It fails for nothing that it finds. */
export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const facts = await factsOf(invocation);
  const steps = nextSteps(facts);
  if (invocation.json) {
    io.out(`${JSON.stringify({ state: stateOf(facts), steps })}\n`);
    return;
  }
  io.out(`${stateOf(facts)}. Next:\n\n`);
  for (const { command, reason } of steps)
    io.out(`  ${tone(io, 'strong', command)}\n      ${tone(io, 'dim', reason)}\n`);
}

async function factsOf(invocation: Invocation): Promise<Facts> {
  const { io } = invocation;
  const remote = io.env.WEFT_API_URL !== undefined;
  const local = localState(invocation);
  const as = textOption(invocation, 'as') ?? io.env.WEFT_AS;
  const facts = { ...(await lookAtFiles(io.cwd)), remote, local, as };
  if (!remote && local !== 'up') return facts;
  try {
    return { ...facts, mesh: await withinPatience(ask(invocation, as, remote)) };
  } catch (error) {
    return { ...facts, silent: error instanceof Error ? error.message : String(error) };
  }
}

/** A local mesh is asked as its platform team where nobody says who asks: it is the reader's own. */
async function ask(invocation: Invocation, as: string | undefined, remote: boolean) {
  const [{ connect }, { askMesh }] = await Promise.all([import('../connection.ts'), import('../next/ask.ts')]);
  const options =
    as === undefined && !remote ? { ...invocation.options, as: 'governance/platform' } : invocation.options;
  return askMesh(await connect({ ...invocation, options }));
}

function localState(invocation: Invocation): Facts['local'] {
  const folder = localFolder(invocation);
  const running = runningLocal(folder);
  if (running !== undefined) return running.apiUrl === undefined ? 'starting' : 'up';
  return existsSync(join(folder, 'state.sqlite')) ? 'stopped' : 'none';
}

async function withinPatience<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`no answer within ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function stateOf({ mesh, remote, local, silent }: Facts): string {
  if (mesh !== undefined) return `the mesh ${mesh.name} is up ${remote ? 'on AWS' : 'on this machine'}`;
  if (silent !== undefined) return 'a mesh is named that does not answer';
  if (local === 'starting') return 'the local mesh is coming up';
  return local === 'stopped' ? 'the local mesh is stopped' : 'no mesh runs here';
}
