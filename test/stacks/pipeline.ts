import { App } from 'aws-cdk-lib';
import type { Backup } from '#stacks/pipeline/backup.ts';
import { addDomainPipeline } from '#stacks/pipeline/pipeline-app.ts';
import { repositoryOf } from '../pipeline/repository.ts';
import { type CfnTemplate, LAMBDAS } from './aviation.ts';

/** The app of a domain's repository, made of a template; by default of that for files that land. */
export function pipelineAppOf({
  template = 'source-aligned',
  backup = { keepDays: 35 },
  outdir,
}: {
  template?: string;
  backup?: Backup;
  outdir?: string;
} = {}): App {
  const app = new App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false });
  addDomainPipeline(app, { folder: repositoryOf(template), backup, lambdas: LAMBDAS });
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
