import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { logCrypto } from '#aws/log-crypto.ts';
import type { AuditEntry } from '#mesh/audit/entry.ts';
import { hexOf } from '#mesh/audit/log/note.ts';
import { checkProof } from '#mesh/audit/log/proof.ts';
import { userError } from '#mesh/error.ts';
import { type Invocation, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { givenKey, publishedKey } from '../log-files.ts';
import { EXIT } from '../report.ts';

export async function run(invocation: Invocation): Promise<number> {
  const { io, json, args } = invocation;
  const file = resolve(io.cwd, args[0] ?? '');
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true)
    throw userError('WEFT-AUDIT-014', `there is no file ${file}`, {
      hint: 'write one: weft audit prove <entry> --output <file>',
    });
  const given = textOption(invocation, 'key');
  const key = given === undefined ? await publishedKey(await connect(invocation)) : givenKey(given, io.cwd);
  const checked = checkProof(readFileSync(file, 'utf8'), key, logCrypto);
  if ('wrong' in checked) {
    if (json) io.out(`${JSON.stringify({ ok: false, wrong: checked.wrong })}\n`);
    else io.err(`WEFT-AUDIT-016: it proves nothing: ${checked.wrong}\n`);
    return EXIT.error;
  }
  const { index, checkpoint, entry: text } = checked;
  const entry = JSON.parse(text) as AuditEntry;
  if (json)
    io.out(`${JSON.stringify({ ok: true, index, size: checkpoint.size, root: hexOf(checkpoint.root), entry })}\n`);
  else {
    io.out(`proven: entry ${index} of the ${checkpoint.size} that ${checkpoint.origin} has signed\n`);
    io.out(`${entry.at}  ${entry.actor}  ${entry.action}\n${entry.summary}\n`);
  }
  return EXIT.ok;
}
