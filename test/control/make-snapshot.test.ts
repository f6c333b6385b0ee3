import { describe, expect, test } from '@jest/globals';
import type { PipelineProduct } from '#control/pipeline/deps.ts';
import { type ExchangeDeps, makeSnapshot } from '#control/pipeline/make-snapshot.ts';
import type { ExportManifest } from '#mesh/product/export-manifest.ts';

const AT = '2026-11-30T03:00:00Z';
const FOLDER = 'freight/prices/2026-11-30/';

/** A bucket and an Athena that unloads two files below wherever it is told to. */
function world(options: { readonly fails?: RegExp } = {}) {
  const objects = new Map<string, string>();
  const statements: string[] = [];
  const removed: string[] = [];
  const table = (name: string) => ({ name, database: 'sales', columns: [{ name: 'article', type: 'string' }] });
  const deps = {
    mesh: 'shop',
    account: '210000000011',
    exchangeBucket: 'exchange',
    products: [{ domain: 'sales', name: 'prices', version: '1.2.0', major: 1 } as PipelineProduct],
    exchange: [
      {
        product: 'prices',
        partner: 'freight',
        every: { count: 1, unit: 'day' },
        tables: [table('prices'), table('terms')],
      },
    ],
    statements: {
      start: async (sql: string) => statements.push(sql).toString(),
      ended: async (id: string) => {
        const sql = statements[Number(id) - 1] ?? '';
        if (options.fails?.test(sql)) return { state: 'failed', reason: 'no such column', scannedBytes: 0 };
        const [, target = ''] = /TO 's3:\/\/exchange\/([^']+)'/.exec(sql) ?? [];
        if ([...objects.keys()].some((key) => key.startsWith(target))) throw new Error('the folder is not empty');
        for (const file of ['a', 'b']) objects.set(`${target}${file}`, `${target} ${file}`);
        return { state: 'succeeded', scannedBytes: 1 };
      },
    },
    objects: {
      remove: async (_bucket: string, key: string) => {
        removed.push(key);
        objects.delete(key);
      },
    },
    digest: async (_bucket: string, key: string) => ({ bytes: objects.get(key)?.length ?? 0, sha256: `of ${key}` }),
    keys: async (_bucket: string, prefix: string) => [...objects.keys()].filter((key) => key.startsWith(prefix)),
    putOnce: async (key: string, body: string) => {
      if (objects.has(key)) return false;
      objects.set(key, body);
      return true;
    },
    now: () => new Date(AT),
  };
  return { deps: deps as unknown as ExchangeDeps, objects, statements, removed };
}

describe('a snapshot for a partner', () => {
  test('is the files that Athena unloads, and a manifest with their checksums', async () => {
    const { deps, objects, statements } = world();
    expect(await makeSnapshot('freight/prices', AT, deps)).toBe(FOLDER);
    expect(statements[0]).toBe(
      `UNLOAD (SELECT "article" FROM "sales"."prices") TO 's3://exchange/${FOLDER}prices/' WITH (format = 'PARQUET')`,
    );
    const manifest = JSON.parse(objects.get(`${FOLDER}manifest.json`) ?? '') as ExportManifest;
    expect(manifest).toMatchObject({
      product: 'sales/prices',
      version: '1.2.0',
      principal: 'arn:aws:iam::210000000011:role/shop-sales-pipeline',
      tables: [{ name: 'prices' }, { name: 'terms' }],
    });
    expect(manifest.files.map(({ path, sha256 }) => [path, sha256])).toEqual(
      ['prices/a', 'prices/b', 'terms/a', 'terms/b'].map((path) => [path, `of ${FOLDER}${path}`]),
    );
  });

  test('is made once, however often it is due', async () => {
    const { deps, objects, statements, removed } = world();
    await makeSnapshot('freight/prices', AT, deps);
    const before = new Map(objects);
    expect(await makeSnapshot('freight/prices', '2026-11-30T20:00:00Z', deps)).toBe(FOLDER);
    expect({ statements: statements.length, removed }).toEqual({ statements: 2, removed: [] });
    expect(objects).toEqual(before);
  });

  test('that was cut short has no manifest, and is made anew', async () => {
    const broken = world({ fails: /terms/ });
    await expect(makeSnapshot('freight/prices', AT, broken.deps)).rejects.toThrow(
      /snapshot of "terms" failed: no such/,
    );
    expect([...broken.objects.keys()]).toEqual([`${FOLDER}prices/a`, `${FOLDER}prices/b`]);
    const { deps, objects, removed } = world();
    for (const [key, body] of broken.objects) objects.set(key, body);
    await makeSnapshot('freight/prices', AT, deps);
    expect(removed).toEqual([`${FOLDER}prices/a`, `${FOLDER}prices/b`]);
    expect(objects.has(`${FOLDER}manifest.json`)).toBe(true);
  });

  test('of an exchange that is not deployed is refused', async () => {
    await expect(makeSnapshot('freight/costs', AT, world().deps)).rejects.toThrow(/no exchange "freight\/costs"/);
  });
});
