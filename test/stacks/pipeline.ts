import { App } from 'aws-cdk-lib';
import type { Backup } from '#stacks/pipeline/backup.ts';
import { addDomainPipeline } from '#stacks/pipeline/pipeline-app.ts';
import { repositoryOf } from '../pipeline/repository.ts';
import { type CfnTemplate, LAMBDAS } from './aviation.ts';

/** The templates whose stack has something of its own. */
export const TEMPLATES = ['source-aligned', 'event-stream', 'federated-source', 'file-exchange'] as const;

interface PipelineApp {
  readonly template?: (typeof TEMPLATES)[number];
  readonly backup?: Backup;
  readonly outdir?: string;
}

/** The app of a domain's repository, made of a template; default that for files that land. */
export function pipelineAppOf({
  template = 'source-aligned',
  backup = { keepDays: 35 },
  outdir,
}: PipelineApp = {}): App {
  const app = new App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false });
  addDomainPipeline(app, { folder: repositoryOf(template), backup, lambdas: LAMBDAS });
  return app;
}

/** Stack name → its synthesized template, with and without backup. */
export function pipelineTemplates(): [string, CfnTemplate][] {
  const choices: PipelineApp[] = [
    ...TEMPLATES.map((template) => ({ template })),
    { backup: { without: 'the sources keep every file that they send' } },
  ];
  return choices.flatMap((choice) =>
    pipelineAppOf(choice)
      .synth()
      .stacks.map(({ stackName, template }): [string, CfnTemplate] => [stackName, template as CfnTemplate]),
  );
}
