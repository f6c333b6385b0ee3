import { logCrypto } from '#aws/log-crypto.ts';
import type { LogFiles } from '#mesh/audit/log/files.ts';
import { formatVerifierKey, type VerifierKey } from '#mesh/audit/log/note.ts';
import { checkProof } from '#mesh/audit/log/proof.ts';
import { CHECKPOINT } from '#mesh/audit/log/tile.ts';
import { WeftError } from '#mesh/error.ts';
import type { Connection } from './connection.ts';
import { meshLog } from './log-files.ts';
import { proofOf } from './log-proof.ts';

/** The log as it stood at one moment, to prove entries out of it. */
export interface ProvingLog {
  /** The signed note that every proof leads to; absent while the log has none. */
  readonly checkpoint?: string;
  /** The public key as a verifier key. */
  readonly key: string;
  /** A self-contained proof that the log holds the entry of that id; undefined where it does not hold it yet. */
  prove(id: string): Promise<string | undefined>;
}

/** Opens the log of the mesh at its newest checkpoint: what is signed meanwhile changes no proof. */
export async function provingLog(connection: Connection): Promise<ProvingLog> {
  const { files, key } = await meshLog(connection);
  const still = standStill(files);
  const note = await still.read(CHECKPOINT);
  return {
    ...(note === undefined ? {} : { checkpoint: new TextDecoder().decode(note) }),
    key: formatVerifierKey(key),
    async prove(id) {
      if (note === undefined) return undefined;
      try {
        return (await proofOf(id, still, key)).proof;
      } catch (error) {
        if (error instanceof WeftError && isMissing(error)) return undefined;
        throw error;
      }
    },
  };
}

/** True when the log, as far as it is signed, has no such entry. */
function isMissing({ code }: WeftError): boolean {
  return code.endsWith('-012');
}

/** Files that are read once each. */
function standStill(files: LogFiles): LogFiles {
  const known = new Map<string, Promise<Uint8Array | undefined>>();
  return {
    ...files,
    read(key) {
      const found = known.get(key) ?? files.read(key);
      known.set(key, found);
      return found;
    },
  };
}

/** Checks a proof by the log's public key: the text of the entry that it proves, or why it proves nothing. */
export function checkEntryProof(
  proof: string,
  key: VerifierKey,
): { readonly entry: string } | { readonly wrong: string } {
  return checkProof(proof, key, logCrypto);
}
