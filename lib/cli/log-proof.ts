import { logCrypto } from '#aws/log-crypto.ts';
import { openCheckpoint } from '#mesh/audit/log/checkpoint.ts';
import type { LogFiles } from '#mesh/audit/log/files.ts';
import type { VerifierKey } from '#mesh/audit/log/note.ts';
import { formatProof } from '#mesh/audit/log/proof.ts';
import { indexOfEntry, leafAt, pathFromTiles } from '#mesh/audit/log/prove.ts';
import { CHECKPOINT } from '#mesh/audit/log/tile.ts';
import { userError, WeftError } from '#mesh/error.ts';

/**
 * The proof that an entry, by its id or its index, is in a log.
 * @throws WEFT-AUDIT-012 when the log has no such entry, WEFT-AUDIT-016 when files of it are missing or wrong.
 */
export async function proofOf(
  entry: string,
  files: LogFiles,
  key: VerifierKey,
): Promise<{ readonly index: number; readonly size: number; readonly proof: string }> {
  const note = await files.read(CHECKPOINT);
  const checkpoint = new TextDecoder().decode(note);
  const opened = openCheckpoint(checkpoint, key, logCrypto.verify);
  if ('wrong' in opened)
    throw broken(
      note === undefined ? 'there is no checkpoint' : `the newest checkpoint does not count: ${opened.wrong}`,
    );
  const { size } = opened.checkpoint;
  const index =
    (await indexOfEntry(entry, files, logCrypto.sha256)) ?? (/^\d{1,15}$/.test(entry) ? Number(entry) : undefined);
  if (index === undefined || index >= size)
    throw userError('WEFT-AUDIT-012', `the trail of ${size} entries has no entry ${JSON.stringify(entry)}`, {
      hint: 'ids are in: weft audit list --json --as governance/auditor; an entry is signed a moment after it is made',
    });
  const [leaf, path] = await Promise.all([
    leafAt(index, size, files),
    pathFromTiles(index, size, files, logCrypto.sha256),
  ]);
  if (leaf === undefined || path === undefined) throw broken(`files of entry ${index} are missing`);
  return { index, size, proof: formatProof({ index, leaf, path, checkpoint }) };
}

function broken(what: string): WeftError {
  return new WeftError('WEFT-AUDIT-016', `nothing can be proven from this log: ${what}`, {
    source: 'user',
    hint: 'weft audit verify says what is wrong, and where',
  });
}
