import { Stack } from 'aws-cdk-lib';
import { CfnRule, type IEventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { DeadLetterQueue } from '#constructs/dead-letter-queue.ts';
import { MeshFunction } from '#constructs/mesh-function.ts';
import { sayAs } from '#constructs/say-as.ts';
import { acceptWildcards } from '#constructs/wildcards.ts';
import { allowRules } from '#constructs/work-queue.ts';
import { domainRoleName, domainSource, glueName } from '#mesh/topology/names.ts';
import type { Domain, Topology } from '#mesh/topology/topology.ts';
import { CATALOG_WILDCARDS } from '../catalog-access.ts';

export interface DomainLambdaProps {
  readonly topology: Topology;
  readonly domain: Domain;
  /** The domain's bus, to report on. */
  readonly bus: IEventBus;
  readonly logsKey: IKey;
  readonly lambdas?: string;
}

/** What both Lambdas of a domain are told. */
export function domainEnvironment({ topology, domain, bus }: DomainLambdaProps): Record<string, string> {
  return {
    WEFT_MESH: topology.mesh,
    WEFT_REGION: topology.region,
    WEFT_DOMAIN: domain.name,
    WEFT_DOMAIN_BUS: bus.eventBusName,
    WEFT_GOVERNANCE_ACCOUNT: topology.governanceAccount,
  };
}

/** Reports changes of the domain's own tables. Glue tells them to the account's default bus, and to no other. */
export class CatalogWatch extends Construct {
  readonly role: Role;

  constructor(scope: Construct, id: string, props: DomainLambdaProps) {
    super(scope, id);
    const { topology, domain } = props;
    const { region, account } = Stack.of(this);
    const database = glueName(domain.name);
    this.role = new Role(this, 'Role', {
      roleName: domainRoleName(topology.mesh, domain.name, 'catalog-watch'),
      description: 'Reads a changed table of the domain and reports it',
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    const watch = new MeshFunction(this, 'Function', {
      name: 'catalog-watch',
      description: `Reports changes of ${domain.name}'s catalog`,
      environment: domainEnvironment(props),
      role: this.role,
      logsKey: props.logsKey,
      lambdas: props.lambdas,
    });
    watch.addToRolePolicy(
      new PolicyStatement({
        sid: 'Catalog',
        actions: ['glue:GetTable'],
        resources: ['catalog', `database/${database}`, `table/${database}/*`].map(
          (path) => `arn:aws:glue:${region}:${account}:${path}`,
        ),
      }),
    );
    acceptWildcards(this.role, CATALOG_WILDCARDS);
    sayAs(watch, props.bus, domainSource(domain.name));

    const undelivered = new DeadLetterQueue(this, 'Undelivered');
    allowRules(undelivered, 'default');
    const rule = new CfnRule(this, 'Rule', {
      description: `Changes of ${domain.name}'s own database`,
      eventPattern: {
        source: ['aws.glue'],
        'detail-type': ['Glue Data Catalog Database State Change', 'Glue Data Catalog Table State Change'],
        detail: { databaseName: [database] },
      },
      targets: [{ id: 'watch', arn: watch.functionArn, deadLetterConfig: { arn: undelivered.queueArn } }],
    });
    watch.addPermission('Rule', {
      principal: new ServicePrincipal('events.amazonaws.com'),
      sourceArn: rule.attrArn,
    });
  }
}
