import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { ApiCall } from '#cli/api.ts';
import { askNames } from '#cli/complete/ask.ts';
import { remember, remembered } from '#cli/complete/names.ts';
import { everyPage, everyProduct, everySubscription } from '#cli/pages.ts';
import { aviation } from '../local/mesh.ts';

/** An API whose lists have a page for each of those given, and that keeps what it was asked. */
function listing(...pages: readonly Record<string, unknown>[]) {
  const asked: ApiCall[] = [];
  const api = async <T>(call: ApiCall): Promise<T> => {
    asked.push(call);
    const index = Number(call.query?.next ?? 0);
    const next = index + 1 < pages.length ? { next: String(index + 1) } : {};
    return { ...pages[index], ...next } as T;
  };
  return { connection: { api, topology: aviation() }, asked };
}

describe('what a command reads of a list', () => {
  test('is all of its pages, each asked for with the same filter, and looks as if it were one', async () => {
    const { connection, asked } = listing(
      { scopes: ['a', 'b'], refused: ['r'] },
      { scopes: [] },
      { scopes: ['c'], refused: [] },
    );
    const told: string[] = [];
    const io = { progress: { step: (what: string) => void told.push(what), pause: () => {} } };
    expect(await everyPage(connection, '/policies', { state: 'x' }, io)).toEqual({
      scopes: ['a', 'b', 'c'],
      refused: ['r'],
    });
    expect(asked.map(({ query }) => query)).toEqual([
      { state: 'x', limit: '1000', next: undefined },
      { state: 'x', limit: '1000', next: '1' },
      { state: 'x', limit: '1000', next: '2' },
    ]);
    expect(told).toEqual(['3 read of /policies', '3 read of /policies']);
  });

  test('is in the order that people know, whatever that of the pages', async () => {
    const named = (name: string, major: number) => ({ domain: 'd', name, major });
    const products = listing(
      { products: [named('a', 1), named('a', 10)] },
      { products: [named('a', 2), named('b', 1)] },
    );
    const found = await everyProduct(products.connection);
    expect(found.map(({ name, major }) => `${name}${major}`)).toEqual(['a1', 'a2', 'a10', 'b1']);
    const { connection } = listing({
      subscriptions: [
        { consumer: 'x', id: 'p.v1' },
        { consumer: 'a', id: 'p.v2' },
      ],
    });
    expect((await everySubscription(connection)).map(({ id }) => id)).toEqual(['p.v2', 'p.v1']);
  });
});

describe('what completion reads', () => {
  const page = {
    products: [{ domain: 'sales', name: 'orders' }],
    subscriptions: [{ id: 'sales.orders.v1.finance.a' }],
  };

  test.each([
    ['', undefined, undefined],
    ['sa', 'sa', undefined],
    ['sales/or', 'sales/or', undefined],
    ['sales.orders.v1.fi', undefined, 'sales/orders'],
    ['--as', undefined, undefined],
  ])('of %j is one page of each list, and what the word begins', async (word, prefix, product) => {
    const { connection, asked } = listing(page, page);
    const names = await askNames(connection, word);
    expect(asked.map(({ path, query }) => [path, query])).toEqual([
      ['/products', { prefix }],
      ['/subscriptions', { product }],
    ]);
    expect(names).toMatchObject({ product: ['sales/orders'], word, whole: false });
  });

  test.each([
    ['sal', true, 'sa', true],
    ['sa', false, 'sa', true],
    ['sal', false, 'sa', false],
    ['fi', true, 'sa', false],
    ['fi', true, '', true],
  ])('for %j is remembered when that was %s all of %j: %s', async (word, whole, asked, fresh) => {
    const file = join(mkdtempSync(join(tmpdir(), 'weft-names-')), 'names.json');
    const { connection } = listing({ products: [], subscriptions: [] });
    remember(file, { ...(await askNames(connection, asked)), whole });
    expect(remembered(file, word)?.fresh).toBe(fresh);
  });
});
