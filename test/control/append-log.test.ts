import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { logCrypto } from '#aws/log-crypto.ts';
import type { ObjectStore } from '#aws/s3.ts';
import { appendToLog } from '#control/append-log.ts';
import type { AuditEntry } from '#mesh/audit/entry.ts';
import { fitted } from '#mesh/audit/log/message.ts';
import { CHECKPOINT } from '#mesh/audit/log/tile.ts';
import { verifyLog } from '#mesh/audit/log/verify.ts';
import { Crash, entries, entryOf, type MemoryBucket, type MemoryLog, memoryLog } from '../mesh/audit/log/memory-log.ts';

const report = ({ bucket, witness, key }: MemoryLog) => verifyLog(bucket, { ...logCrypto, key, witness });
const run = (log: MemoryLog, given: readonly AuditEntry[]) =>
  appendToLog(
    given.map((entry) => JSON.stringify(entry)),
    log.deps,
  );

/** The ids in the table, in its order. */
function idsIn({ objects }: MemoryBucket): string[] {
  return [...objects]
    .filter(([key]) => key.startsWith('entries/'))
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .flatMap(([, body]) => Buffer.from(body).toString().trim().split('\n'))
    .map((line) => (JSON.parse(line) as AuditEntry).id);
}

describe('appending', () => {
  test('puts each entry in once, in the order in which they came, whatever comes again', async () => {
    const log = memoryLog();
    await log.append(entries(3));
    await log.append(entries(3));
    await run(log, entries(3, 3));
    await run(log, []);
    expect(idsIn(log.bucket)).toEqual(entries(5).map(({ id }) => id));
    expect(await report(log)).toMatchObject({ size: 5, checkpoints: 2, witnessed: 2, problems: [] });
  });

  test('the same entry twice in one batch is one', async () => {
    const log = memoryLog();
    await run(log, [entryOf(1), entryOf(1), entryOf(2)]);
    expect(await report(log)).toMatchObject({ size: 2, problems: [] });
  });

  test('a crash before any of its calls loses nothing and doubles nothing', async () => {
    let calls = 0;
    for (let at = 1; ; at += 1) {
      const log = memoryLog();
      await log.append(entries(250));
      calls = 0;
      const crashAt = at;
      log.bucket.before = () => {
        calls += 1;
        if (calls === crashAt) throw new Crash();
      };
      const batch = entries(12, 251);
      const crashed = await run(log, batch).then(
        () => false,
        (error) => error instanceof Crash,
      );
      log.bucket.before = () => {};
      // What the queue brings again may be cut otherwise.
      await run(log, batch.slice(0, 5));
      await run(log, batch.slice(5));
      expect(idsIn(log.bucket)).toEqual(entries(262).map(({ id }) => id));
      expect((await report(log)).problems).toEqual([]);
      if (!crashed) break;
    }
    expect(calls).toBeGreaterThan(30);
  });

  test('two appenders at once, each interrupted anywhere, agree on one order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat({ max: 9 }), { minLength: 20, maxLength: 60 }), async (turns) => {
        const log = memoryLog();
        const waiting: (() => void)[] = [];
        let free = false;
        const pass = () => (free ? Promise.resolve() : new Promise<void>((go) => waiting.push(go)));
        const { bucket } = log;
        const store: ObjectStore = {
          get: (key) => pass().then(() => bucket.get(key)),
          exists: (key) => pass().then(() => bucket.exists(key)),
          putOnce: (key, body) => pass().then(() => bucket.putOnce(key, body)),
          replace: (key, body, etag) => pass().then(() => bucket.replace(key, body, etag)),
        };
        const batches = [entries(4), entries(4, 3), entries(3, 6)];
        const runs = batches.map((batch) =>
          appendToLog(
            batch.map((entry) => JSON.stringify(entry)),
            { ...log.deps, store },
          ).catch((error: Error) => error),
        );
        for (const turn of turns) {
          waiting.splice(turn % Math.max(1, waiting.length), 1)[0]?.();
          await new Promise(setImmediate);
        }
        free = true;
        for (const go of waiting) go();
        await Promise.all(runs);
        for (const batch of batches) await run(log, batch);
        expect(new Set(idsIn(log.bucket))).toEqual(new Set(entries(8).map(({ id }) => id)));
        expect(idsIn(log.bucket)).toHaveLength(8);
        expect((await report(log)).problems).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  test('another act under an id that is taken is told, once, and the same act in other words is not', async () => {
    const log = memoryLog();
    await log.append(entries(300));
    const other = entryOf(2, { correlation: 'after the registry was put back', summary: 'other' });
    for (let again = 0; again < 2; again += 1) {
      await run(log, [entryOf(2, { summary: 'in other words' }), other, entryOf(301)]);
      await run(log, [entryOf(302), entryOf(302, { actor: 'somebody else' }), entryOf(303)]);
    }
    expect(idsIn(log.bucket).slice(300)).toEqual([
      expect.stringMatching(/^conflict\//),
      'sales/orders#1@301',
      'sales/orders#1@302',
      expect.stringMatching(/^conflict\//),
      'sales/orders#1@303',
    ]);
    const text = [...log.bucket.objects].find(([key]) => key === 'entries/000/000/000/300.jsonl')?.[1];
    expect(
      JSON.parse(
        Buffer.from(text ?? '')
          .toString()
          .split('\n')[0] ?? '',
      ),
    ).toMatchObject({
      kind: 'failure',
      action: 'EntryConflict',
      summary: 'another act has the id sales/orders#1@2, and stands in the log',
      details: expect.stringContaining('after the registry was put back'),
    });
    expect((await report(log)).problems).toEqual([]);
  });

  test('a message that is no entry does not hold up the others, and is told', async () => {
    const log = memoryLog();
    await appendToLog(['{"id":', '{"id":"x"}', JSON.stringify(entryOf(1))], log.deps);
    expect(idsIn(log.bucket)).toEqual([
      expect.stringMatching(/^unreadable\//),
      expect.stringMatching(/^unreadable\//),
      'sales/orders#1@1',
    ]);
    expect((await report(log)).problems).toEqual([]);
  });

  test.each([
    ['a character that takes three bytes', '\u20ac'.repeat(60_000)],
    ['a character that takes six', '\u0001'.repeat(60_000)],
    ['a member of an endless name', JSON.stringify({ ...entryOf(1), ['x'.repeat(100_000)]: 1 })],
    ['a kind that has no end', JSON.stringify(entryOf(1, { kind: 'y'.repeat(100_000) as 'command' }))],
    ['a time that has no end', JSON.stringify(entryOf(1, { at: 'z'.repeat(100_000) }))],
    ['a summary that fits no leaf', JSON.stringify(entryOf(1, { summary: '\u20ac'.repeat(50_000) }))],
  ])('a message that is too long to be told whole holds up nothing: %s', async (_, message) => {
    const log = memoryLog();
    await appendToLog([message, JSON.stringify(entryOf(2))], log.deps);
    expect(idsIn(log.bucket)).toEqual([expect.stringMatching(/^unreadable\//), 'sales/orders#1@2']);
    expect((await report(log)).problems).toEqual([]);
  });

  test('what is long stands apart, and the entry says its hash', async () => {
    const log = memoryLog();
    const state = JSON.stringify({ columns: 'x'.repeat(200_000) });
    const { entry, apart } = fitted(entryOf(1, { state, details: '{"a":1}' }), logCrypto.sha256);
    expect(entry).toMatchObject({ details: '{"a":1}', stateRef: apart[0]?.sha256 });
    expect(entry.state).toBeUndefined();
    await run(log, [entry]);
    const missing = await report(log);
    expect(missing.problems).toEqual([
      expect.objectContaining({ code: 'WEFT-AUDIT-009', where: `details/${apart[0]?.sha256}.json` }),
    ]);
    const key = `details/${apart[0]?.sha256}.json`;
    await log.bucket.putOnce(key, apart[0]?.body ?? '');
    expect((await report(log)).problems).toEqual([]);
    log.bucket.objects.set(key, Buffer.from(apart[0]?.body.replace('xxx', 'xxy') ?? ''));
    expect((await report(log)).problems).toEqual([expect.objectContaining({ code: 'WEFT-AUDIT-009', where: key })]);
  });

  test('a state stays where SQL sees it as long as a leaf has room for it, and a long summary is cut before the entry is lost', async () => {
    const log = memoryLog();
    const state = JSON.stringify({ columns: 'x'.repeat(50_000) });
    const wide = fitted(entryOf(1, { state, details: JSON.stringify('y'.repeat(20_000)) }), logCrypto.sha256);
    expect(wide.entry).toMatchObject({ state, detailsRef: wide.apart[0]?.sha256 });
    expect(wide.apart).toHaveLength(1);
    const talkative = fitted(entryOf(2, { summary: '\u20ac'.repeat(50_000) }), logCrypto.sha256);
    await run(log, [talkative.entry]);
    expect(idsIn(log.bucket)).toEqual(['sales/orders#1@2']);
  });

  test('goes on without the witness, which sees the next checkpoint', async () => {
    const log = memoryLog();
    const missed: number[] = [];
    const away = { put: async () => Promise.reject(new Error('the account is away')) };
    await appendToLog([JSON.stringify(entryOf(1))], {
      ...log.deps,
      witness: away,
      missed: (size) => missed.push(size),
    });
    await run(log, [entryOf(2)]);
    expect(missed).toEqual([1]);
    expect(await report(log)).toMatchObject({ size: 2, witnessed: 1, problems: [] });
  });

  test('adds nothing to a log whose newest checkpoint was changed', async () => {
    const log = memoryLog();
    await log.append(entries(3));
    log.bucket.objects.set(CHECKPOINT, Buffer.from('toy\n3\nAAAA\n\n— toy AAAA\n'));
    await expect(run(log, entries(1, 4))).rejects.toMatchObject({ code: 'WEFT-AUDIT-017' });
  });
});
