import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Way } from '#aws/signed-request.ts';
import { userError } from '#mesh/error.ts';
import { parseMesh } from '#mesh/topology/parse.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import type { Keys } from '../api.ts';
import { type Invocation, numberOption, textOption } from '../command.ts';
import { localKeys } from '../connection.ts';
import { type Finding, perform, type Status, type Surroundings } from '../doctor/check.ts';
import { CHECKS } from '../doctor/checks.ts';
import { busy, type Tone, tone } from '../io.ts';
import { type LocalMesh, localFolder, runningLocal } from '../local-folder.ts';
import { principalArn } from '../principal.ts';
import { EXIT } from '../report.ts';

const DEFAULT_PORT = 4566;
const HIGHEST_PORT = 65_535;

const MARKS: Readonly<Record<Status, readonly [string, Tone]>> = {
  ok: ['ok', 'good'],
  warning: ['warning', 'warn'],
  failed: ['failed', 'bad'],
  skipped: ['skipped', 'dim'],
};

/** Exit code 1 when a check failed; a warning is none. */
export async function run(invocation: Invocation): Promise<number> {
  const { io } = invocation;
  const surroundings = await surroundingsOf(invocation);
  const found: (Finding & { id: string; about: string })[] = [];
  for (const check of CHECKS) {
    busy(io, `looking at ${check.about}`);
    const finding = { id: check.id, about: check.about, ...(await perform(check, surroundings)) };
    found.push(finding);
    if (!invocation.json && finding.status !== 'skipped') show(invocation, finding);
  }
  const count = (status: Status) => found.filter((one) => one.status === status).length;
  const ok = count('failed') === 0;
  if (invocation.json) io.out(`${JSON.stringify({ ok, checks: found })}\n`);
  else {
    const skipped = found.filter(({ status }) => status === 'skipped');
    for (const [message, names] of Map.groupBy(skipped, (one) => one.message))
      io.out(`${tone(io, 'dim', `skipped  ${names.map(({ about }) => about).join(', ')}: ${message}`)}\n`);
    io.err(`${count('failed')} failed, ${count('warning')} warnings, ${count('ok')} ok, ${count('skipped')} skipped\n`);
  }
  return ok ? EXIT.ok : EXIT.error;
}

const WIDTH = Math.max(...CHECKS.map(({ about }) => about.length));

function show({ io }: Invocation, { status, about, message, fix }: Finding & { about: string }): void {
  const [word, kind] = MARKS[status];
  io.out(`${tone(io, kind, word.padEnd(7))}  ${about.padEnd(WIDTH)}  ${message}\n`);
  if (fix !== undefined) io.out(`${' '.repeat(9)}${tone(io, 'dim', 'do:')} ${fix}\n`);
}

async function surroundingsOf(invocation: Invocation): Promise<Surroundings> {
  const { io } = invocation;
  const folder = localFolder(invocation);
  const meshFile = meshFileOf(invocation);
  const local = safely(() => runningLocal(folder));
  const topology = topologyOf(meshFile) ?? local?.topology;
  return {
    io,
    node: process.versions.node,
    folder,
    port: numberOption(invocation, 'port', HIGHEST_PORT) ?? DEFAULT_PORT,
    now: () => new Date(),
    meshFile,
    topology,
    aws: await wayTo(invocation, local, topology),
    apiUrl: io.env.WEFT_API_URL ?? (invocation.options.aws === true ? undefined : local?.apiUrl),
  };
}

/** @throws WeftError `WEFT-CLI-110` when `--mesh` names no file */
function meshFileOf(invocation: Invocation): string | undefined {
  const { cwd } = invocation.io;
  const named = textOption(invocation, 'mesh');
  const file = resolve(cwd, named ?? 'mesh.yaml');
  if (existsSync(file)) return file;
  if (named === undefined) return undefined;
  throw userError('WEFT-CLI-110', `there is no ${named}`, { hint: 'name the mesh file with --mesh' });
}

function topologyOf(meshFile: string | undefined): Topology | undefined {
  if (meshFile === undefined) return undefined;
  const read = safely(() => parseMesh(readFileSync(meshFile, 'utf8'), meshFile));
  return read?.ok === true ? read.value : undefined;
}

/** The caller's own way to AWS where that is meant, else the one into the local mesh that runs, as whom `--as` names or its governance account. */
async function wayTo(
  invocation: Invocation,
  local: LocalMesh | undefined,
  topology: Topology | undefined,
): Promise<Way | undefined> {
  const { env } = invocation.io;
  const requestHandler = new NodeHttpHandler({ connectionTimeout: 5000, requestTimeout: 10_000 });
  const as = textOption(invocation, 'as') ?? env.WEFT_AS;
  if (invocation.options.aws === true || env.WEFT_API_URL !== undefined) {
    const region = env.AWS_REGION ?? env.AWS_DEFAULT_REGION ?? topology?.region ?? 'us-east-1';
    const { AssumeRoleCommand, STSClient } = await import('@aws-sdk/client-sts');
    const own = new STSClient({ region });
    const credentials = async (): Promise<Keys> => {
      if (as === undefined) return (await own.config.credentials()) as Keys;
      const RoleArn = topology === undefined ? as : principalArn(as, topology);
      const { Credentials: keys } = await own.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'weft' }));
      return {
        accessKeyId: keys?.AccessKeyId ?? '',
        secretAccessKey: keys?.SecretAccessKey ?? '',
        sessionToken: keys?.SessionToken,
      };
    };
    return { region, credentials, requestHandler, endpoint: env.AWS_ENDPOINT_URL };
  }
  if (local?.apiUrl === undefined) return undefined;
  const arn =
    as === undefined ? `arn:aws:iam::${local.topology.governanceAccount}:root` : principalArn(as, local.topology);
  const credentials = () => localKeys(local.endpoint, arn, 'doctor');
  return { region: local.region, credentials, requestHandler, endpoint: local.endpoint };
}

/** What a broken file does not tell is for the checks to say. */
function safely<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
