import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnDataCatalog } from 'aws-cdk-lib/aws-athena';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnConnection } from 'aws-cdk-lib/aws-glue';
import { type IRole, ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { ALARM_ACTION, acknowledge, INLINE_POLICY } from '#constructs/acknowledge.ts';
import type { DomainRepository } from '#constructs/domain-repository.ts';
import { acceptWildcards } from '#constructs/wildcards.ts';
import { SOURCE_LIMITS } from '#mesh/breaker.ts';
import { catalogName, type DatabaseSource } from '#mesh/pipeline/sources.ts';
import { domainRoleName } from '#mesh/topology/names.ts';
import { watchBreaker } from '../breaker-access.ts';
import type { Landing } from './landing.ts';
import { type NetworkPlace, SourceNetwork } from './source-network.ts';
import { NETWORK_INTERFACES, rotate } from './source-rotation.ts';

export interface FederatedSourceProps {
  readonly repository: DomainRepository;
  readonly source: DatabaseSource;
  readonly landing: Landing;
  readonly key: IKey;
  /** The role of the pipeline, which reads the source. */
  readonly reader: IRole;
  /** Where `lambdas/` is. Default: the repository's. */
  readonly lambdas?: string;
}

/** Below this prefix of the landing bucket lies, encrypted and for a day, what was too large for a connector's answer. */
const SPILL = 'spill/';

/**
 * A database that is read where it is: an Athena catalog over a Glue connection, with the connector's role, the secret of the user who reads, and the network between. The
 * pipeline and the domain's producers may use the catalog, nobody else; the mesh gets what the pipeline makes of it.
 */
export class FederatedSource extends Construct {
  readonly secret: Secret;
  readonly catalog: CfnDataCatalog;

  constructor(scope: Construct, id: string, props: FederatedSourceProps) {
    super(scope, id);
    const { repository, source, landing, key } = props;
    const { topology, domain } = repository;
    const { region, account } = Stack.of(this);
    const name = catalogName(domain.name, source.name);
    this.secret = new Secret(this, 'Secret', {
      secretName: `${topology.mesh}/${domain.name}/${source.name}`,
      description: `Who reads ${source.database} at ${source.host} for ${domain.name}`,
      encryptionKey: key,
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ username: source.user }),
        generateStringKey: 'password',
        excludePunctuation: true,
        passwordLength: 40,
      },
      removalPolicy: RemovalPolicy.RETAIN,
    });
    const place = this.#place(props);
    rotate(this, { ...props, secret: this.secret, place });
    const connection = new CfnConnection(this, 'Connection', {
      catalogId: account,
      connectionInput: {
        name: `${topology.mesh}-${name}`,
        description: `${source.database} at ${source.host}`,
        connectionType: 'POSTGRESQL',
        connectionProperties: {
          HOST: source.host,
          PORT: String(source.port),
          DATABASE: source.database,
          JDBC_PARAMS: `sslmode=${source.sslmode}`,
        },
        authenticationConfiguration: { authenticationType: 'BASIC', secretArn: this.secret.secretArn },
        athenaProperties: {
          spill_bucket: landing.bucket.bucketName,
          spill_prefix: `${SPILL}${source.name}`,
          disable_spill_encryption: 'false',
        },
        physicalConnectionRequirements: place,
        // The database need not be there, nor know the password, when the stack is deployed.
        validateCredentials: false,
      },
    });
    const connector = this.#connector(props, `arn:aws:glue:${region}:${account}:connection/${topology.mesh}-${name}`);
    this.catalog = new CfnDataCatalog(this, 'Catalog', {
      name,
      type: 'FEDERATED',
      description: `${source.database} at ${source.host}, as ${source.user} may read it`,
      parameters: {
        'connection-arn': `arn:aws:glue:${region}:${account}:connection/${topology.mesh}-${name}`,
        'lambda-role-arn': connector.roleArn,
      },
    });
    this.catalog.addResourceDependency(connection);
    this.catalog.node.addDependency(connector);
    landing.bucket.addLifecycleRule({
      id: `spill-${source.name}`,
      prefix: `${SPILL}${source.name}/`,
      expiration: Duration.days(1),
      noncurrentVersionExpiration: Duration.days(1),
    });
    this.#admit(props, name);
    this.#watch(name);
    watchBreaker(this, 'BreakerOpen', {
      description: `${domain.name}: ${source.name} does not answer; the steps that read it are put off`,
      dimensions: { service: 'weft-pipeline', mesh: topology.mesh, domain: domain.name, source: source.name },
      longestRest: SOURCE_LIMITS.longestRest,
    });
  }

  #place({ source, key }: FederatedSourceProps): NetworkPlace {
    const { network } = source;
    if ('cidr' in network) return new SourceNetwork(this, 'Network', { source, key, ...network }).place;
    const { subnet, zone, securityGroup } = network;
    return { subnetId: subnet, availabilityZone: zone, securityGroupIdList: [securityGroup] };
  }

  /** The role that the connector runs by: it reads one secret and one connection, and writes what spills over. */
  #connector({ repository, source, landing, key }: FederatedSourceProps, connectionArn: string): Role {
    const { region, account } = Stack.of(this);
    const role = new Role(this, 'Connector', {
      description: `Reads ${source.name} for ${repository.domain.name}`,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    const catalog = `arn:aws:glue:${region}:${account}:catalog`;
    const spilled = landing.bucket.arnForObjects(`${SPILL}${source.name}/*`);
    const statements: PolicyStatement[] = [
      new PolicyStatement({ sid: 'Connection', actions: ['glue:GetConnection'], resources: [catalog, connectionArn] }),
      new PolicyStatement({
        sid: 'Secret',
        actions: ['secretsmanager:GetSecretValue'],
        resources: [this.secret.secretArn],
      }),
      new PolicyStatement({
        sid: 'SecretKey',
        actions: ['kms:Decrypt'],
        resources: [key.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `secretsmanager.${region}.amazonaws.com` } },
      }),
      new PolicyStatement({ sid: 'Spill', actions: ['s3:PutObject', 's3:GetObject'], resources: [spilled] }),
      new PolicyStatement({
        sid: 'SpillBucket',
        actions: ['s3:ListBucket', 's3:GetBucketLocation'],
        resources: [landing.bucket.bucketArn],
      }),
      new PolicyStatement({
        sid: 'SpillKey',
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [key.keyArn],
        conditions: { StringEquals: { 'kms:ViaService': `s3.${region}.amazonaws.com` } },
      }),
      // A connector stops when its query is over.
      new PolicyStatement({
        sid: 'Query',
        actions: ['athena:GetQueryExecution'],
        resources: [`arn:aws:athena:${region}:${account}:workgroup/*`],
      }),
      NETWORK_INTERFACES(),
      new PolicyStatement({
        sid: 'Logs',
        actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [`arn:aws:logs:${region}:${account}:log-group:/aws/lambda/${this.#function(repository, source)}*`],
      }),
    ];
    for (const statement of statements) role.addToPolicy(statement);
    acceptWildcards(role, {
      'Resource::*': 'what a function needs to stand in a network, of which EC2 takes no narrower resource',
      'Resource::<%.Arn>/%': 'the objects below one folder of exactly one bucket',
      'Resource::arn:aws:athena:%:workgroup/*': 'the query that called may be of any workgroup',
      'Resource::arn:aws:logs:%': 'the log of the one function that Athena makes for this catalog',
    });
    acknowledge(role, INLINE_POLICY);
    return role;
  }

  #function({ domain }: DomainRepository, source: DatabaseSource): string {
    return `athenafederatedcatalog_${catalogName(domain.name, source.name)}`;
  }

  /** The pipeline and the domain's producers; what they read is of the domain, and nothing of the mesh is granted on it. */
  #admit({ repository, source, landing, key, reader }: FederatedSourceProps, name: string): void {
    const { region, account } = Stack.of(this);
    const { topology, domain } = repository;
    const producer = Role.fromRoleName(this, 'ProducerRole', domainRoleName(topology.mesh, domain.name, 'producer'));
    const policy = new ManagedPolicy(this, 'Readers', {
      description: `Reads ${source.name} where it is`,
      roles: [reader, producer],
      statements: [
        new PolicyStatement({
          sid: 'Catalog',
          actions: [
            'athena:GetDataCatalog',
            'athena:GetDatabase',
            'athena:ListDatabases',
            'athena:GetTableMetadata',
            'athena:ListTableMetadata',
          ],
          resources: [`arn:aws:athena:${region}:${account}:datacatalog/${name}`],
        }),
        new PolicyStatement({
          sid: 'Connector',
          actions: ['lambda:InvokeFunction'],
          resources: [`arn:aws:lambda:${region}:${account}:function:${this.#function(repository, source)}`],
        }),
        new PolicyStatement({
          sid: 'Spilled',
          actions: ['s3:GetObject'],
          resources: [landing.bucket.arnForObjects(`${SPILL}${source.name}/*`)],
        }),
        new PolicyStatement({
          sid: 'SpillBucket',
          actions: ['s3:ListBucket', 's3:GetBucketLocation'],
          resources: [landing.bucket.bucketArn],
        }),
        new PolicyStatement({ sid: 'SpilledKey', actions: ['kms:Decrypt'], resources: [key.keyArn] }),
      ],
    });
    acceptWildcards(policy, { 'Resource::<%.Arn>/%': 'the objects below one folder of exactly one bucket' });
  }

  #watch(name: string): void {
    const alarm = new Alarm(this, 'Failed', {
      alarmDescription: `the connector of ${name} fails: the database, its password or the way to it`,
      metric: new Metric({
        namespace: 'AWS/Lambda',
        metricName: 'Errors',
        dimensionsMap: { FunctionName: `athenafederatedcatalog_${name}` },
        statistic: 'Sum',
        period: Duration.minutes(5),
      }),
      threshold: 1,
      evaluationPeriods: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    acknowledge(alarm, ALARM_ACTION);
  }
}
