import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { LogFiles } from '#mesh/audit/log/files.ts';
import { formatVerifierKey } from '#mesh/audit/log/note.ts';
import type { Invocation } from '../command.ts';
import { connect } from '../connection.ts';
import { copyFiles } from '../log-copy.ts';
import { meshLog } from '../log-files.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io, json } = invocation;
  const folder = resolve(io.cwd, invocation.args[0] ?? '');
  const { files, witness, key } = await meshLog(await connect(invocation));
  const told = { files: 0, fetched: 0 };
  const copy = async (from: LogFiles, below: string): Promise<void> => {
    const at = (name: string) => join(folder, below, ...name.split('/'));
    told.files += await copyFiles(from, {
      has: (name) => existsSync(at(name)),
      write: (name, bytes) => {
        mkdirSync(dirname(at(name)), { recursive: true });
        writeFileSync(at(name), bytes);
        told.fetched += 1;
        if (told.fetched % 1000 === 0) io.err(`${told.fetched} files\n`);
      },
    });
  };
  // The witness first: a log that has grown since is no shorter than what the witness saw.
  if (witness !== undefined) await copy(witness, 'witness');
  await copy(files, 'trail');
  const written = formatVerifierKey(key);
  writeFileSync(join(folder, 'key'), `${written}\n`);
  if (json) io.out(`${JSON.stringify({ folder, ...told, key: written })}\n`);
  else {
    const proof = witness === undefined ? '' : ` --witness ${join(folder, 'witness')}`;
    io.out(`${told.files} files in ${folder}, ${told.fetched} of them new\n`);
    io.out(`verify them with: weft audit verify ${join(folder, 'trail')} --key ${join(folder, 'key')}${proof}\n`);
  }
}
