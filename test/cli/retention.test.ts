import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { canonicalText } from '#mesh/canonical.ts';
import { type DisposalRecord, disposalStatement } from '#mesh/retention/record.ts';
import { runWeft } from './run-weft.ts';

const RECORD: DisposalRecord = {
  format: 'weft.disposal/1',
  id: '20260615T000000000Z-abc',
  mesh: 'toy',
  domain: 'sales',
  account: '222222222222',
  what: 'table',
  product: 'sales/orders',
  major: 1,
  table: 'orders',
  rule: 'retention 1 y, by day',
  upTo: '2025-06-01T00:00:00.000Z',
  startedAt: '2026-06-15T00:00:00.000Z',
  completedAt: '2026-06-15T00:00:01.000Z',
  partitions: [{ values: ['2025-05-31'], location: 's3://b/orders/day=2025-05-31/' }],
  objects: [],
  left: { partitions: 0, objects: 0 },
  totals: { partitions: 1, objects: 0, bytes: 0 },
};

describe('weft retention verify, offline', () => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  let folder: string;

  const signed = (record: object) => {
    const digest = createHash('sha256').update(canonicalText(record)).digest('hex');
    const value = sign('sha256', Buffer.from(disposalStatement(digest)), pair.privateKey).toString('base64');
    return { record, digest, signature: { algorithm: 'ECDSA_SHA_256', keyId: 'k', value, publicKey: '' } };
  };
  const pem = (key: typeof pair.publicKey) => key.export({ type: 'spki', format: 'pem' }).toString();

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'weft-record-'));
    writeFileSync(join(folder, 'key.pem'), pem(pair.publicKey));
    writeFileSync(join(folder, 'other.pem'), pem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey));
    writeFileSync(join(folder, 'rsa.pem'), pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey));
    writeFileSync(join(folder, 'no-key.txt'), 'hello');
    writeFileSync(join(folder, 'record.json'), JSON.stringify(signed(RECORD), undefined, 2));
    writeFileSync(
      join(folder, 'sums.json'),
      JSON.stringify(signed({ ...RECORD, totals: { partitions: 9, objects: 0, bytes: 0 } })),
    );
    writeFileSync(
      join(folder, 'changed.json'),
      JSON.stringify({ ...signed(RECORD), record: { ...RECORD, table: 'others' } }),
    );
    writeFileSync(join(folder, 'half.json'), '{"record": {"format": "weft.disp');
    writeFileSync(join(folder, 'list.json'), '[]');
    writeFileSync(join(folder, 'newer.json'), JSON.stringify(signed({ ...RECORD, format: 'weft.disposal/9' })));
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each([
    ['record.json', 'key.pem', 0, /genuine: 0 objects and 1 partitions of sales\/orders/],
    ['record.json', 'other.pem', 1, /the signature is not by that key/],
    ['changed.json', 'key.pem', 1, /the record has the SHA-256 [0-9a-f]{64}, signed was/],
    ['sums.json', 'key.pem', 1, /its totals are not those of its lists/],
    ['half.json', 'key.pem', 1, /is no record of a disposal .*WEFT-RETENTION-007/],
    ['list.json', 'key.pem', 1, /WEFT-RETENTION-007/],
    ['newer.json', 'key.pem', 1, /WEFT-RETENTION-007/],
    ['record.json', 'rsa.pem', 1, /WEFT-RETENTION-008/],
    ['record.json', 'no-key.txt', 1, /WEFT-RETENTION-008/],
    ['record.json', 'nowhere.pem', 1, /WEFT-RETENTION-010/],
    ['nowhere.json', 'key.pem', 1, /WEFT-RETENTION-010/],
    ['record.json', undefined, 1, /no mesh/],
  ])('%s with %s', async (file, key, exit, said) => {
    const ran = await runWeft(['retention', 'verify', file, ...(key === undefined ? [] : ['--key', key])], {
      cwd: folder,
    });
    expect([ran.exit, ran.err]).toEqual([exit, expect.stringMatching(said)]);
  });

  test('in JSON says the same for programs', async () => {
    const { exit, out } = await runWeft(['retention', 'verify', 'changed.json', '--key', 'key.pem', '--json'], {
      cwd: folder,
    });
    expect(exit).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      problems: [expect.stringMatching(/SHA-256/)],
      record: { product: 'sales/orders' },
    });
  });
});
