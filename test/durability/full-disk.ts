import { Store } from '#local/core/store.ts';

/** Writes to a store until its file may grow no more, and tells how the store is then. */
const store = new Store(process.argv[2]);
let written = 0;
let refused = '';
try {
  for (; written < 10_000; written += 1)
    store.transaction(() => {
      store.put('outer', String(written), 'x'.repeat(5_000));
      store.transaction(() => store.put('inner', String(written), 'x'.repeat(5_000)));
    });
} catch (error) {
  refused = (error as Error).message;
}
const whole = Array.from({ length: written }, (_, index) =>
  ['outer', 'inner'].every((ns) => store.get(ns, String(index)) !== undefined),
);
const half = ['outer', 'inner'].filter((ns) => store.get(ns, String(written)) !== undefined);
const usable = store.transaction(() => store.transaction(() => store.get<string>('outer', '0')?.length));
console.log(JSON.stringify({ written, refused, lost: whole.filter((is) => !is).length, half, usable }));
