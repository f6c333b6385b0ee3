import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { comparePlaces, type List, pageOf, rowsBehind } from '#control/paged.ts';
import { wholeList } from '#mesh/page.ts';
import { CURSORS } from './sealed.ts';

interface Entry {
  readonly key: string;
  readonly text?: string;
}

/** A list over keys that may change while it is read; `reads` portions in a page, of `portion` keys each. */
function listOf(keys: Set<string>, { portion = 5, reads, isShown = () => true, text }: Shape = {}): List<Entry> {
  return {
    route: 'GET /things',
    filter: {},
    ...(reads === undefined ? {} : { reads }),
    async *read(after) {
      let place = after;
      for (;;) {
        const rows = rowsBehind(
          [...keys].map((key) => ({
            place: [key],
            ...(isShown(key) ? { entry: { key, ...(text === undefined ? {} : { text }) } } : {}),
          })),
          place,
        );
        yield { rows: rows.slice(0, portion), more: rows.length > portion };
        if (rows.length <= portion) return;
        place = rows[portion - 1]?.place;
      }
    },
  };
}

interface Shape {
  readonly portion?: number;
  readonly reads?: number;
  readonly isShown?: (key: string) => boolean;
  readonly text?: string;
}

const deps = { cursors: CURSORS };
const KEYS = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,3}$/), { maxLength: 40 });

describe('the pages of a list', () => {
  test('are together the list, whatever the limit and whatever is hidden', async () => {
    await fc.assert(
      fc.asyncProperty(
        KEYS,
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 7 }),
        fc.integer({ min: 1, max: 3 }),
        async (keys, limit, portion, reads) => {
          const isShown = (key: string) => key.charCodeAt(0) % 3 !== 0;
          const list = listOf(new Set(keys), { portion, reads, isShown });
          const pages: (readonly Entry[])[] = [];
          const { entries } = await wholeList(async (next) => {
            const page = await pageOf(list, { limit: String(limit), next }, deps);
            pages.push(page.entries);
            return page;
          });
          expect(entries.map(({ key }) => key)).toEqual(keys.filter(isShown).toSorted());
          expect(pages.every((page) => page.length <= limit)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('have all that was there all along once, whatever comes and goes between them', async () => {
    const changes = fc.array(fc.tuple(fc.boolean(), fc.stringMatching(/^[a-z]{1,3}$/)), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(KEYS, changes, fc.integer({ min: 1, max: 5 }), async (keys, steps, limit) => {
        const now = new Set(keys);
        const stayed = new Set(keys);
        const pending = [...steps];
        const { entries } = await wholeList(async (next) => {
          const page = await pageOf(listOf(now), { limit: String(limit), next }, deps);
          for (const [comes, key] of pending.splice(0, 2)) {
            if (comes) now.add(key);
            else {
              now.delete(key);
              stayed.delete(key);
            }
          }
          return page;
        });
        const found = entries.map(({ key }) => key);
        expect(found).toEqual([...new Set(found)]);
        expect([...stayed].filter((key) => !found.includes(key))).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test('read so much and no more: a page is short, and goes on', async () => {
    const keys = new Set(Array.from({ length: 100 }, (_, index) => `k${String(index).padStart(3, '0')}`));
    const list = listOf(keys, { portion: 5, reads: 4, isShown: (key) => key === 'k050' });
    const sizes: number[] = [];
    await wholeList(async (next) => {
      const page = await pageOf(list, { next }, deps);
      sizes.push(page.entries.length);
      return page;
    });
    expect(sizes).toEqual([0, 0, 1, 0, 0]);
  });

  test('end before they are too big, also where each character is escaped', async () => {
    const keys = new Set(Array.from({ length: 40 }, (_, index) => `k${index}`));
    const list = listOf(keys, { portion: 1000, text: '"'.repeat(150_000) });
    const sizes: number[] = [];
    const { entries } = await wholeList(async (next) => {
      const page = await pageOf(list, { limit: '1000', next }, deps);
      sizes.push(Buffer.byteLength(JSON.stringify({ body: JSON.stringify(page) })));
      return page;
    });
    expect(entries).toHaveLength(40);
    expect(Math.max(...sizes)).toBeLessThan(6 * 1024 * 1024);
  });

  test('a page that just holds the rest says that it is the last', async () => {
    const page = await pageOf(listOf(new Set(['a', 'b'])), { limit: '2' }, deps);
    expect(page).toEqual({ entries: [{ key: 'a' }, { key: 'b' }] });
  });

  test.each(['0', '1001', '-1', '1.5', '', 'all', '00001', '١'])('a limit of %j is refused', async (limit) => {
    await expect(pageOf(listOf(new Set()), { limit }, deps)).rejects.toMatchObject({
      code: 'WEFT-API-012',
      hint: expect.stringContaining('200'),
    });
  });
});

describe('a place in a list', () => {
  const list = { route: 'GET /things', filter: { of: 'sales', state: undefined } };
  const seal = () => CURSORS.seal(list, ['finance#sales.orders.v1.finance.a1']);

  test('comes back as it was, and says nothing to whoever carries it', async () => {
    const text = await seal();
    expect(await CURSORS.open({ ...list, filter: { of: 'sales' } }, text)).toEqual([
      'finance#sales.orders.v1.finance.a1',
    ]);
    expect(Buffer.from(text, 'base64url').toString('latin1')).not.toMatch(/sales|finance|orders/);
    expect(text).not.toBe(await seal());
    expect(text).toHaveLength((await CURSORS.seal(list, ['a'])).length);
    // Of a value in a query more is not read.
    expect((await CURSORS.seal(list, ['x'.repeat(500)])).length).toBeLessThan(1024);
  });

  test('is refused in another list and under another filter', async () => {
    const text = await seal();
    for (const other of [
      { ...list, route: 'GET /others' },
      { ...list, filter: { of: 'finance' } },
      { ...list, filter: { of: 'sales', state: 'active' } },
      { ...list, filter: {} },
    ])
      await expect(CURSORS.open(other, text)).rejects.toMatchObject({ code: 'WEFT-API-011', hint: expect.any(String) });
  });

  test('is refused when it is damaged, however little', async () => {
    const text = await seal();
    await fc.assert(
      fc.asyncProperty(fc.nat(text.length - 1), fc.stringMatching(/^[A-Za-z0-9_-]$/), async (at, sign) => {
        fc.pre(text[at] !== sign);
        const damaged = text.slice(0, at) + sign + text.slice(at + 1);
        await expect(CURSORS.open(list, damaged)).rejects.toMatchObject({ code: 'WEFT-API-011' });
      }),
    );
    for (const other of ['', 'x', text.slice(1), `${text}A`, `${text}=`, ` ${text}`, text.slice(0, 38), 'null'])
      await expect(CURSORS.open(list, other)).rejects.toMatchObject({ code: 'WEFT-API-011' });
  });

  test('has an order part by part', () => {
    const places = [['b'], ['a', 'z'], ['a'], ['a', 'b', 'c'], ['ab']];
    expect(places.toSorted(comparePlaces)).toEqual([['a'], ['a', 'b', 'c'], ['a', 'z'], ['ab'], ['b']]);
  });
});
