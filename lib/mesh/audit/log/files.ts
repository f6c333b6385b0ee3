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
