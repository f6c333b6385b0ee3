import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Entry, Item } from '#edge/buffer/entry.ts';
import { Journal, type JournalOptions } from '#edge/buffer/journal.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const folder = () => {
  const made = mkdtempSync(join(tmpdir(), 'weft-journal-'));
  folders.push(made);
  return made;
};
let ids = 0;
const options: JournalOptions = { newId: () => `id${++ids}`, fsync: false, fold: (_position, mark) => mark };
const rows = (...names: number[]): Item[] => names.map((n) => ({ row: { n } }));
const numbersIn = (entries: Iterable<Entry>) =>
  [...entries].flatMap(({ items }) => items.map((item) => ('row' in item ? item.row.n : undefined)));

/** What happens to a journal: entries, ends of segments, segments that are sent, and the process that comes again. */
type Step = 'append' | 'mark' | 'close' | 'drop' | 'reopen';
const steps = fc.array(fc.constantFrom<Step>('append', 'append', 'append', 'mark', 'close', 'drop', 'reopen'), {
  maxLength: 30,
});

test('entries are numbered without a gap through segments, deletions and restarts, and the place never goes back', () => {
  fc.assert(
    fc.property(steps, (list) => {
      const path = folder();
      let journal = Journal.open(path, options);
      const { id } = journal;
      let made = 0;
      let marked = 0;
      const sent: unknown[] = [];
      for (const step of list) {
        if (step === 'append') {
          const count = (made % 3) + 1;
          const items = rows(...Array.from({ length: count }, (_, at) => made + at + 1));
          expect(journal.append({ at: made, items, mark: ++marked }).first).toBe(made + 1);
          made += count;
        }
        if (step === 'mark') journal.append({ at: made, items: [], mark: ++marked });
        if (step === 'close') journal.close();
        const [oldest] = journal.closed;
        if (step === 'drop' && oldest !== undefined) {
          sent.push(...numbersIn(journal.read(oldest).entries));
          journal.drop(oldest);
        }
        if (step === 'reopen') {
          journal.end();
          journal = Journal.open(path, options);
        }
        expect(journal.next).toBe(made + 1);
        expect(journal.position).toBe(marked === 0 ? undefined : marked);
      }
      expect([...sent, ...numbersIn(journal.all())]).toEqual(Array.from({ length: made }, (_, at) => at + 1));
      expect(journal.items).toBe(made - sent.length);
      expect(journal.id).toBe(id);
      journal.end();
    }),
    { numRuns: 40, examples: [[['append', 'mark', 'close', 'mark', 'close', 'reopen']]] },
  );
});

test('whatever byte of the last write the power is lost at, all that was acknowledged is there, and is written on', () => {
  const path = folder();
  const journal = Journal.open(path, options);
  const file = join(path, '000000000001.open');
  const acknowledged: { readonly bytes: number; readonly last: number; readonly mark: number }[] = [
    { bytes: 0, last: 0, mark: 0 },
  ];
  for (let entry = 1; entry <= 4; entry += 1) {
    journal.append({ at: entry, items: rows(2 * entry - 1, 2 * entry), mark: entry });
    acknowledged.push({ bytes: statSync(file).size, last: 2 * entry, mark: entry });
  }
  journal.end();
  const whole = statSync(file).size;
  for (let cut = 0; cut <= whole; cut += 1) {
    const copy = folder();
    cpSync(path, copy, { recursive: true });
    truncateSync(join(copy, '000000000001.open'), cut);
    const kept = acknowledged.findLast(({ bytes }) => bytes <= cut) ?? { last: 0, mark: 0 };
    const again = Journal.open(copy, options);
    expect(numbersIn(again.all())).toEqual(Array.from({ length: kept.last }, (_, at) => at + 1));
    expect(again.position ?? 0).toBe(kept.mark);
    expect(again.append({ at: 9, items: rows(99) }).first).toBe(kept.last + 1);
    again.end();
    const third = Journal.open(copy, options);
    expect(numbersIn(third.all()).at(-1)).toBe(99);
    third.end();
    rmSync(copy, { recursive: true, force: true });
  }
});

test('a segment is named by its numbers for good before it can be sent', () => {
  const path = folder();
  const journal = Journal.open(path, options);
  journal.append({ at: 1, items: rows(1, 2) });
  journal.close();
  journal.append({ at: 2, items: rows(3) });
  expect(readdirSync(path).sort()).toEqual(['000000000001-000000000002.segment', '000000000003.open', 'journal.json']);
  journal.end();
});

test('a closed segment that the disk damages is read as far as it goes, told, and put aside', () => {
  const path = folder();
  const journal = Journal.open(path, options);
  journal.append({ at: 1, items: rows(1), mark: 'a' });
  journal.append({ at: 1, items: rows(2), mark: 'b' });
  journal.close();
  journal.end();
  const file = join(path, '000000000001-000000000002.segment');
  const bytes = readFileSync(file);
  bytes[bytes.length - 3] = (bytes[bytes.length - 3] ?? 0) ^ 1;
  writeFileSync(file, bytes);
  const again = Journal.open(path, options);
  const [segment] = again.closed;
  if (segment === undefined) throw new Error('no segment');
  const { entries, damaged } = again.read(segment);
  expect({ numbers: numbersIn(entries), damaged }).toEqual({ numbers: [1], damaged: true });
  expect({ next: again.next, position: again.position }).toEqual({ next: 3, position: 'b' });
  again.drop(segment, true);
  expect(readdirSync(path)).toContain('000000000001-000000000002.segment.damaged');
  again.end();
});

test('a buffer that was lost gets another name', () => {
  const path = folder();
  const first = Journal.open(path, options);
  const { id } = first;
  first.end();
  rmSync(path, { recursive: true });
  const second = Journal.open(path, options);
  expect(second.id).not.toBe(id);
  second.end();
});

test('what the disk gives back otherwise than it was written is kept for people, with all that came behind it', () => {
  const path = folder();
  const journal = Journal.open(path, options);
  for (const n of [1, 2, 3]) journal.append({ at: n, items: rows(n) });
  journal.end();
  const file = join(path, '000000000001.open');
  const written = readFileSync(file);
  const second = written.length / 3;
  const broken = Buffer.from(written);
  broken[second + 20] = (broken[second + 20] ?? 0) ^ 1;
  writeFileSync(file, broken);
  const again = Journal.open(path, options);
  expect(numbersIn(again.all())).toEqual([1]);
  expect(again.damaged).toBe('000000000001.open.damaged');
  expect(readFileSync(join(path, again.damaged ?? ''))).toEqual(broken.subarray(second));
  again.end();
  expect(Journal.open(path, options).damaged).toBeUndefined();
});
