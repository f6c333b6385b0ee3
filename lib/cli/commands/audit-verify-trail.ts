import { resolve } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { createJsonCall } from '#aws/json-call.ts';
import { realPatience } from '#aws/retry.ts';
import { listPublicKeys, type PublicKey } from '#aws/trail-keys.ts';
import { type ChainVerdict, type Fault, type Verdict, verifyTrail } from '#mesh/audit/digest/verify.ts';
import { userError } from '#mesh/error.ts';
import { trailBucketName } from '#mesh/topology/names.ts';
import { type Invocation, textOption } from '../command.ts';
import { type Connection, connect } from '../connection.ts';
import { type Column, renderTable } from '../table.ts';
import { momentText } from '../time-text.ts';
import { readArchive, saveArchive } from '../trail-archive.ts';
import { trailCrypto } from '../trail-crypto.ts';
import { filesOfBucket, filesOfFolder } from '../trail-files.ts';

/** CloudTrail signs digests since 2015. */
const FIRST_KEY = new Date('2015-01-01T00:00:00Z');

export async function run(invocation: Invocation): Promise<number | undefined> {
  const { io } = invocation;
  const target = invocation.args[0];
  const saved = textOption(invocation, 'keys');
  const archive = saved === undefined ? undefined : readArchive(resolve(io.cwd, saved));
  const isRemote = target === undefined || target.startsWith('s3://');
  if (!isRemote && archive === undefined) {
    throw userError('WEFT-AUDIT-057', 'a folder is verified without asking AWS, and no public keys were given', {
      hint: 'add --keys <file>, as weft audit verify-trail --save-keys <file> made it',
    });
  }
  const connection = isRemote ? await connect(invocation) : undefined;
  const files =
    connection === undefined
      ? filesOfFolder(resolve(io.cwd, target ?? ''), archive?.signatures)
      : await filesOfBucket(
          new S3Client({ ...connection.client, forcePathStyle: true }),
          ...placeOf(target, connection),
        );
  const keys = archive?.keys ?? (connection === undefined ? [] : await publicKeys(connection));
  const verdict = await verifyTrail(files, trailCrypto(keys), isRemote ? Date.now() : undefined);
  const path = textOption(invocation, 'saveKeys');
  if (path !== undefined) saveArchive(resolve(io.cwd, path), { keys, signatures: signaturesOf(verdict) });
  const ok = verdict.faults.length === 0;
  if (invocation.json) io.out(`${JSON.stringify({ ok, ...verdict })}\n`);
  else show(invocation, verdict);
  return ok ? undefined : 1;
}

/** Bucket and prefix of what was named; the mesh's own trail when nothing was. */
function placeOf(target: string | undefined, { topology }: Connection): [string, string] {
  if (target === undefined) return [trailBucketName(topology.mesh, topology.auditAccount, topology.region), 'AWSLogs/'];
  const [, bucket = '', prefix = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(target) ?? [];
  return [bucket, prefix];
}

async function publicKeys(connection: Connection): Promise<PublicKey[]> {
  const target = 'com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101';
  const call = createJsonCall(
    'cloudtrail',
    target,
    { ...connection.client, requestHandler: new NodeHttpHandler() },
    realPatience,
  );
  return listPublicKeys(call, FIRST_KEY, new Date());
}

function signaturesOf({ chains }: Verdict): Record<string, string> {
  return Object.fromEntries(
    chains.flatMap(({ newest, signature }) => (signature === undefined ? [] : [[newest, signature]])),
  );
}

function show({ io }: Invocation, verdict: Verdict): void {
  const { digests, logs, pending, chains, unsigned, faults } = verdict;
  if (chains.length > 0) io.out(renderTable(chains, CHAINS, io.columns));
  if (faults.length > 0) io.out(`\n${renderTable(faults, FAULTS, io.columns)}`);
  for (const key of unsigned) io.err(`nobody has the signature of ${key}: what only it tells of is not verified\n`);
  if (pending > 0) io.err(`${pending} log file(s) are so new that no digest tells of them yet\n`);
  if (chains.length === 0) io.err('there is no digest: nothing is verified\n');
  else if (faults.length === 0)
    io.err(`${digests} digests and ${logs - pending} log files are as CloudTrail delivered them\n`);
  else io.err(`${faults.length} fault(s) in ${digests} digests and ${logs} log files\n`);
}

const CHAINS: readonly Column<ChainVerdict>[] = [
  { title: 'account', value: ({ chain }) => /(\d{12})\//.exec(chain)?.[1] ?? '', whole: true },
  { title: 'region and trail', value: ({ chain }) => chain.split('/').at(-1) ?? '' },
  { title: 'from', value: ({ from }) => momentText(from), whole: true },
  { title: 'to', value: ({ to }) => momentText(to), whole: true },
];

const FAULTS: readonly Column<Fault>[] = [
  { title: 'fault', value: ({ kind }) => kind, whole: true },
  { title: 'code', value: ({ code }) => code, whole: true },
  { title: 'file', value: ({ key }) => key, whole: true },
  { title: 'what', value: ({ message }) => message, whole: true },
];
