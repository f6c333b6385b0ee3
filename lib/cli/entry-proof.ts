import type { Connection } from './connection.ts';

/** Gives a proof that the log holds the entry of that id, self-contained; undefined where there is none. */
export type EntryProof = (id: string) => Promise<string | undefined>;

/** Checks a proof by the log's public key: the text of the entry that it proves, or why it proves nothing. */
export type ProofCheck = (proof: string, key: string) => { readonly entry: string } | { readonly wrong: string };

/** Proofs out of the mesh's own log; none where entries are not in a log. */
export function entryProofs(_connection: Connection): EntryProof {
  return async () => undefined;
}

/** The check of such proofs; undefined where there is nothing to check them with. */
export const checkEntryProof: ProofCheck | undefined = undefined;
