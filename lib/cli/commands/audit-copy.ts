import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { LogFiles } from '#mesh/audit/log/files.ts';
import { formatVerifierKey } from '#mesh/audit/log/note.ts';
import { CHECKPOINT } from '#mesh/audit/log/tile.ts';
import type { Invocation } from '../command.ts';
import { connect } from '../connection.ts';
import { meshLog } from '../log-files.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io, json } = invocation;
  const folder = resolve(io.cwd, invocation.args[0] ?? '');
  const { files, witness, key } = await meshLog(await connect(invocation));
  const told = { files: 0, fetched: 0 };
  const copy = async (from: LogFiles, below: string): Promise<void> => {
    for (const name of await from.keys()) {
      told.files += 1;
      const file = join(folder, below, ...name.split('/'));
      // Everything but the newest checkpoint is written once.
      if (name !== CHECKPOINT && existsSync(file)) continue;
      const bytes = await from.read(name);
      if (bytes === undefined) continue;
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, bytes);
      told.fetched += 1;
      if (told.fetched % 1000 === 0) io.err(`${told.fetched} files\n`);
    }
  };
  await copy(files, 'trail');
  if (witness !== undefined) await copy(witness, 'witness');
  const written = formatVerifierKey(key);
  writeFileSync(join(folder, 'key'), `${written}\n`);
  if (json) io.out(`${JSON.stringify({ folder, ...told, key: written })}\n`);
  else {
    const proof = witness === undefined ? '' : ` --witness ${join(folder, 'witness')}`;
    io.out(`${told.files} files in ${folder}, ${told.fetched} of them new\n`);
    io.out(`verify them with: weft audit verify ${join(folder, 'trail')} --key ${join(folder, 'key')}${proof}\n`);
  }
}
