import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { listTemplates } from '#cli/template/template-folder.ts';
import type { Backup } from '#stacks/pipeline/backup.ts';
import { addDomainPipeline } from '#stacks/pipeline/pipeline-app.ts';
import { repositoryOf } from '../pipeline/repository.ts';
import { LAMBDAS } from './aviation.ts';

/** Every template of domains: the repository of each has a stack. */
export const TEMPLATES: readonly string[] = listTemplates().map(({ name }) => name);

const CERTIFICATE = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';

interface PipelineApp {
  /** Default: that for files that land. */
  readonly template?: string;
  readonly backup?: Backup;
  readonly outdir?: string;
}

/** A repository made of a template, with what its owner adds before the first deployment. */
export function pipelineRepository(template: string): string {
  // A domain cannot be its own source.
  const folder = template === 'consumer-aligned' ? repositoryOf(template, 'customers') : repositoryOf(template);
  if (template === 'edge') writeFileSync(join(folder, 'edge/authorities.pem'), CERTIFICATE);
  return folder;
}

/** The app of a domain's repository, made of a template. */
export function pipelineAppOf({
  template = 'source-aligned',
  backup = { keepDays: 35 },
  outdir,
}: PipelineApp = {}): App {
  const app = new App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false });
  addDomainPipeline(app, { folder: pipelineRepository(template), backup, lambdas: LAMBDAS });
  return app;
}
