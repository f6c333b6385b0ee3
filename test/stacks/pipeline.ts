import { App } from 'aws-cdk-lib';
import type { Backup } from '#stacks/pipeline/backup.ts';
import { addDomainPipeline } from '#stacks/pipeline/pipeline-app.ts';
import { repositoryOf } from '../pipeline/repository.ts';
import { type CfnTemplate, LAMBDAS } from './aviation.ts';

/** The app of a domain's repository, made of the template for files that land. */
export function pipelineAppOf({ backup = { keepDays: 35 }, outdir }: { backup?: Backup; outdir?: string } = {}): App {
  const app = new App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false });
  addDomainPipeline(app, { folder: repositoryOf('source-aligned'), backup, lambdas: LAMBDAS });
  return app;
}

/** Stack name → its synthesized template, with and without backup. */
export function pipelineTemplates(): [string, CfnTemplate][] {
  const choices: Backup[] = [{ keepDays: 35 }, { without: 'the sources keep every file that they send' }];
  return choices.flatMap((backup) =>
    pipelineAppOf({ backup })
      .synth()
      .stacks.map(({ stackName, template }): [string, CfnTemplate] => [stackName, template as CfnTemplate]),
  );
}
