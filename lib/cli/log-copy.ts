import type { LogFiles } from '#mesh/audit/log/files.ts';
import { CHECKPOINT, CHECKPOINTS } from '#mesh/audit/log/tile.ts';

/** Where a copy goes. */
export interface CopyPlace {
  has(name: string): boolean;
  write(name: string, bytes: Uint8Array): void;
}

/** How often files are listed again, because the log has grown while they were copied. */
const PASSES = 20;

/**
 * Copies what is not there yet, and goes on until a listing names nothing new: then all that the checkpoints are about has been copied, however the log
 * grew meanwhile. Answers how many files there are.
 */
export async function copyFiles(from: LogFiles, { has, write }: CopyPlace): Promise<number> {
  let names: readonly string[] = [];
  for (let pass = 0, fresh = 1; fresh > 0 && pass < PASSES; pass += 1) {
    fresh = 0;
    names = await from.keys();
    for (const name of names) {
      // Everything but the newest checkpoint is written once.
      if (name === CHECKPOINT || has(name)) continue;
      const bytes = await from.read(name);
      if (bytes === undefined) continue;
      write(name, bytes);
      fresh += 1;
    }
  }
  if (!names.includes(CHECKPOINT)) return names.length;
  const head = await from.read(CHECKPOINT);
  const newest = names
    .filter((name) => name.startsWith(CHECKPOINTS))
    .toSorted()
    .at(-1);
  // One that came after the last listing is about entries that are not in the copy.
  const size = Number(head && new TextDecoder().decode(head).split('\n')[1]);
  const isLater = newest !== undefined && size > Number(newest.slice(CHECKPOINTS.length));
  const bytes =
    isLater && (await from.read(`${CHECKPOINTS}${String(size).padStart(12, '0')}`)) ? await from.read(newest) : head;
  if (bytes !== undefined) write(CHECKPOINT, bytes);
  return names.length;
}
