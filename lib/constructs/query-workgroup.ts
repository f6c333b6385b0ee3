import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnWorkGroup } from 'aws-cdk-lib/aws-athena';
import { AnyPrincipal, Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { PrivateBucket } from './private-bucket.ts';
import type { AcceptedWildcards } from './wildcards.ts';

export interface QueryWorkgroupProps {
  readonly name: string;
  readonly description: string;
  readonly key: IKey;
  /** ARNs of the roles that may read the results: Lake Formation does not protect them any more. */
  readonly readers: readonly string[];
  /** Bytes that one query may scan at most. */
  readonly cutoffBytes: number;
}

/** An Athena workgroup whose settings nobody overrides, and the bucket of its results, which only its readers read. */
export class QueryWorkgroup extends Construct {
  readonly results: PrivateBucket;
  readonly #key: IKey;
  readonly arn: string;

  constructor(scope: Construct, id: string, props: QueryWorkgroupProps) {
    super(scope, id);
    this.#key = props.key;
    this.results = new PrivateBucket(this, 'Results', {
      encryptionKey: props.key,
      lifecycleRules: [{ expiration: Duration.days(30), noncurrentVersionExpiration: Duration.days(1) }],
    });
    this.results.addToResourcePolicy(
      new PolicyStatement({
        sid: 'ReadersOnly',
        effect: Effect.DENY,
        principals: [new AnyPrincipal()],
        actions: ['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject'],
        resources: [this.results.arnForObjects('*')],
        conditions: { ArnNotEquals: { 'aws:PrincipalArn': [...props.readers] } },
      }),
    );
    const workgroup = new CfnWorkGroup(this, 'WorkGroup', {
      name: props.name,
      description: props.description,
      recursiveDeleteOption: false,
      workGroupConfiguration: {
        enforceWorkGroupConfiguration: true,
        publishCloudWatchMetricsEnabled: true,
        bytesScannedCutoffPerQuery: props.cutoffBytes,
        requesterPaysEnabled: false,
        engineVersion: { selectedEngineVersion: 'Athena engine version 3' },
        resultConfiguration: {
          outputLocation: `s3://${this.results.bucketName}/results/`,
          expectedBucketOwner: Stack.of(this).account,
          encryptionConfiguration: { encryptionOption: 'SSE_KMS', kmsKey: props.key.keyArn },
        },
      },
    });
    workgroup.applyRemovalPolicy(RemovalPolicy.RETAIN);
    this.arn = Stack.of(this).formatArn({ service: 'athena', resource: 'workgroup', resourceName: props.name });
  }

  /** Why the wildcards in `statements()` stand. */
  static readonly wildcards: AcceptedWildcards = {
    'Resource::%/results/*': 'the results of exactly one workgroup',
    'Resource::*':
      'Lake Formation knows no resources in IAM: it decides itself what it vends; lists of workgroups and catalogs know none either',
  };

  /** What a machine needs that runs queries through the workgroup and reads their results: no menus, nothing saved. */
  queryOnly(): PolicyStatement[] {
    const actions = ['athena:StartQueryExecution', 'athena:GetQueryExecution', 'athena:GetQueryResults'];
    return [new PolicyStatement({ sid: 'Query', actions, resources: [this.arn] }), ...this.#reading()];
  }

  /** What a role needs to query through the workgroup and read its results. */
  statements(): PolicyStatement[] {
    return [
      new PolicyStatement({
        sid: 'Query',
        actions: [
          'athena:BatchGetNamedQuery',
          'athena:BatchGetPreparedStatement',
          'athena:BatchGetQueryExecution',
          'athena:CreateNamedQuery',
          'athena:CreatePreparedStatement',
          'athena:DeleteNamedQuery',
          'athena:DeletePreparedStatement',
          'athena:GetNamedQuery',
          'athena:GetPreparedStatement',
          'athena:GetQueryExecution',
          'athena:GetQueryResults',
          'athena:GetQueryResultsStream',
          'athena:GetQueryRuntimeStatistics',
          'athena:GetWorkGroup',
          'athena:ListNamedQueries',
          'athena:ListPreparedStatements',
          'athena:ListQueryExecutions',
          'athena:StartQueryExecution',
          'athena:StopQueryExecution',
          'athena:UpdateNamedQuery',
          'athena:UpdatePreparedStatement',
        ],
        resources: [this.arn],
      }),
      // What SQL clients and dashboards fill their menus with; which databases and tables they see, Lake Formation decides.
      new PolicyStatement({
        sid: 'Metadata',
        actions: [
          'athena:GetDataCatalog',
          'athena:GetDatabase',
          'athena:GetTableMetadata',
          'athena:ListDatabases',
          'athena:ListTableMetadata',
        ],
        resources: [
          Stack.of(this).formatArn({ service: 'athena', resource: 'datacatalog', resourceName: 'AwsDataCatalog' }),
        ],
      }),
      new PolicyStatement({
        sid: 'Menus',
        actions: ['athena:ListDataCatalogs', 'athena:ListEngineVersions', 'athena:ListWorkGroups'],
        resources: ['*'],
      }),
      ...this.#reading(),
    ];
  }

  #reading(): PolicyStatement[] {
    return [
      new PolicyStatement({
        sid: 'Results',
        actions: ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
        resources: [this.results.arnForObjects('results/*')],
      }),
      new PolicyStatement({
        sid: 'ResultsBucket',
        actions: ['s3:GetBucketLocation', 's3:ListBucket'],
        resources: [this.results.bucketArn],
      }),
      new PolicyStatement({
        sid: 'ResultsKey',
        actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
        resources: [this.#key.keyArn],
      }),
      // Lake Formation decides what is vended; the action knows no resources.
      new PolicyStatement({ sid: 'LakeData', actions: ['lakeformation:GetDataAccess'], resources: ['*'] }),
    ];
  }
}
