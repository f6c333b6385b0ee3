import { Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Trail } from 'aws-cdk-lib/aws-cloudtrail';
import { CfnDatabase } from 'aws-cdk-lib/aws-glue';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Bucket, ObjectLockRetention } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { acknowledge, INLINE_POLICY } from '#constructs/acknowledge.ts';
import { LakeGrants } from '#constructs/lake-grants.ts';
import { LakeLocation } from '#constructs/lake-location.ts';
import { PersonRole } from '#constructs/person-role.ts';
import { PrivateBucket } from '#constructs/private-bucket.ts';
import { QueryWorkgroup } from '#constructs/query-workgroup.ts';
import { acceptWildcards } from '#constructs/wildcards.ts';
import { auditViews } from '#mesh/audit/views/views.ts';
import {
  auditBucketName,
  auditDatabaseName,
  governanceRoleName,
  roleArn,
  trailBucketName,
  workgroupName,
} from '#mesh/topology/names.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { isAuditApart } from '#mesh/topology/topology.ts';
import { organizationTrailAccount } from '#mesh/topology/trails.ts';
import { ACKNOWLEDGE, HOLD, INVOKE_WILDCARDS, invoke, READ } from '../api-access.ts';
import { admitDisposals } from '../audit/admit-disposals.ts';
import { admitGovernance } from '../audit/admit-governance.ts';
import { admitOwnTrails, admitTrails } from '../audit/admit-trails.ts';
import { AuditLog } from '../audit/audit-log.ts';
import { QueryKeeper } from '../audit/query-keeper.ts';
import { LOG_WILDCARDS, readLog } from '../audit/read-log.ts';
import { RuleWatch } from '../audit/rule-watch.ts';
import { SavedFindings } from '../audit/saved-findings.ts';
import { VERIFY_WILDCARDS, verifyStatements } from '../audit/verify-access.ts';
import { CATALOG_WILDCARDS, catalogRead } from '../catalog-access.ts';
import type { MeshSite } from '../mesh-site.ts';
import { auditView, detailsTable, entriesTable, executionsTable, trailTable } from './audit-tables.ts';

export interface AuditStackProps extends StackProps, MeshSite {
  readonly auditKey: IKey;
  /** Encrypts the logs of the Lambdas. */
  readonly logsKey: IKey;
}

/**
 * The trail that nobody can rewrite, and the auditors who read it: what the mesh decided, and what AWS saw. It is in the audit account, which is
 * the governance account unless `mesh.yaml` names another.
 */
