import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { logCrypto } from '#aws/log-crypto.ts';
import type { LogFiles } from '#mesh/audit/log/files.ts';
import { verifyLog } from '#mesh/audit/log/verify.ts';
import { BUCKET, type Clients, LOG_BUCKET, TABLE } from './clients.ts';
import { digestOf, type Ledger } from './ledger.ts';
import { append, consume, LOG_KEY } from './load.ts';

/** How long messages may take that were on their way. */
const PATIENCE = 60_000;

/** Everything that was acknowledged and is not there, or is there and was never written, each as one sentence. */
export async function whatIsWrong(clients: Clients, ledger: Ledger, queueUrl: string): Promise<string[]> {
  return [
    ...(await objects(clients, ledger)),
    ...(await items(clients, ledger)),
    ...(await messages(clients, ledger, queueUrl)),
    ...(await trail(clients, ledger)),
  ];
}

async function objects({ s3 }: Clients, { objects: known }: Ledger): Promise<string[]> {
  const wrong: string[] = [];
  for (const [Key, { acknowledged, tried }] of known) {
    const found = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key })).catch((error: Error) => error);
    if (found instanceof Error) {
      if (acknowledged !== undefined || found.name !== 'NoSuchKey')
        wrong.push(`the object ${Key} cannot be read: ${found.name}`);
      continue;
    }
    const digest = digestOf((await found.Body?.transformToByteArray()) ?? '');
    if (digest !== acknowledged && !tried.has(digest))
      wrong.push(`the object ${Key} is none of those that were written`);
  }
  return wrong;
}

async function items({ dynamodb }: Clients, { items: known, pairs, counter }: Ledger): Promise<string[]> {
  const read = async (pk: string) =>
    (await dynamodb.send(new GetItemCommand({ TableName: TABLE, Key: { pk: { S: pk } }, ConsistentRead: true }))).Item;
  const wrong: string[] = [];
  for (const [pk, { acknowledged, tried }] of known) {
    const revision = Number((await read(pk))?.revision?.N ?? 0);
    if (revision < acknowledged || revision > tried)
      wrong.push(`${pk} has revision ${revision}, acknowledged was ${acknowledged} of ${tried}`);
  }
  for (const [name, acknowledged] of pairs) {
    const sides = [await read(`${name}/left`), await read(`${name}/right`)].filter((item) => item !== undefined);
    if (sides.length === 1) wrong.push(`${name} was written by half`);
    if (sides.length === 0 && acknowledged) wrong.push(`${name} is lost`);
  }
  const count = Number((await read('counter'))?.n?.N ?? 0);
  if (count < counter.acknowledged || count > counter.tried)
    wrong.push(`the counter is ${count}, acknowledged were ${counter.acknowledged} of ${counter.tried}`);
  return wrong;
}

async function messages(clients: Clients, ledger: Ledger, queueUrl: string): Promise<string[]> {
  const missing = () => [...ledger.sent].filter((name) => !ledger.received.has(name));
  for (const end = Date.now() + PATIENCE; missing().length > 0 && Date.now() < end; ) {
    if ((await consume(clients, ledger, queueUrl)) === 0) await sleep(100);
  }
  return missing().map((name) => `${name} never came out of the queue`);
}

async function trail(clients: Clients, ledger: Ledger): Promise<string[]> {
  const { s3, log } = clients;
  const files: LogFiles = {
    async keys() {
      const keys: string[] = [];
      let ContinuationToken: string | undefined;
      do {
        const page = await s3.send(new ListObjectsV2Command({ Bucket: LOG_BUCKET, ContinuationToken }));
        keys.push(...(page.Contents ?? []).map(({ Key = '' }) => Key));
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
      return keys;
    },
    read: async (key) => (await log.get(key))?.body,
  };
  // As the queue would, which brings an unacknowledged entry again.
  await append(clients, ledger);
  const { problems } = await verifyLog(files, { ...logCrypto, key: LOG_KEY });
  const told = new Set<string>();
  for (const key of (await files.keys()).filter((name) => name.startsWith('entries/'))) {
    const text = Buffer.from((await files.read(key)) ?? '').toString('utf8');
    for (const line of text.trim().split('\n')) told.add((JSON.parse(line) as { id: string }).id);
  }
  return [
    ...problems.map((problem) => `the trail does not verify: ${JSON.stringify(problem)}`),
    ...[...ledger.entries].filter((id) => !told.has(id)).map((id) => `the entry ${id} is not in the trail`),
  ];
}

/** What a crash left in the folder that nothing should leave there; the instance has to be gone. */
export function whatIsLeft(folder: string): string[] {
  const database = new DatabaseSync(join(folder, 'state.sqlite'));
  const [row] = database.prepare('PRAGMA integrity_check').all() as { integrity_check: string }[];
  database.close();
  const half = readdirSync(join(folder, 's3'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.includes('.tmp~'),
  );
  return [
    ...(row?.integrity_check === 'ok' ? [] : [`state.sqlite is damaged: ${row?.integrity_check}`]),
    ...half.map((name) => `s3/${name} is half a file`),
  ];
}
