import { App } from 'aws-cdk-lib';
import type { Backup } from '#stacks/pipeline/backup.ts';
import { addDomainPipeline } from '#stacks/pipeline/pipeline-app.ts';
import { repositoryOf } from '../pipeline/repository.ts';
import { LAMBDAS } from './aviation.ts';

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
