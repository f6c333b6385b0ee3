import { isNamed } from '#aws/retry.ts';
import type { RunRecord } from '#control/pipeline/run-record.ts';
import { openBreakers, toldOf } from '../breakers.ts';
import { type Invocation, numberOption } from '../command.ts';
import { connect } from '../connection.ts';
import { tone } from '../io.ts';
import { LandedFiles, pipelineDomain } from '../pipeline.ts';
import { nextOfRuns } from '../pipeline-next.ts';
import { renderTable } from '../table.ts';

const NEWEST = 20;

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const connection = await connect(invocation);
  const domain = pipelineDomain(connection);
  const landed = new LandedFiles(connection, domain);
  const [step] = invocation.args;
  const runs = await landed.runs(step, numberOption(invocation, 'limit', 1000) ?? NEWEST);
  const owner = { mesh: connection.topology.mesh, domain: domain.name };
  const sources = await openBreakers(connection.client, owner, 'source', () => new Date()).catch(ofOldStack);
  if (invocation.json) {
    io.out(`${JSON.stringify({ runs, sources })}\n`);
    return;
  }
  const next = () => {
    for (const source of sources) io.err(`${tone(io, 'bad', 'open:')} the source ${toldOf(source)}\n`);
    for (const line of nextOfRuns(runs, step, landed.bucket)) io.err(`${tone(io, 'dim', 'next:')} ${line}\n`);
  };
  if (runs.length === 0) {
    io.err(step === undefined ? 'nothing ran yet\n' : `no run of a step "${step}"\n`);
    next();
    return;
  }
  const count = (value: number | undefined) => (value === undefined ? '' : String(value));
  io.out(
    renderTable(
      runs,
      [
        { title: 'started', value: ({ startedAt }) => startedAt, whole: true },
        { title: 'step', value: ({ step }) => step },
        { title: 'cause', value: causeOf },
        { title: 'state', value: stateOf },
        { title: 'read', value: ({ read }) => count(read), right: true },
        { title: 'written', value: ({ rows }) => count(rows), right: true },
        { title: 'aside', value: ({ unfit }) => count(unfit), right: true },
        { title: 'why', value: ({ error, skipped }) => error ?? skipped ?? '' },
      ],
      io.columns,
    ),
  );
  next();
}

/** A domain of an older release lets nobody see its breakers, for it has none. */
function ofOldStack(error: unknown): [] {
  if (isNamed(error, 'AccessDeniedException')) return [];
  throw error;
}

function causeOf({ cause }: RunRecord): string {
  switch (cause.kind) {
    case 'file':
      return cause.key;
    case 'event':
      return `event ${cause.id}`;
    case 'time':
      return `at ${cause.at}`;
  }
}

function stateOf({ state, skipped, error, putOffUntil }: RunRecord): string {
  if (skipped !== undefined) return 'skipped';
  if (putOffUntil !== undefined && state !== 'done') return 'put off';
  return state !== 'done' && error !== undefined ? 'failed' : state;
}
