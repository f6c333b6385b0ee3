import { describe, expect, test } from '@jest/globals';
import { AwsSolutionsChecks, NIST80053R5Checks, ServerlessChecks } from 'cdk-nag';
import { pipelineAppOf } from '../stacks/pipeline.ts';

const PACKS = { AwsSolutions: AwsSolutionsChecks, 'NIST 800-53 r5': NIST80053R5Checks, Serverless: ServerlessChecks };

describe.each(['source-aligned', 'file-exchange'])("a domain's pipeline, as of the template %s", (template) => {
  const app = pipelineAppOf({ template });
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
