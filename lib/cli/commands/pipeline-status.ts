import type { RunRecord } from '#control/pipeline/run-record.ts';
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
  const landed = new LandedFiles(connection, pipelineDomain(connection));
  const [step] = invocation.args;
  const runs = await landed.runs(step, numberOption(invocation, 'limit', 1000) ?? NEWEST);
  if (invocation.json) {
    io.out(`${JSON.stringify({ runs })}\n`);
    return;
  }
  const next = () => {
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

function stateOf({ state, skipped, error }: RunRecord): string {
  if (skipped !== undefined) return 'skipped';
  return state !== 'done' && error !== undefined ? 'failed' : state;
}
