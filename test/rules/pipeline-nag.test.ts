import { describe } from '@jest/globals';
import type { Backup } from '#stacks/pipeline/backup.ts';
import { pipelineAppOf, TEMPLATES } from '../stacks/pipeline.ts';
import { testPacks } from './nag.ts';

const BACKUPS: [string, Backup][] = [
  ['with a backup', { keepDays: 35 }],
  ['without a backup', { without: 'the sources keep what they send' }],
];

describe.each(
  TEMPLATES.flatMap((template) => BACKUPS.map(([name, backup]) => ({ template, name, backup }))),
)('a domain made of the template $template, $name', ({ template, backup }) => {
  testPacks(pipelineAppOf({ template, backup }));
});
