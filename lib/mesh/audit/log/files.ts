import type { Sha256 } from './merkle.ts';
import type { VerifySignature } from './note.ts';

/** The files of a log, or a witness's copies, wherever they are. */
export interface LogFiles {
  /** Every key; of a log that grows meanwhile the checkpoints last, after all that they are about. */
  keys(): Promise<readonly string[]>;
  /** The bytes of a key, whether `keys` named it or it came later, or undefined. */
  read(key: string): Promise<Uint8Array | undefined>;
}

export interface LogCrypto {
  readonly sha256: Sha256;
  readonly verify: VerifySignature;
}

/** True when both hold the same bytes. */
export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && beginsWith(left, right);
}

/** True when the bytes begin with those of `head`. */
export function beginsWith(bytes: Uint8Array, head: Uint8Array): boolean {
  if (head.length > bytes.length) return false;
  for (let index = 0; index < head.length; index += 1) if (bytes[index] !== head[index]) return false;
  return true;
}
