import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { acknowledge } from '#constructs/acknowledge.ts';

const INDEX = 'by-type';

/** The registry: the only source of truth, and its stream the outbox. */
export class Registry extends Table {
  readonly #key: IKey;

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
    this.#key = props.encryptionKey;
    this.addGlobalSecondaryIndex({
      indexName: INDEX,
      partitionKey: { name: 'type', type: AttributeType.STRING },
      sortKey: { name: 'sort', type: AttributeType.STRING },
      projectionType: ProjectionType.ALL,
    });
    acknowledge(this, {
      'NIST.800.53.R5-DynamoDBInBackupPlan':
        "it has point-in-time recovery for 35 days and deletion protection; a backup plan is the account owner's",
    });
  }

  /** Lets a Lambda query records by their keys; nothing of the mesh scans. */
  allowReading(lambda: IGrantable): void {
    this.#key.grantDecrypt(lambda);
    this.#allow(lambda, 'ReadRegistry', ['dynamodb:Query'], [this.tableArn]);
  }

  /** Lets a Lambda list the records of a type too. */
  allowListing(lambda: IGrantable): void {
    this.#allow(lambda, 'ListRegistry', ['dynamodb:Query'], [`${this.tableArn}/index/${INDEX}`]);
  }

  /** Lets a Lambda query records and write them. */
  allowWriting(lambda: IGrantable): void {
    this.allowReading(lambda);
    this.#key.grantEncrypt(lambda);
    this.#allow(lambda, 'WriteRegistry', ['dynamodb:PutItem'], [this.tableArn]);
  }

  /** Lets a Lambda give source tables free: nothing but pointers to them is ever deleted. */
  allowReleasing(lambda: IGrantable): void {
    this.#allow(lambda, 'ReleaseSources', ['dynamodb:DeleteItem'], [this.tableArn]);
  }

  #allow(lambda: IGrantable, sid: string, actions: string[], resources: string[]): void {
    lambda.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ sid, actions, resources }));
  }
}
