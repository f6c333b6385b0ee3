import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Target } from './target.ts';

const FOLDER = join(import.meta.dirname, 'corpus');
const NOTES = 'notes.yaml';

/** An input that is kept, because it failed once or is worth to be played each time. */
export interface Kept {
  readonly file: string;
  readonly input: string;
  readonly note: string;
}

/** What is kept for a target. A file without a note, or a note without a file, is an error. */
export function keptFor(target: Pick<Target, 'name'>): readonly Kept[] {
  const folder = join(FOLDER, target.name);
  if (!existsSync(folder)) return [];
  const notes = notesIn(folder);
  const files = readdirSync(folder).filter((file) => file !== NOTES);
  const odd = [
    ...files.filter((file) => notes[file] === undefined),
    ...Object.keys(notes).filter((file) => !files.includes(file)),
  ];
  if (odd.length > 0)
    throw new Error(`${folder}: ${odd.join(', ')} stands either as a file or in ${NOTES}, not in both`);
  return files.map((file) => ({ file, input: readFileSync(join(folder, file), 'utf8'), note: notes[file] ?? '' }));
}

/** Keeps an input under a name that follows from it; gives the path. */
export function keep(target: Pick<Target, 'name' | 'suffix'>, input: string, note: string): string {
  const folder = join(FOLDER, target.name);
  mkdirSync(folder, { recursive: true });
  const file = `${createHash('sha256').update(input).digest('hex').slice(0, 8)}.${target.suffix}`;
  writeFileSync(join(folder, file), input);
  const notes = { ...notesIn(folder), [file]: notesIn(folder)[file] ?? note };
  writeFileSync(join(folder, NOTES), stringify(notes, { lineWidth: 140 }));
  return join('test/fuzz/corpus', target.name, file);
}

function notesIn(folder: string): Record<string, string> {
  const path = join(folder, NOTES);
  return existsSync(path) ? ((parse(readFileSync(path, 'utf8')) ?? {}) as Record<string, string>) : {};
}
