import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { DisposalNote } from '#mesh/retention/status.ts';
import { auditBucketName, DISPOSALS } from '#mesh/topology/names.ts';
import { domainOfAccount } from '#mesh/topology/topology.ts';
import { type Invocation, textOption } from '../command.ts';
import { type Connection, connect } from '../connection.ts';
import { notesOf, retentionsOf } from '../retention.ts';
import { renderTable } from '../table.ts';
import { dayText, momentText } from '../time-text.ts';
import { splitProduct } from './product-show.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const id = invocation.args[0] ?? '';
  splitProduct(id);
  const connection = await connect(invocation);
  const records = notesOf(await retentionsOf(connection, id));
  const out = textOption(invocation, 'out');
  const files = out === undefined ? [] : await save(connection, records, resolve(io.cwd, out));
  if (invocation.json) {
    io.out(`${JSON.stringify({ records, files })}\n`);
    return;
  }
  if (records.length === 0) io.err(`nothing was removed of ${id}\n`);
  else io.out(renderTable(records, COLUMNS, io.columns));
  for (const file of files) io.err(`wrote ${file}\n`);
}

/** Those of the caller's own domain from its bucket, for no domain reads another's; all of them from the trail's bucket for its auditors. */
async function save(connection: Connection, records: readonly DisposalNote[], folder: string): Promise<string[]> {
  const { topology, account } = connection;
  const { mesh, auditAccount, region } = topology;
  const own = domainOfAccount(topology, account)?.name;
  const placeOf = ({ by, id, location }: DisposalNote): string[] => {
    if (account === auditAccount) return [`s3://${auditBucketName(mesh, auditAccount, region)}/${DISPOSALS}${id}.json`];
    return by === own ? [location] : [];
  };
  const s3 = new S3Client({ ...connection.client, forcePathStyle: connection.client.endpoint !== undefined });
  mkdirSync(folder, { recursive: true });
  const files: string[] = [];
  for (const note of records) {
    for (const place of placeOf(note)) {
      const { hostname, pathname } = new URL(place);
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: hostname, Key: pathname.slice(1) }));
      const file = join(folder, `${note.id}.json`);
      writeFileSync(file, (await Body?.transformToByteArray()) ?? '');
      files.push(file);
    }
  }
  return files;
}

const COLUMNS = [
  { title: 'at', value: ({ at }: DisposalNote) => momentText(at), whole: true },
  { title: 'in', value: ({ by }: DisposalNote) => by },
  { title: 'what', value: ({ table, what }: DisposalNote) => table ?? what },
  { title: 'up to', value: ({ upTo }: DisposalNote) => dayText(upTo) },
  { title: 'objects', value: ({ objects }: DisposalNote) => String(objects), right: true },
  { title: 'bytes', value: ({ bytes }: DisposalNote) => String(bytes), right: true },
  { title: 'record', value: ({ id }: DisposalNote) => id, whole: true },
  { title: 'sha256', value: ({ digest }: DisposalNote) => digest },
];
