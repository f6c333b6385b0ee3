import { existsSync, lstatSync, mkdirSync, mkdtempSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { userError } from '#mesh/error.ts';
import type { TemplateFile } from '#mesh/template/instantiate.ts';

/**
 * What stands where files are to be written, relative to the folder: a file of the same name, or one where a folder is needed.
 * Nothing is ever overwritten.
 */
export function inTheWay(folder: string, files: readonly TemplateFile[]): string[] {
  const taken = new Set<string>();
  for (const { path } of files) {
    const parts = path.split('/');
    for (let length = 0; length <= parts.length; length += 1) {
      const place = join(folder, ...parts.slice(0, length));
      const there = lstatSync(place, { throwIfNoEntry: false });
      if (there === undefined) break;
      if (length === parts.length || !there.isDirectory()) {
        taken.add(relative(folder, place) || '.');
        break;
      }
    }
  }
  return [...taken];
}

/**
 * Writes all files or none: into a folder beside, which then takes its place; into a folder that is there already, file by file, and back again when one fails.
 * @throws WeftError `WEFT-TEMPLATE-008` with everything that stands in the way, `-013` when the folder cannot be written.
 */
export function writeFiles(folder: string, files: readonly TemplateFile[]): void {
  const taken = inTheWay(folder, files);
  if (taken.length > 0) {
    throw userError('WEFT-TEMPLATE-008', `${taken.length} file(s) stand in the way in ${folder}: ${taken.join(', ')}`, {
      hint: 'nothing was written: move them, or name another folder with --dir',
    });
  }
  const draft = draftBeside(folder);
  try {
    for (const { path, content } of files) {
      mkdirSync(dirname(join(draft, path)), { recursive: true });
      writeFileSync(join(draft, path), content);
    }
    if (existsSync(folder)) moveInto(folder, draft, files);
    else renameSync(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

function draftBeside(folder: string): string {
  try {
    mkdirSync(dirname(folder), { recursive: true });
    return mkdtempSync(join(dirname(folder), `.${basename(folder)}-`));
  } catch (cause) {
    throw userError('WEFT-TEMPLATE-013', `nothing can be written beside ${folder}: ${(cause as Error).message}`, {
      cause,
      hint: 'name a folder of yours with --dir',
    });
  }
}

function moveInto(folder: string, draft: string, files: readonly TemplateFile[]): void {
  const undo: (() => void)[] = [];
  try {
    for (const { path } of files) {
      const target = join(folder, path);
      makeFolders(dirname(target), undo);
      renameSync(join(draft, path), target);
      undo.push(() => rmSync(target));
    }
  } catch (error) {
    for (const step of undo.toReversed()) step();
    throw error;
  }
}

function makeFolders(folder: string, undo: (() => void)[]): void {
  if (existsSync(folder)) return;
  makeFolders(dirname(folder), undo);
  mkdirSync(folder);
  undo.push(() => rmdirSync(folder));
}
