import type { RunRecord } from '#control/pipeline/run-record.ts';
import { type Invocation, numberOption } from '../command.ts';
import { connect } from '../connection.ts';
import { LandedFiles, pipelineDomain } from '../pipeline.ts';
import { renderTable } from '../table.ts';

const NEWEST = 20;

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const connection = await connect(invocation);
  const landed = new LandedFiles(connection, pipelineDomain(connection));
  const runs = await landed.runs(invocation.args[0], numberOption(invocation, 'limit', 1000) ?? NEWEST);
  if (invocation.json) {
    io.out(`${JSON.stringify({ runs })}\n`);
    return;
  }
  if (runs.length === 0) {
    io.err('nothing ran yet\n');
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
