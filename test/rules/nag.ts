import { expect, test } from '@jest/globals';
import type { App } from 'aws-cdk-lib';
import { AwsSolutionsChecks, NIST80053R5Checks, ServerlessChecks } from 'cdk-nag';

const PACKS = { AwsSolutions: AwsSolutionsChecks, 'NIST 800-53 r5': NIST80053R5Checks, Serverless: ServerlessChecks };

/** Tests that no pack of cdk-nag has a finding in an app that nobody answered. Synthesizes it: only then do references between stacks have the form in which a rule sees them. */
export function testPacks(app: App): void {
  app.synth();
  test.each(Object.entries(PACKS))('leaves no finding of %s without an answer', (_name, Pack) => {
    const { violations } = new Pack(app).validateScope(app);
    const open = violations.map(({ ruleName, violatingResources }) => [
      ruleName,
      violatingResources.map(({ constructPath }) => constructPath),
    ]);
    expect(open).toEqual([]);
  });
}
