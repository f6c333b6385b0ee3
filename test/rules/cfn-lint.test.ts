import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { buildApp } from '#stacks/app.ts';
import { auditApart } from '../stacks/audit-apart.ts';
import { aviation, LAMBDAS } from '../stacks/aviation.ts';
import { pipelineAppOf } from '../stacks/pipeline.ts';

const present = spawnSync('cfn-lint', ['--version']).status === 0;
const required = process.env.WEFT_REQUIRE_MOTO === '1';

/** W3005: the CDK writes dependencies that a reference already implies. */
const IGNORED = ['W3005'];

/** A tool of another language that a machine may lack: named when it is left out, required where WEFT_REQUIRE_MOTO says so. */
const check = present || required ? test : test.skip;

check(
  'cfn-lint (skipped where the tool is not installed) finds nothing in the templates',
  () => {
    const outdir = mkdtempSync(join(tmpdir(), 'weft-cfn-lint-'));
    try {
      buildApp(aviation(), { outdir: join(outdir, 'one'), lambdas: LAMBDAS }).synth();
      buildApp(auditApart(), { outdir: join(outdir, 'apart'), lambdas: LAMBDAS }).synth();
      pipelineAppOf({ outdir: join(outdir, 'pipeline') }).synth();
      const templates = readdirSync(outdir, { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.template.json'))
        .map((file) => join(outdir, file));
      expect(templates.length).toBeGreaterThan(10);
      const lint = spawnSync(
        'cfn-lint',
        ['--format', 'parseable', '--ignore-checks', ...IGNORED, '--template', ...templates],
        {
          encoding: 'utf8',
        },
      );
      expect(lint.error).toBeUndefined();
      expect(lint.stdout).toBe('');
      expect(lint.status).toBe(0);
    } finally {
      rmSync(outdir, { recursive: true, force: true });
    }
  },
  300_000,
);
