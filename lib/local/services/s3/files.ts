import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { survivesPowerLoss } from '../../core/power-loss.ts';

const LONGEST_NAME = 200;
/** Begins the name of a file that is being written. */
const TEMPORARY = '.tmp~';
const CHUNK = 8 * 1024 * 1024;

/**
 * The bytes of objects on disk. A version of key `a/b.parquet` is one file, `<bucket>/a/<sequence>~b.parquet`, which is never changed:
 * folders and the suffix of the name stay as the key has them, for engines that read them.
 */
export class ObjectFiles {
  readonly #folder: string;
  #temporary = 0;

  /** @param folder the folder of S3 in the local cloud; halves of files that a killed process left in it go. */
  constructor(folder: string) {
    this.#folder = folder;
    for (const { name: bucket, parentPath } of existsSync(folder) ? foldersIn(folder) : []) {
      const halves = readdirSync(join(parentPath, bucket)).filter((name) => name.startsWith(TEMPORARY));
      for (const half of halves) rmSync(join(parentPath, bucket, half), { force: true });
    }
  }

  path(bucket: string, file: string): string {
    return join(this.#folder, bucket, file);
  }

  /** Writes bytes so that the file is whole or absent, also after a crash. */
  write(bucket: string, file: string, chunks: Iterable<Uint8Array>): void {
    const path = this.path(bucket, file);
    mkdirSync(dirname(path), { recursive: true });
    this.#temporary += 1;
    const temporary = join(this.#folder, bucket, `${TEMPORARY}${process.pid}-${this.#temporary}`);
    const descriptor = openSync(temporary, 'w');
    try {
      for (const chunk of chunks) writeWhole(descriptor, chunk);
      if (survivesPowerLoss) fsyncSync(descriptor);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporary, path);
  }

  remove(bucket: string, file: string): void {
    rmSync(this.path(bucket, file), { force: true, recursive: true });
  }

  /** The bytes of a file from `start` to `end` (exclusive), piece by piece. */
  *read(bucket: string, file: string, start = 0, end = Number.POSITIVE_INFINITY): Generator<Buffer> {
    const descriptor = openSync(this.path(bucket, file), 'r');
    try {
      let at = start;
      while (at < end) {
        const buffer = Buffer.allocUnsafe(Math.min(CHUNK, end - at));
        const count = readSync(descriptor, buffer, 0, buffer.length, at);
        if (count === 0) return;
        at += count;
        yield buffer.subarray(0, count);
      }
    } finally {
      closeSync(descriptor);
    }
  }
}

/** The file of one version of a key; `sequence` makes it the version's own. */
export function fileOf(key: string, sequence: number): string {
  const segments = key.split('/').map(safeSegment);
  const name = segments.pop() ?? '';
  return ['objects', ...segments, `${sequence}~${name}`].join('/');
}

export function fileOfPart(uploadId: string, part: number): string {
  return `uploads/${uploadId}/${part}`;
}

/** A segment of a key as a file name that no other segment has: without `~`, which marks files, and never `.` or `..`. */
function safeSegment(segment: string): string {
  if (segment === '') return '%00';
  const encoded = encodeURIComponent(segment)
    .replaceAll(/[*~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/^\./, '%2E')
    .replaceAll('%3D', '=');
  if (encoded.length <= LONGEST_NAME) return encoded;
  const digest = createHash('sha256').update(segment).digest('hex');
  const [suffix = ''] = /(?:\.[A-Za-z0-9]{1,10}){1,2}$/.exec(encoded) ?? [];
  return `%_${digest}${suffix}`;
}

function foldersIn(folder: string) {
  return readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
}

function writeWhole(descriptor: number, chunk: Uint8Array): void {
  let at = 0;
  while (at < chunk.length) at += writeSync(descriptor, chunk, at);
}
