import { Store } from '#local/core/store.ts';

/** Calls back after each write of a store that holds: after one by itself, and after a transaction. Gives what ends it. */
export function afterEachWrite(callback: () => void): () => void {
  const { put, delete: remove, clear, transaction } = Store.prototype;
  let depth = 0;
  const held = <T>(value: T): T => {
    if (depth === 0) callback();
    return value;
  };
  Object.assign(Store.prototype, {
    put(this: Store, ...given: Parameters<Store['put']>) {
      return held(put.apply(this, given));
    },
    delete(this: Store, ...given: Parameters<Store['delete']>) {
      return held(remove.apply(this, given));
    },
    clear(this: Store, ...given: Parameters<Store['clear']>) {
      return held(clear.apply(this, given));
    },
    transaction(this: Store, work: () => unknown) {
      depth += 1;
      let given: unknown;
      try {
        given = transaction.call(this, work);
      } finally {
        depth -= 1;
      }
      return held(given);
    },
  });
  return () => void Object.assign(Store.prototype, { put, delete: remove, clear, transaction });
}
