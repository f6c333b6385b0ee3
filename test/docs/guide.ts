import { readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const DOCS = resolve(import.meta.dirname, '../../docs');

/** A fenced block of a guide. */
export interface Block {
  /** The line of its fence, from 1. */
  readonly line: number;
  /** The first word behind the fence. */
  readonly language: string;
  /** What else stands there: `file=…`, `not-run: …`, `fails: …`, `needs: …`, `as: …`. */
  readonly notes: Readonly<Record<string, string>>;
  readonly text: string;
}

/** One command of a block, as a shell takes it. */
export interface ShellCommand {
  readonly line: number;
  readonly text: string;
}

/** The guides: pages that are followed from top to bottom. */
export const GUIDES: readonly string[] = readdirSync(DOCS)
  .filter((name) => /^guide-.*\.md$/.test(name))
  .sort();

export function guideText(name: string): string {
  return readFileSync(resolve(DOCS, name), 'utf8');
}

/** The fenced blocks of a page in their order. */
export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let open: { line: number; info: string; body: string[] } | undefined;
  for (const [index, line] of text.split('\n').entries()) {
    const fence = /^```(.*)$/.exec(line);
    if (fence === null) open?.body.push(line);
    else if (open === undefined) open = { line: index + 1, info: fence[1] ?? '', body: [] };
    else {
      const [language = '', ...rest] = open.info.trim().split(' ');
      blocks.push({ line: open.line, language, notes: notesOf(rest.join(' ')), text: open.body.join('\n') });
      open = undefined;
    }
  }
  if (open !== undefined) throw new Error(`the block of line ${open.line} has no end`);
  return blocks;
}

function notesOf(text: string): Record<string, string> {
  const file = /^file=(\S+)\s*(.*)$/.exec(text);
  if (file !== null) return { file: file[1] ?? '', ...notesOf(file[2] ?? '') };
  const note = /^(not-run|fails|needs|as): (.+)$/.exec(text);
  if (note === null && text !== '') throw new Error(`nothing is known of \`${text}\` behind a fence`);
  return note === null ? {} : { [note[1] ?? '']: note[2] ?? '' };
}

/** The commands of a block of shell: lines, with those that go on behind `\` or belong to a here-document. */
export function commandsOf({ text, line }: Block): ShellCommand[] {
  const commands: ShellCommand[] = [];
  let at: { line: number; lines: string[]; until?: string } | undefined;
  for (const [index, written] of text.split('\n').entries()) {
    if (at === undefined && /^\s*(#|$)/.test(written)) continue;
    at ??= { line: line + 1 + index, lines: [] };
    at.lines.push(written);
    at.until ??= /<<-?'?(\w+)'?/.exec(written)?.[1];
    const goesOn = at.until === undefined ? written.endsWith('\\') : written.trim() !== at.until;
    if (goesOn) continue;
    commands.push({ line: at.line, text: at.lines.join('\n') });
    at = undefined;
  }
  return commands;
}

/** A line of shown output as a pattern: `…` stands for anything, blanks for blanks. */
export function patternOf(shown: string): RegExp {
  const parts = shown
    .trim()
    .split(/\s*…\s*/)
    .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll(/\s+/g, '\\s+'));
  return new RegExp(parts.join('.*'));
}
