import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { buildApp } from '#stacks/app.ts';
import { anotherDomain, aviation, LAMBDAS } from './aviation.ts';

const APP = fileURLToPath(new URL('../../bin/app.ts', import.meta.url));

function run(mesh: string): { status: number | null; stderr: string } {
  const folder = mkdtempSync(join(tmpdir(), 'weft-app-'));
  try {
    const file = join(folder, 'mesh.yaml');
    writeFileSync(file, mesh);
    const context = JSON.stringify({ mesh: file });
    const env = { PATH: process.env.PATH, HOME: folder, CDK_CONTEXT_JSON: context, CDK_OUTDIR: join(folder, 'out') };
    return spawnSync(process.execPath, [APP], { encoding: 'utf8', env });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('bin/app.ts', () => {
  test('says everything that is wrong with mesh.yaml, with its place, and exits with 1', () => {
    const { status, stderr } = run('mesh: Aviation Mesh\nregion: us-east-1\ndomains: []\n');
    expect(status).toBe(1);
    expect(stderr).toMatch(/mesh\.yaml:1:\d+: error: /);
    expect(stderr.trim().split('\n').length).toBeGreaterThan(2);
    expect(stderr).not.toContain('    at ');
  });

  test('names a file that is not there', () => {
    const env = { PATH: process.env.PATH, CDK_CONTEXT_JSON: JSON.stringify({ mesh: 'absent.yaml' }) };
    const { status, stderr } = spawnSync(process.execPath, [APP], { encoding: 'utf8', env });
    expect(status).toBe(1);
    expect(stderr).toContain('absent.yaml');
    expect(stderr).not.toContain('    at ');
  });
});

describe('an app', () => {
  test('has a place for a second domain, and a fiftieth', () => {
    const domains = Array.from({ length: 50 }, (_, index) => anotherDomain(index));
    const app = buildApp({ ...aviation(), domains }, { lambdas: LAMBDAS });
    expect(app.synth().nestedAssemblies.length).toBe(53);
  });

  test('without an organization has room for thirty domains, and says so', () => {
    const build = (count: number) => () => {
      const domains = Array.from({ length: count }, (_, index) => anotherDomain(index));
      return buildApp({ ...aviation(), organization: undefined, domains }, { lambdas: LAMBDAS });
    };
    expect(build(30)).not.toThrow();
    expect(build(31)).toThrow(/31 domains outside an organization/);
  });

  test('refuses choices that make no sense', () => {
    const build = (context: Record<string, unknown>) => () => buildApp(aviation(), { context, lambdas: LAMBDAS });
    expect(build({ auditRetentionDays: 'forever' })).toThrow(/auditRetentionDays is "forever"/);
    expect(build({ queryCutoffBytes: 5 })).toThrow(/at least 10000000/);
    expect(build({ defaultDatabase: 'maybe' })).toThrow(/not true or false/);
  });

  test('needs no credentials and no network', () => {
    const script = `
      import { buildApp } from ${JSON.stringify(fileURLToPath(new URL('../../lib/stacks/app.ts', import.meta.url)))};
      const topology = ${JSON.stringify(aviation())};
      console.log(buildApp(topology, { lambdas: ${JSON.stringify(LAMBDAS)} }).synth().nestedAssemblies.length);`;
    const env = { PATH: process.env.PATH };
    const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], { env, cwd: tmpdir() });
    expect(output.toString().trim()).toBe('7');
  });
});
