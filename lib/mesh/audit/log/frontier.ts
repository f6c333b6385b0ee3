import { type Hash, nodeHash, type Sha256 } from './merkle.ts';

/** The roots of the perfect subtrees of a growing tree: one hash for each leaf that is added, and the root of every size on the way. */
export class Frontier {
  readonly #sha256: Sha256;
  /** By height; absent where the tree has no perfect subtree of it. */
  readonly #roots: (Hash | undefined)[] = [];
  size = 0;

  constructor(sha256: Sha256) {
    this.#sha256 = sha256;
  }

  add(leaf: Hash): void {
    let hash = leaf;
    let height = 0;
    for (; this.#roots[height] !== undefined; height += 1) {
      hash = nodeHash(this.#roots[height] as Hash, hash, this.#sha256);
      this.#roots[height] = undefined;
    }
    this.#roots[height] = hash;
    this.size += 1;
  }

  root(): Hash {
    let root: Hash | undefined;
    for (const subtree of this.#roots) {
      if (subtree === undefined) continue;
      root = root === undefined ? subtree : nodeHash(subtree, root, this.#sha256);
    }
    return root ?? this.#sha256(new Uint8Array());
  }
}
