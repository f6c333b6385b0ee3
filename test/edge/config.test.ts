import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { readEdgeConfig } from '#edge/config/read.ts';
import { CONTRACT } from './site.ts';

interface Case {
  readonly name: string;
  /** Replaces lines of the sound file: what is found → what stands there instead. */
  readonly change: Readonly<Record<string, string>>;
  /** `code line:column message`, each a text that the problem holds. */
  readonly problems: readonly string[];
}

const folder = mkdtempSync(join(tmpdir(), 'weft-edge-config-'));
mkdirSync(join(folder, 'products'));
for (const name of ['device.pem', 'device.key']) writeFileSync(join(folder, name), 'PEM');
writeFileSync(join(folder, 'hash.key'), 'sixteen bytes and more');
writeFileSync(join(folder, 'short.key'), 'short');
writeFileSync(join(folder, 'contract.yaml'), CONTRACT);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const cases = new URL('../cases/edge/', import.meta.url);
const sound = readFileSync(new URL('sound.yaml', cases), 'utf8');

test('the sound file has no problem', () => {
  writeFileSync(join(folder, 'edge.yaml'), sound);
  const checked = readEdgeConfig('edge.yaml', folder);
  expect(checked.problems).toEqual([]);
  expect(checked.ok && checked.value).toMatchObject({
    site: 'press-line-1',
    group: 'plant-north',
    upload: { bucket: 'acme-factory-landing-111122223333-eu-central-1', every: 10_000 },
    buffer: { maxBytes: 64 * 2 ** 20, folder: join(folder, 'buffer'), fsync: true },
    sources: [{ name: 'sensors', prefix: 'machine-readings/' }, { name: 'shifts', prefix: 'shifts/' }, { name: 'mes' }],
  });
});

test.each(parse(readFileSync(new URL('problems.yaml', cases), 'utf8')) as Case[])('$name', ({ change, problems }) => {
  let text = sound;
  for (const [from, to] of Object.entries(change)) {
    expect(text).toContain(from);
    text = text.replace(from, to);
  }
  writeFileSync(join(folder, 'edge.yaml'), text);
  const checked = readEdgeConfig('edge.yaml', folder);
  const found = checked.problems.map(({ code, line, column, message }) => `${code} ${line}:${column} ${message}`);
  expect(found.map((one, at) => (one.startsWith(problems[at]?.split(' … ')[0] ?? '-') ? problems[at] : one))).toEqual(
    problems,
  );
  for (const [at, problem] of problems.entries()) expect(found[at]).toContain(problem.split(' … ')[1] ?? '');
  for (const { fix } of checked.problems) expect(fix).not.toBe('');
});

test('a file that is not there, and one that is no YAML', () => {
  expect(readEdgeConfig('gone.yaml', folder).problems).toMatchObject([{ code: 'WEFT-EDGE-001' }]);
  writeFileSync(join(folder, 'edge.yaml'), 'site: [');
  expect(readEdgeConfig('edge.yaml', folder).problems).toMatchObject([{ code: 'WEFT-EDGE-001', line: 1 }]);
  expect(readdirSync(folder)).not.toContain('buffer');
});
