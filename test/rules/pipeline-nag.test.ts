import { describe, expect, test } from '@jest/globals';
import { AwsSolutionsChecks, NIST80053R5Checks, ServerlessChecks } from 'cdk-nag';
import type { Backup } from '#stacks/pipeline/backup.ts';
import { pipelineAppOf, TEMPLATES } from '../stacks/pipeline.ts';

const PACKS = { AwsSolutions: AwsSolutionsChecks, 'NIST 800-53 r5': NIST80053R5Checks, Serverless: ServerlessChecks };

const BACKUPS: [string, Backup][] = [
  ['with a backup', { keepDays: 35 }],
  ['without a backup', { without: 'the sources keep what they send' }],
];

describe.each(
  TEMPLATES.flatMap((template) => BACKUPS.map(([name, backup]) => ({ template, name, backup }))),
)('a domain made of the template $template, $name', ({ template, backup }) => {
  const app = pipelineAppOf({ template, backup });
  app.synth();

  test.each(Object.entries(PACKS))('leaves no finding of %s without an answer', (_name, Pack) => {
    const { violations } = new Pack(app).validateScope(app);
    const open = violations.map(({ ruleName, violatingResources }) => [
      ruleName,
      violatingResources.map(({ constructPath }) => constructPath),
    ]);
    expect(open).toEqual([]);
  });
});
