import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { runWeft } from './run-weft.ts';

/** A folder with two products, one with two problems in its contract. */
function products(): string {
  const cwd = mkdtempSync(join(tmpdir(), 'weft-validate-'));
  for (const name of ['flights', 'airports']) {
    cpSync(`examples/aviation/products/${name}`, join(cwd, name), { recursive: true });
  }
  const file = join(cwd, 'flights/flights.odcs.yaml');
  const text = readFileSync(file, 'utf8').replace('format: parquet', 'format: xlsx');
  writeFileSync(file, text.replace('physicalType: bigint', 'physicalType: money'));
  return cwd;
}

describe('product validate', () => {
  test('takes several folders and single files, and says which are valid', async () => {
    const cwd = products();
    const ran = await runWeft(['product', 'validate', 'airports', 'flights', 'airports/airports.odcs.yaml'], { cwd });
    expect(ran.exit).toBe(1);
    expect(ran.err.match(/^valid .*/gm)).toHaveLength(2);
    expect(ran.err).toMatch(/flights.odcs.yaml:\d+:\d+: error: the format "xlsx"/);
    expect(ran.err).toContain('2 errors');
  });

  test('says of a folder how many products it has where one is wanted', async () => {
    const cwd = products();
    cpSync(join(cwd, 'flights/flights.odps.yaml'), join(cwd, 'airports/flights.odps.yaml'));
    const two = await runWeft(['product', 'validate', 'airports'], { cwd });
    expect(two.err).toContain(
      'airports has 2 *.odps.yaml files (airports.odps.yaml, flights.odps.yaml), where one is wanted',
    );
    rmSync(join(cwd, 'flights/flights.odps.yaml'));
    expect((await runWeft(['product', 'validate', 'flights'], { cwd })).err).toContain(
      'flights has no *.odps.yaml file ',
    );
  });

  test('writes SARIF that names each rule, file and line', async () => {
    const cwd = products();
    await runWeft(['product', 'validate', 'flights', '--output', 'out.sarif'], { cwd });
    const log = JSON.parse(readFileSync(join(cwd, 'out.sarif'), 'utf8'));
    expect(log).toMatchObject({ version: '2.1.0', runs: [{ tool: { driver: { name: 'weft' } } }] });
    const { results, tool } = log.runs[0];
    expect(results).toHaveLength(2);
    for (const { ruleId, ruleIndex, level, locations } of results) {
      expect(tool.driver.rules[ruleIndex].id).toBe(ruleId);
      expect(level).toBe('error');
      const { artifactLocation, region } = locations[0].physicalLocation;
      expect(artifactLocation.uri).toBe('flights/flights.odcs.yaml');
      const line = readFileSync(join(cwd, artifactLocation.uri), 'utf8').split('\n')[region.startLine - 1];
      expect(line?.slice(region.startColumn - 1)).toMatch(/^(xlsx|money)/);
    }
  });

  test('writes JSON and JUnit by suffix and refuses another', async () => {
    const cwd = products();
    for (const name of ['out.json', 'out.junit.xml']) {
      await runWeft(['product', 'validate', 'flights', '--output', name], { cwd });
    }
    expect(JSON.parse(readFileSync(join(cwd, 'out.json'), 'utf8')).problems).toHaveLength(2);
    const report = readFileSync(join(cwd, 'out.junit.xml'), 'utf8');
    expect(report).toContain('tests="2" failures="2"');
    expect(report).toContain('&#34;xlsx&#34;');
    const other = await runWeft(['product', 'validate', 'flights', '--output', 'out.pdf'], { cwd });
    expect(other).toMatchObject({ exit: 1, err: expect.stringContaining('WEFT-CLI-032') });
  });

  test('annotates a pull request on GitHub', async () => {
    const ran = await runWeft(['product', 'validate', 'flights'], { cwd: products(), env: { GITHUB_ACTIONS: 'true' } });
    expect(ran.err).toMatch(/^::error file=flights\/flights.odcs.yaml,line=\d+,col=\d+,title=WEFT-CONTRACT-019::/m);
  });

  test('tells a file in another encoding as a problem of that file', async () => {
    const cwd = products();
    writeFileSync(join(cwd, 'airports/airports.odcs.yaml'), Buffer.from('\ufeffkind: DataContract', 'utf16le'));
    const ran = await runWeft(['product', 'validate', 'airports', '--json'], { cwd });
    expect(JSON.parse(ran.out)).toMatchObject({ ok: false, problems: [{ file: 'airports/airports.odcs.yaml' }] });
  });
});
