import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { App } from 'aws-cdk-lib';
import { AwsSolutionsChecks, NIST80053R5Checks, ServerlessChecks } from 'cdk-nag';
import { addDomainPipeline } from '#stacks/pipeline/pipeline-app.ts';
import { repositoryOf } from '../pipeline/repository.ts';
import { LAMBDAS } from '../stacks/aviation.ts';

const PACKS = { AwsSolutions: AwsSolutionsChecks, 'NIST 800-53 r5': NIST80053R5Checks, Serverless: ServerlessChecks };

describe('a pipeline that sites send to', () => {
  const folder = repositoryOf('edge');
  writeFileSync(join(folder, 'edge/authorities.pem'), '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n');
  const app = new App({ analyticsReporting: false, builtinCloudFormationValidation: false });
  addDomainPipeline(app, { folder, backup: { without: 'the sites keep what they measure' }, lambdas: LAMBDAS });
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
