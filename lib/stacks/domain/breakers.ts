import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table, TableEncryption } from 'aws-cdk-lib/aws-dynamodb';
import { ManagedPolicy, PolicyStatement, type Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledge } from '#constructs/acknowledge.ts';
import { breakersTableName } from '#mesh/topology/names.ts';
import type { Domain, Topology } from '#mesh/topology/topology.ts';

export interface BreakersProps {
  readonly topology: Topology;
  readonly domain: Domain;
  /** The people who see which breaker is open. */
  readonly watchers: readonly Role[];
}

/** The circuit breakers of a domain: one small item for each database or consumer that failed of late. */
export class Breakers extends Table {
  constructor(scope: Construct, id: string, { topology, domain, watchers }: BreakersProps) {
    super(scope, id, {
      tableName: breakersTableName(topology.mesh, domain.name),
      partitionKey: { name: 'kind', type: AttributeType.STRING },
      sortKey: { name: 'name', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      // The pipeline of another stack uses it too, and it holds no data: the key is AWS's.
      encryption: TableEncryption.AWS_MANAGED,
      timeToLiveAttribute: 'expires',
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const transient =
      'what it holds is of the moment: lost, each breaker is closed, and opens again where something fails';
    acknowledge(this, {
      'AwsSolutions-DDB3': transient,
      'NIST.800.53.R5-DynamoDBInBackupPlan': transient,
      'NIST.800.53.R5-DynamoDBPITREnabled': transient,
    });
    new ManagedPolicy(this, 'Watchers', {
      description: `Sees what ${domain.name} does not call for a while, and why`,
      roles: [...watchers],
      statements: [
        new PolicyStatement({ sid: 'SeeBreakers', actions: ['dynamodb:Query'], resources: [this.tableArn] }),
      ],
    });
  }
}
