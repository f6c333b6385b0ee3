import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { acknowledge } from '#constructs/acknowledge.ts';

/** The registry: the only source of truth, and its stream the outbox. */
export class Registry extends Table {
  constructor(scope: Construct, id: string, props: { encryptionKey: IKey }) {
    super(scope, id, {
      partitionKey: { name: 'pk', type: AttributeType.STRING },
      sortKey: { name: 'sk', type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      encryption: TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: props.encryptionKey,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      stream: StreamViewType.NEW_AND_OLD_IMAGES,
      timeToLiveAttribute: 'expires',
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.addGlobalSecondaryIndex({
      indexName: 'by-type',
      partitionKey: { name: 'type', type: AttributeType.STRING },
      sortKey: { name: 'sort', type: AttributeType.STRING },
      projectionType: ProjectionType.ALL,
    });
    acknowledge(this, {
      'NIST.800.53.R5-DynamoDBInBackupPlan':
        "it has point-in-time recovery for 35 days and deletion protection; a backup plan is the account owner's",
    });
  }
}
