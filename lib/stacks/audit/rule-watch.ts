import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import { MeshFunction } from '#constructs/mesh-function.ts';
import { QueryWorkgroup } from '#constructs/query-workgroup.ts';
import { acceptWildcards } from '#constructs/wildcards.ts';
import { auditDirectoryRoleName, governanceRoleName, roleArn, workgroupName } from '#mesh/topology/names.ts';
import { INVOKE_WILDCARDS, invoke, WATCH } from '../api-access.ts';
import { CATALOG_WILDCARDS, catalogQuery } from '../catalog-access.ts';
import type { MeshSite } from '../mesh-site.ts';

export interface RuleWatchProps extends MeshSite {
  /** The Glue database of the audit tables. */
  readonly database: string;
  readonly auditKey: IKey;
  readonly logsKey: IKey;
}

/** How often the rules are looked at: within so many minutes of its arrival in the trail, something is found. */
const EVERY = Duration.minutes(5);

/** The Lambda that holds what happened against the audit rules: it reads the audit tables, and may raise alerts and nothing else. */
export class RuleWatch extends Construct {
  readonly lambda: MeshFunction;
  /** The ARN of its role. */
  readonly principal: string;

  constructor(scope: Construct, id: string, props: RuleWatchProps) {
    super(scope, id);
    const { topology, database, auditKey, options, auditRules } = props;
    const { mesh, region, governanceAccount } = topology;
    const { account } = Stack.of(this);
    const roleName = governanceRoleName(mesh, 'audit-rules');
    this.principal = roleArn(account, roleName);
    const workgroup = new QueryWorkgroup(this, 'Queries', {
      name: workgroupName(mesh, 'audit-rules'),
      description: `Audit rules of the mesh ${mesh}`,
      key: auditKey,
      readers: [this.principal],
      cutoffBytes: options.queryCutoffBytes,
    });
    this.lambda = new MeshFunction(this, 'Watch', {
      name: 'audit-rules',
      description: 'Holds what happened against the audit rules',
      roleName,
      logsKey: props.logsKey,
      lambdas: props.lambdas,
      timeout: Duration.minutes(5),
      beside: { 'audit-rules.json': Buffer.from(JSON.stringify(auditRules)) },
      environment: {
        WEFT_MESH: mesh,
        WEFT_REGION: region,
        WEFT_GOVERNANCE_ACCOUNT: governanceAccount,
        WEFT_AUDIT_DATABASE: database,
        WEFT_WORKGROUP: workgroupName(mesh, 'audit-rules'),
      },
    });
    const may = [
      invoke(topology, WATCH),
      ...workgroup.queryOnly(),
      catalogQuery(this, [account], [database]),
      new PolicyStatement({
        sid: 'Directory',
        actions: ['sts:AssumeRole'],
        resources: [roleArn(governanceAccount, auditDirectoryRoleName(mesh))],
      }),
    ];
    for (const statement of may) this.lambda.addToRolePolicy(statement);
    acceptWildcards(this, { ...INVOKE_WILDCARDS, ...QueryWorkgroup.wildcards, ...CATALOG_WILDCARDS });
    new Schedule(this, 'Schedule', {
      description: 'Every 5 minutes: the audit rules',
      schedule: ScheduleExpression.rate(EVERY),
      target: new LambdaInvoke(this.lambda, {
        deadLetterQueue: this.lambda.deadLetters,
        retryAttempts: 2,
        maxEventAge: Duration.minutes(15),
      }),
    });
  }
}
