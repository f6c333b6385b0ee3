import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import { ManagedPolicy, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { LifecycleRule } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { DomainRepository } from '#constructs/domain-repository.ts';
import { PrivateBucket } from '#constructs/private-bucket.ts';
import { acceptWildcards } from '#constructs/wildcards.ts';
import { landingColumns, landingDays, landingTable } from '#mesh/pipeline/landing.ts';
import { domainRoleName, landingBucketName, landingDatabaseName } from '#mesh/topology/names.ts';

export interface LandingProps {
  readonly repository: DomainRepository;
  readonly key: IKey;
}

/** Files that landed go after so many days where no contract says how long its data is kept. */
const DEFAULT_DAYS = 90;
/** Longer than anybody tells of a file again: without its record it would be taken for a new one. */
const RUN_DAYS = 400;

/** Where files land, and the raw tables over them, which nobody shares. */
export class Landing extends Construct {
  readonly bucket: PrivateBucket;
  readonly database: CfnDatabase;
  readonly tables: readonly CfnTable[];

  constructor(scope: Construct, id: string, { repository, key }: LandingProps) {
    super(scope, id);
    const { topology, domain, pipeline, products } = repository;
    const { account } = Stack.of(this);
    const bucketName = landingBucketName(topology.mesh, domain.name, domain.account, topology.region);
    this.bucket = new PrivateBucket(this, 'Bucket', {
      bucketName,
      encryptionKey: key,
      events: true,
      lifecycleRules: lifecycle(repository),
    });
    this.#admitProducer(repository, key);
    this.database = new CfnDatabase(this, 'Database', {
      catalogId: account,
      databaseInput: {
        name: landingDatabaseName(domain.name),
        description: `Files as they came to ${domain.name}`,
        createTableDefaultPermissions: [],
      },
    });
    this.database.applyRemovalPolicy(RemovalPolicy.RETAIN);
    this.tables = pipeline.landing.map((landing) => {
      const input = landingTable(landing, landingColumns(landing, pipeline, products) ?? [], bucketName);
      const { StorageDescriptor: storage } = input;
      const table = new CfnTable(this, `Table-${landing.name}`, {
        catalogId: account,
        databaseName: landingDatabaseName(domain.name),
        tableInput: {
          name: input.Name,
          description: input.Description,
          tableType: input.TableType,
          parameters: input.Parameters,
          partitionKeys: [],
          storageDescriptor: {
            columns: storage.Columns.map(({ Name, Type }) => ({ name: Name, type: Type })),
            location: storage.Location,
            inputFormat: storage.InputFormat,
            outputFormat: storage.OutputFormat,
            serdeInfo: {
              serializationLibrary: storage.SerdeInfo?.SerializationLibrary,
              parameters: storage.SerdeInfo?.Parameters,
            },
          },
        },
      });
      table.addResourceDependency(this.database);
      return table;
    });
  }

  /** The domain's producers bring files, and see what became of them: they are the same people whose role writes products by hand. */
  #admitProducer({ topology, domain, pipeline }: DomainRepository, key: IKey): void {
    const folders = pipeline.landing.map(({ files }) => this.bucket.arnForObjects(`${files}*`));
    const told = ['runs/*', 'quarantine/*'].map((path) => this.bucket.arnForObjects(path));
    new ManagedPolicy(this, 'Producer', {
      description: `Brings files to ${domain.name} and sees what became of them`,
      roles: [Role.fromRoleName(this, 'ProducerRole', domainRoleName(topology.mesh, domain.name, 'producer'))],
      statements: [
        ...(folders.length === 0
          ? []
          : [
              new PolicyStatement({
                sid: 'Land',
                actions: ['s3:PutObject', 's3:GetObject', 's3:AbortMultipartUpload'],
                resources: folders,
              }),
            ]),
        new PolicyStatement({ sid: 'Outcome', actions: ['s3:GetObject'], resources: told }),
        new PolicyStatement({
          sid: 'LandingBucket',
          actions: ['s3:ListBucket', 's3:GetBucketLocation'],
          resources: [this.bucket.bucketArn],
        }),
        new PolicyStatement({
          sid: 'LandingKey',
          actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
          resources: [key.keyArn],
        }),
      ],
    });
    acceptWildcards(this, { 'Resource::<%.Arn>/%': 'the objects below a folder of exactly one bucket' });
  }
}

/** What landed is kept as long as what is made of it, and not longer: the same rows are in both. */
function lifecycle({ pipeline, products }: DomainRepository): LifecycleRule[] {
  const gone = { noncurrentVersionExpiration: Duration.days(30) };
  const days = pipeline.landing.map((landing) => landingDays(landing, pipeline, products) ?? DEFAULT_DAYS);
  return [
    ...pipeline.landing.map(({ name, files }, index) => ({
      id: `landed-${name}`,
      prefix: files,
      expiration: Duration.days(days[index] ?? DEFAULT_DAYS),
      ...gone,
    })),
    { id: 'quarantine', prefix: 'quarantine/', expiration: Duration.days(Math.min(DEFAULT_DAYS, ...days)), ...gone },
    { id: 'runs', prefix: 'runs/', expiration: Duration.days(RUN_DAYS), ...gone },
    { id: 'unfinished', abortIncompleteMultipartUploadAfter: Duration.days(7), expiredObjectDeleteMarker: true },
  ];
}
