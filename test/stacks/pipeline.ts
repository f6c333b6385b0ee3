import { App } from 'aws-cdk-lib';
import { addDomainPipeline } from '#stacks/pipeline/pipeline-app.ts';
import { repositoryOf } from '../pipeline/repository.ts';
import { LAMBDAS } from './aviation.ts';

/** The app of a domain's repository, made of the template for files that land. */
export function pipelineAppOf(
  template = 'source-aligned',
  backup: { keepDays: number } | { without: string } = { keepDays: 35 },
): App {
  const app = new App({ analyticsReporting: false, builtinCloudFormationValidation: false });
  addDomainPipeline(app, { folder: repositoryOf(template), backup, lambdas: LAMBDAS });
  return app;
}