export class AuditStack extends Stack {
  constructor(scope: Construct, id: string, props: AuditStackProps) {
    super(scope, id, props);
    const { topology, options, auditKey } = props;
    const { mesh } = topology;
    const lock = {
      encryptionKey: auditKey,
      objectLockEnabled: true,
      objectLockDefaultRetention: ObjectLockRetention.compliance(Duration.days(options.auditRetentionDays)),
    };
    const entries = new PrivateBucket(this, 'Entries', {
      ...lock,
      bucketName: auditBucketName(mesh, this.account, this.region),
    });
    const logs = new PrivateBucket(this, 'TrailLogs', {
      ...lock,
      bucketName: trailBucketName(mesh, this.account, this.region),
    });
    if (isAuditApart(topology)) admitGovernance(topology, entries);
    const log = new AuditLog(this, 'Log', { site: props, bucket: entries, auditKey, logsKey: props.logsKey });
    admitDisposals(topology, { entries, key: auditKey });
    admitTrails(topology, logs);
    if (organizationTrailAccount(topology) === undefined) this.#trail(topology, logs, entries, auditKey);

    const { logsKey, lambdas, auditRules } = props;
    new QueryKeeper(this, 'QueryKeeper', { topology, bucket: entries, key: auditKey, logsKey, auditRules, lambdas });

    const database = auditDatabaseName(mesh);
    const catalog = new CfnDatabase(this, 'Database', {
      catalogId: this.account,
      databaseInput: {
        name: database,
        description: `What happened in the mesh ${mesh}`,
        createTableDefaultPermissions: [],
      },
    });
    const tables = [
      entriesTable(this, database, entries.bucketName),
      trailTable(this, database, logs.bucketName, topology),
      detailsTable(this, database, entries.bucketName),
      executionsTable(this, database, entries.bucketName),
      ...auditViews(topology).map((view) => auditView(this, database, view)),
    ];
    for (const table of tables) table.addResourceDependency(catalog);
    const locations = [entries, logs].map(
      (bucket, index) =>
        new LakeLocation(this, index === 0 ? 'EntriesLocation' : 'TrailLocation', {
          bucketArn: bucket.bucketArn,
          owner: this.account,
          key: { arn: auditKey.keyArn },
        }),
    );

    const auditorArn = roleArn(this.account, governanceRoleName(mesh, 'auditor'));
    const workgroup = new QueryWorkgroup(this, 'Auditors', {
      name: workgroupName(mesh, 'auditor'),
      description: `Auditors of the mesh ${mesh}`,
      key: auditKey,
      readers: [auditorArn],
      cutoffBytes: options.queryCutoffBytes,
    });
    new SavedFindings(this, 'Findings', {
      topology,
      database,
      workGroup: workgroupName(mesh, 'auditor'),
    }).node.addDependency(workgroup);
    const auditor = new PersonRole(this, 'Auditor', {
      roleName: governanceRoleName(mesh, 'auditor'),
      description:
        'Reads the trail of the mesh, takes note of what audit rules found, and holds data back from removal',
      may: [
        invoke(topology, [...READ, ...ACKNOWLEDGE, ...HOLD]),
        ...workgroup.statements(),
        catalogRead(this, [this.account], [database]),
        ...verifyStatements(logs, auditKey),
        ...readLog(topology, { bucket: entries, key: log.key, auditKey }),
      ],
      wildcards: {
        ...INVOKE_WILDCARDS,
        ...QueryWorkgroup.wildcards,
        ...CATALOG_WILDCARDS,
        ...LOG_WILDCARDS,
        ...VERIFY_WILDCARDS,
      },
    });
    const watch = new RuleWatch(this, 'Rules', { ...props, database });
    // The schedule's role is a child of the stack, wherever the schedule is.
    acknowledge(this, INLINE_POLICY);
    acceptWildcards(this, { 'Resource::<RulesWatch%.Arn>:*': 'the versions of exactly one Lambda' });
    const ready = [auditor, watch.lambda, ...tables, ...locations];
    new LakeGrants(this, 'Grants', { catalogId: this.account, ready })
      .give('Database', auditorArn, { database }, ['DESCRIBE'])
      .give('Tables', auditorArn, { database, table: '*' }, ['SELECT', 'DESCRIBE'])
      .give('RulesDatabase', watch.principal, { database }, ['DESCRIBE'])
      .give('RulesTables', watch.principal, { database, table: '*' }, ['SELECT', 'DESCRIBE']);
  }

  /** The account's own trail, where no trail of the organization has it. */
  #trail(topology: Topology, logs: PrivateBucket, entries: PrivateBucket, encryptionKey: IKey): void {
    admitOwnTrails(topology, logs, this.account);
    const trail = new Trail(this, 'Trail', {
      // By its name, or the library would let CloudTrail in for the trails of every account.
      bucket: Bucket.fromBucketName(this, 'TrailBucket', logs.bucketName),
      encryptionKey,
      enableFileValidation: true,
      isMultiRegionTrail: true,
      includeGlobalServiceEvents: true,
    });
    acknowledge(trail, {
      'NIST.800.53.R5-CloudTrailCloudWatchLogsEnabled':
        'the trail is read where it cannot be changed: in its locked bucket, through Athena; a second copy in logs could be deleted',
    });
    if (logs.policy) trail.node.addDependency(logs.policy);
    trail.addS3EventSelector([{ bucket: entries }]);
  }
}
