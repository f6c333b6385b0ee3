import { sameBytes } from './bytes.ts';
import { type Checkpoint, openCheckpoint } from './checkpoint.ts';
import { HASH_BYTES, type Hash, leafHash, rootFromInclusion, type Sha256 } from './merkle.ts';
import { base64Of, bytesOf, type VerifierKey, type VerifySignature } from './note.ts';

const HEAD = 'c2sp.org/tlog-proof@v1';

/** That an entry is in a log: C2SP tlog-proof, with the entry itself as its extra data. */
export interface EntryProof {
  readonly index: number;
  /** The entry's canonical text, as bytes. */
  readonly leaf: Uint8Array;
  /** From the leaf's sibling up. */
  readonly path: readonly Hash[];
  /** The signed note. */
  readonly checkpoint: string;
}

export function formatProof({ index, leaf, path, checkpoint }: EntryProof): string {
  return `${[HEAD, `extra ${base64Of(leaf)}`, `index ${index}`, ...path.map(base64Of)].join('\n')}\n\n${checkpoint}`;
}

/** Reads a proof; undefined when it has not the form of one. */
function parseProof(text: string): EntryProof | undefined {
  const split = text.indexOf('\n\n');
  const [head, extra = '', position = '', ...hashes] = text.slice(0, split).split('\n');
  const leaf = bytesOf(/^extra (\S+)$/.exec(extra)?.[1] ?? '');
  const index = /^index (0|[1-9]\d{0,15})$/.exec(position)?.[1];
  if (split < 0 || head !== HEAD || leaf === undefined || leaf.length === 0 || index === undefined) return undefined;
  const path = hashes.map(bytesOf);
  if (path.some((hash) => hash?.length !== HASH_BYTES)) return undefined;
  return { index: Number(index), leaf, path: path as Hash[], checkpoint: text.slice(split + 2) };
}

/** What a proof proves, or why it proves nothing. */
export function checkProof(
  text: string,
  key: VerifierKey,
  { sha256, verify }: { readonly sha256: Sha256; readonly verify: VerifySignature },
): { readonly entry: string; readonly index: number; readonly checkpoint: Checkpoint } | { readonly wrong: string } {
  const proof = parseProof(text);
  if (proof === undefined) return { wrong: `it has not the form of ${HEAD} with an entry as its extra data` };
  const opened = openCheckpoint(proof.checkpoint, key, verify);
  if ('wrong' in opened) return { wrong: `its checkpoint does not count: ${opened.wrong}` };
  const { checkpoint } = opened;
  const { index, path } = proof;
  const root = rootFromInclusion({ index, size: checkpoint.size, leaf: leafHash(proof.leaf, sha256), path }, sha256);
  if (root === undefined)
    return { wrong: `${path.length} hashes do not lead from index ${index} to the root of ${checkpoint.size} entries` };
  if (!sameBytes(root, checkpoint.root)) return { wrong: 'entry and hashes do not give the root that was signed' };
  return { entry: new TextDecoder().decode(proof.leaf), index, checkpoint };
}
