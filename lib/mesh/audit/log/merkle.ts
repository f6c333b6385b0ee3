import { sameBytes } from './bytes.ts';
/** SHA-256 of bytes; passed in, because this part of the mesh knows no platform. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

/** A hash of 32 bytes. */
export type Hash = Uint8Array;

export const HASH_BYTES = 32;

/** RFC 6962, section 2.1: the hash of a leaf. */
export function leafHash(data: Uint8Array, sha256: Sha256): Hash {
  const bytes = new Uint8Array(1 + data.length);
  bytes.set(data, 1);
  return sha256(bytes);
}

/** RFC 6962, section 2.1: the hash of two subtrees. */
export function nodeHash(left: Hash, right: Hash, sha256: Sha256): Hash {
  const bytes = new Uint8Array(1 + 2 * HASH_BYTES);
  bytes[0] = 1;
  bytes.set(left, 1);
  bytes.set(right, 1 + HASH_BYTES);
  return sha256(bytes);
}

/** The largest power of two that is smaller than `size`, where a tree of that size is split; 1 of 1. */
export function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}

/** RFC 6962, section 2.1: the root over the hashes of leaves, or of subtrees that are all of the same size; of none, the hash of nothing. */
export function rootOf(hashes: readonly Hash[], sha256: Sha256): Hash {
  if (hashes.length === 0) return sha256(new Uint8Array());
  let row = hashes;
  // Pairs of neighbours, an odd one carried up as it is: the same tree as by splitting at powers of two.
  while (row.length > 1) {
    const next: Hash[] = [];
    for (let index = 0; index + 1 < row.length; index += 2)
      next.push(nodeHash(row[index] as Hash, row[index + 1] as Hash, sha256));
    if (row.length % 2 === 1) next.push(row.at(-1) as Hash);
    row = next;
  }
  return row[0] as Hash;
}

/** RFC 6962, section 2.1.1: the siblings of a leaf from the bottom up. */
export function inclusionPath(index: number, leaves: readonly Hash[], sha256: Sha256): Hash[] {
  if (leaves.length <= 1) return [];
  const split = splitOf(leaves.length);
  return index < split
    ? [...inclusionPath(index, leaves.slice(0, split), sha256), rootOf(leaves.slice(split), sha256)]
    : [...inclusionPath(index - split, leaves.slice(split), sha256), rootOf(leaves.slice(0, split), sha256)];
}

/** The root that a leaf and its siblings give for a tree of that size; undefined when there are too many siblings or too few. */
export function rootFromInclusion(
  proof: { readonly index: number; readonly size: number; readonly leaf: Hash; readonly path: readonly Hash[] },
  sha256: Sha256,
): Hash | undefined {
  let { index: at, leaf: hash } = proof;
  let last = proof.size - 1;
  if (at < 0 || at > last) return undefined;
  for (const sibling of proof.path) {
    if (last === 0) return undefined;
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(sibling, hash, sha256);
      while (at % 2 === 0 && at !== 0) {
        at /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      hash = nodeHash(hash, sibling, sha256);
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? hash : undefined;
}

/** RFC 6962, section 2.1.2: what shows that the tree of the first `old` leaves became the tree of all. */
export function consistencyPath(old: number, leaves: readonly Hash[], sha256: Sha256): Hash[] {
  const walk = (size: number, part: readonly Hash[], whole: boolean): Hash[] => {
    if (size === part.length) return whole ? [] : [rootOf(part, sha256)];
    const split = splitOf(part.length);
    return size <= split
      ? [...walk(size, part.slice(0, split), whole), rootOf(part.slice(split), sha256)]
      : [...walk(size - split, part.slice(split), false), rootOf(part.slice(0, split), sha256)];
  };
  return old <= 0 || old >= leaves.length ? [] : walk(old, leaves, true);
}

/** True when the path shows that the tree of `oldRoot` is the beginning of the tree of `newRoot`. */
export function isConsistent(
  claim: {
    readonly oldSize: number;
    readonly oldRoot: Hash;
    readonly newSize: number;
    readonly newRoot: Hash;
    readonly path: readonly Hash[];
  },
  sha256: Sha256,
): boolean {
  const { oldSize, oldRoot, newSize, newRoot, path } = claim;
  if (oldSize > newSize || oldSize < 0) return false;
  if (oldSize === newSize) return path.length === 0 && sameBytes(oldRoot, newRoot);
  if (oldSize === 0) return path.length === 0;
  let at = oldSize - 1;
  let last = newSize - 1;
  while (at % 2 === 1) {
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  const rest = [...path];
  const first = at === 0 ? oldRoot : rest.shift();
  if (first === undefined) return false;
  let before = first;
  let after = first;
  for (const hash of rest) {
    if (last === 0) return false;
    if (at % 2 === 1 || at === last) {
      before = nodeHash(hash, before, sha256);
      after = nodeHash(hash, after, sha256);
      while (at % 2 === 0 && at !== 0) {
        at /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      after = nodeHash(after, hash, sha256);
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && sameBytes(before, oldRoot) && sameBytes(after, newRoot);
}
