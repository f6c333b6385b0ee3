import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cloud } from '../../core/cloud.ts';
import { placeOf } from './relation/partition.ts';
import { storageOf } from './storage.ts';

export type Row = readonly (string | undefined)[];
export type ResultPlace = { readonly bucket: string; readonly key: string } | { readonly file: string };

/** Athena's CSV: every value in quotes, a quote doubled, NULL as nothing at all. */
export function toCsv(header: readonly string[], rows: readonly Row[]): string {
  const lines = [header, ...rows].map((row) =>
    row.map((text) => (text === undefined ? '' : `"${text.replaceAll('"', '""')}"`)).join(','),
  );
  return `${lines.join('\n')}\n`;
}

/** The rows of Athena's CSV, the header first; what stands there without quotes is NULL. */
export function fromCsv(text: string): Row[] {
  const rows: Row[] = [];
  let row: (string | undefined)[] = [];
  let at = 0;
  while (at < text.length) {
    if (text[at] === '"') {
      let end = text.indexOf('"', at + 1);
      while (text[end + 1] === '"') end = text.indexOf('"', end + 2);
      row.push(text.slice(at + 1, end).replaceAll('""', '"'));
      at = end + 1;
    } else row.push(undefined);
    if (text[at] === '\n' || at >= text.length) {
      rows.push(row);
      row = [];
    }
    at += 1;
    if (at < text.length || row.length === 0) continue;
    row.push(undefined);
    rows.push(row);
  }
  return rows;
}

/** `<location>/<id>.<suffix>`: where a result goes; a file of our own for managed results. */
export function placeFor(cloud: Cloud, location: string | undefined, name: string): ResultPlace {
  if (location === undefined) return { file: join(cloud.folder, 'athena-managed-results', name) };
  const { bucket, prefix } = placeOf(location);
  return { bucket, key: `${prefix}${name}` };
}

export function uriOf(place: ResultPlace): string | undefined {
  return 'bucket' in place ? `s3://${place.bucket}/${place.key}` : undefined;
}

export async function writeResult(cloud: Cloud, place: ResultPlace, text: string, contentType: string): Promise<void> {
  if ('bucket' in place) {
    storageOf(cloud).put(place.bucket, place.key, Buffer.from(text), contentType);
    return;
  }
  mkdirSync(join(place.file, '..'), { recursive: true });
  writeFileSync(place.file, text);
}

export async function readResult(cloud: Cloud, place: ResultPlace): Promise<string> {
  if ('file' in place) return readFileSync(place.file, 'utf8');
  return storageOf(cloud).read(place.bucket, place.key).toString('utf8');
}
