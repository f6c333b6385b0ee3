import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { userError } from '#mesh/error.ts';
import type { SignedDisposal } from '#mesh/retention/record.ts';
import { type Invocation, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { tone } from '../io.ts';
import { EXIT } from '../report.ts';
import { notesOf, problemsOf, readKey, readRecord, retentionsOf } from '../retention.ts';

export async function run(invocation: Invocation): Promise<number> {
  const { io, json } = invocation;
  const file = resolve(io.cwd, invocation.args[0] ?? '');
  const signed = readRecord(readText(file), file);
  const key = textOption(invocation, 'key');
  const problems =
    key === undefined
      ? await againstMesh(invocation, signed)
      : problemsOf(signed, readKey(readText(resolve(io.cwd, key)), key));
  const ok = problems.length === 0;
  const { id, product, domain, totals, completedAt } = signed.record;
  if (json) io.out(`${JSON.stringify({ ok, problems, record: { id, product, totals } })}\n`);
  else if (ok) {
    const what = `${totals.objects} objects and ${totals.partitions} partitions of ${product}, removed in ${domain} by ${completedAt}`;
    io.err(`${tone(io, 'good', 'genuine')}: ${what}\n`);
  } else for (const problem of problems) io.err(`${tone(io, 'bad', 'error:')} ${problem}\n`);
  return ok ? EXIT.ok : EXIT.error;
}

/** By the key and the digest that the mesh was told when it happened: a record with another key is no record. */
async function againstMesh(invocation: Invocation, signed: SignedDisposal): Promise<string[]> {
  const { id, product } = signed.record;
  const notes = notesOf(await retentionsOf(await connect(invocation), product));
  const note = notes.find((one) => one.id === id);
  if (note === undefined) return [`the mesh knows no record ${id} of ${product}`];
  const told = note.digest === signed.digest ? [] : [`the mesh was told the SHA-256 ${note.digest}`];
  return [...told, ...problemsOf(signed, readKey(note.key, 'what the mesh was told'))];
}

function readText(file: string): string {
  if (!existsSync(file))
    throw userError('WEFT-RETENTION-010', `${file} does not exist`, { hint: 'give the path of a file' });
  if (statSync(file).isDirectory())
    throw userError('WEFT-RETENTION-010', `${file} is a folder`, { hint: 'give the path of a file in it' });
  return readFileSync(file, 'utf8');
}
