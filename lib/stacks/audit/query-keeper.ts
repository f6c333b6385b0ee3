import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Duration } from 'aws-cdk-lib';
import { AccountPrincipal, AnyPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { MeshFunction } from '#constructs/mesh-function.ts';
import { acceptWildcards } from '#constructs/wildcards.ts';
import { WorkQueue } from '#constructs/work-queue.ts';
import type { AuditRules } from '#mesh/audit/rules/rule.ts';
import { domainRoleName, queriesQueueName, roleArn } from '#mesh/topology/names.ts';
import type { Topology } from '#mesh/topology/topology.ts';

const MODULE = 'polyglot_sql.wasm';
const TIMEOUT = Duration.minutes(1);

export interface QueryKeeperProps {
  readonly topology: Topology;
  readonly bucket: Bucket;
  readonly key: IKey;
  readonly logsKey: IKey;
  /** They say how much of a text is kept. */
  readonly auditRules: AuditRules;
  readonly lambdas?: string;
}

/** The queue to which the domains tell what was asked of Athena, and the Lambda that keeps it where nobody can change it. */
export class QueryKeeper extends Construct {
  constructor(scope: Construct, id: string, { topology, bucket, key, logsKey, auditRules, lambdas }: QueryKeeperProps) {
    super(scope, id);
    const { mesh, region } = topology;
    const queue = new WorkQueue(this, 'Queries', { queueName: queriesQueueName(mesh), workTimeout: TIMEOUT });
    this.#admit(queue, topology);
    const keeper = new MeshFunction(this, 'Function', {
      name: 'query-keeper',
      description: 'Keeps what was asked of Athena, with the tables and columns that it reads',
      environment: { WEFT_REGION: region, WEFT_AUDIT_BUCKET: bucket.bucketName },
      logsKey,
      lambdas,
      timeout: TIMEOUT,
      memorySize: 1024,
      beside: {
        [MODULE]: readFileSync(fileURLToPath(import.meta.resolve(`@polyglot-sql/sdk/${MODULE}`))),
        'audit-rules.json': Buffer.from(JSON.stringify(auditRules)),
      },
      deadLetters: { without: 'a failed message goes to the dead-letter queue of the queue that it came from' },
    });
    keeper.addToRolePolicy(
      new PolicyStatement({ sid: 'Keep', actions: ['s3:PutObject'], resources: [bucket.arnForObjects('queries/*')] }),
    );
    key.grant(keeper, 'kms:GenerateDataKey');
    acceptWildcards(this, { 'Resource::%/queries/*': 'the executions in exactly one bucket' });
    keeper.consume(queue);
  }

  /** By condition and not by principal, because a policy that names a role of another account is refused until that role exists. */
  #admit(queue: WorkQueue, { mesh, organization, domains }: Topology): void {
    const watchOf = (account: string, domain: string) => roleArn(account, domainRoleName(mesh, domain, 'query-watch'));
    const tells = (
      sid: string,
      accounts: readonly string[] | undefined,
      conditions: Record<string, Record<string, string | string[]>>,
    ) =>
      queue.addToResourcePolicy(
        new PolicyStatement({
          sid,
          principals: accounts?.map((account) => new AccountPrincipal(account)) ?? [new AnyPrincipal()],
          actions: ['sqs:SendMessage'],
          resources: [queue.queueArn],
          conditions,
        }),
      );
    if (organization !== undefined) {
      tells('DomainsTell', undefined, {
        StringEquals: { 'aws:PrincipalOrgID': organization },
        ArnLike: { 'aws:PrincipalArn': watchOf('*', '*') },
      });
    }
    // In one statement: a queue's policy takes 20 of them and 10 conditions.
    const others = domains.filter(({ external }) => organization === undefined || external === true);
    if (others.length === 0) return;
    tells(
      'OthersTell',
      others.map(({ account }) => account),
      { ArnEquals: { 'aws:PrincipalArn': others.map(({ name, account }) => watchOf(account, name)) } },
    );
  }
}
