import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { DomainRepository } from '#constructs/domain-repository.ts';
import { EncryptedKey } from '#constructs/encrypted-key.ts';
import { QueryWorkgroup } from '#constructs/query-workgroup.ts';
import { domainRoleName, roleArn, workgroupName } from '#mesh/topology/names.ts';
import type { MeshOptions } from '../mesh-site.ts';
import { tagCosts } from '../mesh-site.ts';
import { type Backup, backUp } from './backup.ts';
import { EdgeAccess } from './edge-access.ts';
import { ExchangePort } from './exchange.ts';
import { Landing } from './landing.ts';
import { PipelineRunner } from './runner.ts';
import { PipelineTriggers } from './triggers.ts';

export interface DomainPipelineStackProps extends StackProps {
  /** What the repository of the domain says. */
  readonly repository: DomainRepository;
  /** How the domain's data is backed up, or why it is not. */
  readonly backup: Backup;
  readonly options: MeshOptions;
  /** Where `lambdas/` is. Default: the repository's. */
  readonly lambdas?: string;
}

/**
 * How a domain's tables come about: where files land, what reads them, the Lambda that runs the SQL of the repository, and what tells when it does not. It stands
 * beside the domain's stacks, in the same account, and needs them deployed before it.
 */
export class DomainPipelineStack extends Stack {
  readonly landing: Landing;
  readonly runner: PipelineRunner;

  constructor(scope: Construct, id: string, props: DomainPipelineStackProps) {
    const { repository, options, lambdas, backup } = props;
    const { topology, domain } = repository;
    const { mesh, region } = topology;
    super(scope, id, {
      description: `${mesh}-${domain.name}: landing bucket, raw tables and pipeline`,
      stackName: `${mesh}-${domain.name}-pipeline`,
      env: { account: domain.account, region },
      ...props,
    });
    tagCosts(this, mesh, domain.name);
    const key = new EncryptedKey(this, 'Key', {
      description: `${mesh}: files that land in ${domain.name}, its pipeline's results and logs`,
    }).allowLogs();
    this.landing = new Landing(this, 'Landing', { repository, key });
    const workgroup = new QueryWorkgroup(this, 'Queries', {
      name: workgroupName(mesh, `${domain.name}-pipeline`),
      description: `The pipeline of ${domain.name}`,
      key,
      readers: [roleArn(domain.account, domainRoleName(mesh, domain.name, 'pipeline'))],
      cutoffBytes: options.queryCutoffBytes,
    });
    const exchange =
      (repository.pipeline.exchange ?? []).length === 0 ? undefined : new ExchangePort(this, 'Exchange', repository);
    this.runner = new PipelineRunner(this, 'Runner', {
      repository,
      landing: this.landing,
      key,
      workgroup,
      exchange,
      lambdas,
      timeout: Duration.minutes(5),
    });
    new PipelineTriggers(this, 'Triggers', { repository, landing: this.landing, queue: this.runner.queue });
    if (repository.edgeAuthorities !== undefined) {
      new EdgeAccess(this, 'Edge', {
        repository,
        landing: this.landing,
        key,
        authorities: repository.edgeAuthorities,
      });
    }
    backUp(this, backup, this.landing, repository);
  }
}
