import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LogFiles } from '#mesh/audit/log/files.ts';
import type { VerifierKey } from '#mesh/audit/log/note.ts';
import { userError } from '#mesh/error.ts';
import { type Invocation, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { bucketFiles, folderFiles, givenKey, meshLog, publishedKey, s3Place } from '../log-files.ts';
import { proofOf } from '../log-proof.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io, json, args } = invocation;
  const { files, key } = await logOf(invocation);
  const made = await proofOf(args[0] ?? '', files, key);
  const output = textOption(invocation, 'output');
  if (output !== undefined) writeFileSync(resolve(io.cwd, output), made.proof);
  if (json) io.out(`${JSON.stringify(made)}\n`);
  else if (output === undefined) io.out(made.proof);
  else io.err(`entry ${made.index} of ${made.size} is proven by ${output}\n`);
}

async function logOf(invocation: Invocation): Promise<{ readonly files: LogFiles; readonly key: VerifierKey }> {
  const place = textOption(invocation, 'from');
  const given = textOption(invocation, 'key');
  const key = given === undefined ? undefined : givenKey(given, invocation.io.cwd);
  const s3 = place === undefined ? undefined : s3Place(place);
  if (place !== undefined && s3 === undefined) {
    if (key === undefined)
      throw userError('WEFT-AUDIT-013', 'no key is given: files alone do not say whose they are', {
        hint: 'add --key with what weft audit verify --as governance/auditor shows',
      });
    return { files: folderFiles(resolve(invocation.io.cwd, place)), key };
  }
  const connection = await connect(invocation);
  if (s3 === undefined) {
    const mesh = await meshLog(connection);
    return { files: mesh.files, key: key ?? mesh.key };
  }
  return { files: bucketFiles(connection, s3), key: key ?? (await publishedKey(connection)) };
}
