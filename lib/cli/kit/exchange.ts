import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { InvokeCommand, LambdaClient, paginateListFunctions } from '@aws-sdk/client-lambda';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { userError } from '#mesh/error.ts';
import { type ExportManifest, MANIFEST } from '#mesh/product/export-manifest.ts';
import type { Connection } from '../connection.ts';
import { verifyExport } from '../export.ts';

/** A snapshot as a partner got it. */
export interface Taken {
  readonly manifest: ExportManifest;
  /** What is not as the manifest says; empty when all is well. */
  readonly problems: readonly string[];
}

/** Has the pipeline of a domain work on one message, as its queue or its schedule would bring it. */
export async function sendToPipeline(client: Connection['client'], domain: string, message: object): Promise<void> {
  const lambda = new LambdaClient(client);
  const description = `Runs the pipeline of ${domain}`;
  for await (const { Functions = [] } of paginateListFunctions({ client: lambda }, {})) {
    const found = Functions.find((one) => one.Description === description);
    if (found === undefined) continue;
    const Payload = JSON.stringify({ Records: [{ messageId: 'test', body: JSON.stringify(message) }] });
    const answer = await lambda.send(new InvokeCommand({ FunctionName: found.FunctionName, Payload }));
    const said = Buffer.from(answer.Payload ?? []).toString();
    if (answer.FunctionError === undefined && !said.includes('itemIdentifier')) return;
    throw userError('WEFT-TEMPLATE-018', `the pipeline of ${domain} failed: ${said}`, {
      hint: 'weft local logs pipeline tells why',
    });
  }
  throw userError('WEFT-TEMPLATE-018', `${domain} has no pipeline on this mesh`, { hint: 'deploy its app' });
}

/** Copies a snapshot as somebody, and checks it. */
export async function takeSnapshot(client: Connection['client'], Bucket: string, Prefix: string): Promise<Taken> {
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  const folder = mkdtempSync(join(tmpdir(), 'weft-taken-'));
  try {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix }));
    for (const { Key = '' } of Contents) {
      const path = join(folder, Key.slice(Prefix.length));
      mkdirSync(dirname(path), { recursive: true });
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
      writeFileSync(path, (await Body?.transformToByteArray()) ?? new Uint8Array());
    }
    const problems = verifyExport(folder);
    return { manifest: JSON.parse(readFileSync(join(folder, MANIFEST), 'utf8')) as ExportManifest, problems };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
