import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import { realPatience } from '#aws/retry.ts';
import { createFifoQueue, type FifoMessage } from '#aws/sqs.ts';
import { readDomainRepository } from '#constructs/domain-repository.ts';
import { userError } from '#mesh/error.ts';
import { type PipelineStep, writerOf } from '#mesh/pipeline/pipeline.ts';
import { pipelineQueueName } from '#mesh/topology/names.ts';
import { type Invocation, textOption } from '../command.ts';
import { type Connection, connect } from '../connection.ts';
import { readMeshFile } from '../mesh-file.ts';
import { LandedFiles, pipelineDomain } from '../pipeline.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const step = stepOf(invocation);
  const connection = await connect(invocation);
  const domain = pipelineDomain(connection);
  const files = new LandedFiles(connection, domain);
  const causes = await causesOf(step, textOption(invocation, 'file'), files);
  // Asked twice within five minutes it is asked twice: only what asks is new, the run of a file is not.
  const at = new Date().toISOString();
  const messages = causes.map(
    (cause): FifoMessage => ({
      group: writerOf(step),
      deduplication: JSON.stringify([step.name, cause, at]),
      body: { step: step.name, ...cause },
    }),
  );
  await send(messages, connection, pipelineQueueName(connection.topology.mesh, domain.name));
  const asked = causes.map((cause) => ('event' in cause ? { key: cause.event.detail.object.key } : { at: cause.at }));
  if (invocation.json) io.out(`${JSON.stringify({ step: step.name, asked })}\n`);
  else
    io.err(
      `${step.name} was asked to run${'files' in step.on ? ` for ${causes.length} file(s)` : ''}; see: weft pipeline status\n`,
    );
}

/** @throws `WEFT-PIPELINE-022` for a step that the repository does not have. */
function stepOf(invocation: Invocation): PipelineStep {
  const { io } = invocation;
  const mesh = textOption(invocation, 'mesh');
  const folder = resolve(io.cwd, textOption(invocation, 'repository') ?? '.');
  const { pipeline } = readDomainRepository(folder, mesh === undefined ? undefined : readMeshFile(mesh, io.cwd));
  const step = pipeline.steps.find(({ name }) => name === invocation.args[0]);
  if (step !== undefined) return step;
  throw userError('WEFT-PIPELINE-022', `the pipeline has no step "${invocation.args[0]}"`, {
    hint: `use one of ${pipeline.steps.map(({ name }) => name).join(', ')}`,
  });
}

type Cause =
  | { readonly at: string }
  | { readonly event: { readonly detail: { readonly object: { key: string; etag: string; size: number } } } };

async function causesOf(step: PipelineStep, key: string | undefined, landed: LandedFiles): Promise<Cause[]> {
  if (!('files' in step.on)) return [{ at: new Date().toISOString() }];
  const { files } = step.on;
  const one = key === undefined ? undefined : await landed.file(key);
  const found = key === undefined ? await landed.list(files) : one === undefined ? [] : [one];
  const wanted = found.filter((file) => file.key.startsWith(files) && !file.key.endsWith('/'));
  if (wanted.length === 0) {
    throw userError('WEFT-PIPELINE-026', `no file for "${step.name}" lies at ${key ?? files}`, {
      hint: `put one below ${files} of the landing bucket`,
    });
  }
  return wanted.map(({ key: name, etag, size }) => ({ event: { detail: { object: { key: name, etag, size } } } }));
}

/** @throws `WEFT-PIPELINE-027` when the queue did not take all of them. */
async function send(messages: readonly FifoMessage[], { client }: Connection, QueueName: string): Promise<void> {
  const sqs = new SQSClient(client);
  const { QueueUrl = '' } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
  const plain = (text: string) => (/^[\w.-]{1,128}$/.test(text) ? text : digest(text));
  const { failed, unclear } = await createFifoQueue(sqs, QueueUrl, realPatience, plain).send(messages);
  const [lost] = [...failed, ...unclear];
  if (lost === undefined) return;
  throw userError(
    'WEFT-PIPELINE-027',
    `the queue did not take ${failed.length + unclear.length} of ${messages.length}`,
    {
      hint: 'ask again: what was taken changes nothing',
      details: { symptom: lost.symptom },
    },
  );
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
