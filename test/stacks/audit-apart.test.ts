import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GetKeyPolicyCommand,
  KMSClient,
  ScheduleKeyDeletionCommand,
  SignCommand,
} from '@aws-sdk/client-kms';
import {
  GrantPermissionsCommand,
  LakeFormationClient,
  PutDataLakeSettingsCommand,
} from '@aws-sdk/client-lakeformation';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  PutObjectRetentionCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { logCrypto } from '#aws/log-crypto.ts';
import { query } from '#cli/athena.ts';
import { auditEntries, auditReads } from '#cli/audit.ts';
import type { Connection } from '#cli/connection.ts';
import { World } from '#cli/demo/world.ts';
import { bringUp, type MeshUp } from '#cli/local-mesh.ts';
import { meshLog } from '#cli/log-files.ts';
import { waitForSubscription } from '#cli/wait.ts';
import { callerFor } from '#local/core/cloud.ts';
import { admits } from '#local/core/policy.ts';
import type { Caller } from '#local/core/service.ts';
import { S3Service } from '#local/services/s3/service.ts';
import { detailBody } from '#mesh/audit/log/message.ts';
import { verifyLog } from '#mesh/audit/log/verify.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import {
  auditBucketName,
  auditKeyAlias,
  auditQueueName,
  logKeyAlias,
  roleArn,
  trailBucketName,
} from '#mesh/topology/names.ts';
import { publish } from '../../bench/mesh.ts';
import { AUDIT, auditApart } from './audit-apart.ts';

const apart = auditApart();
const topology = {
  ...apart,
  domains: apart.domains.filter(({ name }) => ['flight-operations', 'analytics'].includes(name)),
};
const { mesh, region, governanceAccount } = topology;
const ENTRIES = auditBucketName(mesh, AUDIT, region);
const LOGS = trailBucketName(mesh, AUDIT, region);
const CLOUDTRAIL_DELAY_MS = 15 * 60_000;

/** Everybody in the governance account who could be up to something, the mightiest first. */
const GOVERNANCE = {
  'the root of the account': `arn:aws:iam::${governanceAccount}:root`,
  'CloudFormation’s execution role': roleArn(
    governanceAccount,
    `cdk-hnb659fds-cfn-exec-role-${governanceAccount}-${region}`,
  ),
  platform: 'governance/platform',
  'the relay': roleArn(governanceAccount, `${mesh}-relay`),
  'the reconciler': roleArn(governanceAccount, `${mesh}-reconcile`),
};

/** The name of the error that a call ends in; `allowed` when it ends in none. */
async function outcome(call: Promise<unknown> | undefined): Promise<string> {
  if (call === undefined) return 'not tried';
  return call.then(
    () => 'allowed',
    (error: Error) => error.name,
  );
}

/** What nobody but the relay does to entries, and the relay only to new ones. */
const TAMPERING: Readonly<Record<string, (client: S3Client, Key: string) => Promise<unknown>>> = {
  'reads no entry': (client, Key) => client.send(new GetObjectCommand({ Bucket: ENTRIES, Key })),
  'lists no entries': (client) => client.send(new ListObjectsV2Command({ Bucket: ENTRIES })),
  'deletes no entry': (client, Key) => client.send(new DeleteObjectCommand({ Bucket: ENTRIES, Key })),
  'overwrites no entry': (client, Key) => client.send(new PutObjectCommand({ Bucket: ENTRIES, Key, Body: 'forged' })),
  'sets no retention': (client, Key) =>
    client.send(
      new PutObjectRetentionCommand({
        Bucket: ENTRIES,
        Key,
        Retention: { Mode: 'GOVERNANCE', RetainUntilDate: new Date(0) },
      }),
    ),
  'opens the bucket to nobody': (client) =>
    client.send(new PutBucketPolicyCommand({ Bucket: ENTRIES, Policy: OPEN_TO_ALL })),
  'reads no file of CloudTrail': (client) => client.send(new ListObjectsV2Command({ Bucket: LOGS })),
};
const OPEN_TO_ALL = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${ENTRIES}/*` }],
});

const ENTRIES_TABLE = { CatalogId: AUDIT, DatabaseName: `${mesh}_audit`, Name: 'entries' };
const SOMEBODY = { DataLakePrincipalIdentifier: roleArn(AUDIT, `${mesh}-auditor`) };

/** What is Lake Formation's of the audit account to give. */
const LAKE: Readonly<Record<string, (client: LakeFormationClient) => Promise<unknown>>> = {
  'grants nothing on entries': (client) =>
    client.send(
      new GrantPermissionsCommand({
        CatalogId: AUDIT,
        Principal: SOMEBODY,
        Resource: { Table: ENTRIES_TABLE },
        Permissions: ['INSERT'],
      }),
    ),
  'does not make itself an administrator': (client) =>
    client.send(new PutDataLakeSettingsCommand({ CatalogId: AUDIT, DataLakeSettings: { DataLakeAdmins: [SOMEBODY] } })),
};

const s3 = ({ client }: Connection) => new S3Client({ ...client, forcePathStyle: true });
const REFUSED = /^AccessDenied(Exception)?$/;

describe('a mesh with an audit account of its own', () => {
  let folder: string;
  let up: MeshUp;
  let world: World;
  let auditor: Connection;
  let entryKey: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'weft-audit-'));
    up = await bringUp({ topology, folder, port: 0 });
    world = new World(up.instance, up.local);
    await publish(world, 'runways', 1, false);
    const analyst = await world.as('analytics/analyst');
    const { subscription } = await analyst.api<{ subscription: SubscriptionRecord }>({
      method: 'POST',
      path: '/subscriptions',
      body: { product: 'flight-operations/runways', purpose: 'planning' },
    });
    await waitForSubscription(analyst, subscription.id, ['active']);
    await query(analyst, 'SELECT id FROM flight_operations__runways__v1.runways_t0');
    world.instance.cloud.clock.advance(CLOUDTRAIL_DELAY_MS);
    await world.settle();
    auditor = await world.as('governance/auditor');
    entryKey = world.instance.cloud.service(S3Service).listKeys(ENTRIES, 'entries/')[0]?.key ?? '';
  }, 180_000);

  afterAll(async () => {
    await up?.instance.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('the auditor is of that account, whatever the short name says', () => {
    expect(auditor.principal).toBe(roleArn(AUDIT, `${mesh}-auditor`));
  });

  test('entries of the whole way are there, and the auditor reads them', async () => {
    const actions = (await auditEntries(auditor, { limit: 100 })).map(({ action }) => action);
    expect(actions).toEqual(expect.arrayContaining(['ProductPublished', 'SubscriptionApproved', 'ShareApplied']));
    expect(entryKey).toMatch(/^entries\//);
  });

  test('the read of the analyst is in the trail that CloudTrail delivers across accounts', async () => {
    const reads = await auditReads(auditor, { limit: 100, product: 'flight-operations/runways' });
    expect(reads.map(({ principal }) => principal)).toContain(
      roleArn(topology.domains.find(({ name }) => name === 'analytics')?.account ?? '', `${mesh}-analytics-analyst`),
    );
  });

  test('the trail has every account of the mesh, each below its own prefix', () => {
    const keys = world.instance.cloud
      .service(S3Service)
      .listKeys(LOGS, 'AWSLogs/')
      .map(({ key }) => key.split('/')[1]);
    const domains = topology.domains.map(({ account }) => account);
    expect([...new Set(keys)].sort()).toEqual([governanceAccount, AUDIT, ...domains].sort());
  });

  test('the auditor may call the mesh’s API', async () => {
    const { subscriptions } = await auditor.api<{ subscriptions: unknown[] }>({
      method: 'GET',
      path: '/subscriptions',
    });
    expect(subscriptions).toHaveLength(1);
  });

  describe.each(Object.entries(GOVERNANCE))('%s', (_, principal) => {
    let connection: Connection;
    beforeAll(async () => {
      connection = await world.as(principal);
    });

    test.each(Object.keys(TAMPERING))('%s', async (what) => {
      expect(await outcome(TAMPERING[what]?.(s3(connection), entryKey))).toMatch(REFUSED);
    });

    test.each(Object.keys(LAKE))('%s', async (what) => {
      expect(await outcome(LAKE[what]?.(new LakeFormationClient(connection.client)))).toMatch(REFUSED);
    });

    test('decrypts nothing with the key of the trail', async () => {
      const kms = new KMSClient(connection.client);
      const KeyId = `arn:aws:kms:${region}:${AUDIT}:${auditKeyAlias(mesh)}`;
      const owner = new KMSClient((await world.as(`arn:aws:iam::${AUDIT}:root`)).client);
      const { CiphertextBlob } = await owner.send(new EncryptCommand({ KeyId, Plaintext: Buffer.from('an entry') }));
      expect(await outcome(owner.send(new DecryptCommand({ CiphertextBlob })))).toBe('allowed');
      expect(await outcome(kms.send(new DecryptCommand({ CiphertextBlob })))).toMatch(REFUSED);
      expect(await outcome(kms.send(new ScheduleKeyDeletionCommand({ KeyId })))).toMatch(REFUSED);
    });
  });

  describe('the relay', () => {
    const write = async (input: Partial<PutObjectCommandInput>) => {
      const relay = s3(await world.as(GOVERNANCE['the relay']));
      return outcome(relay.send(new PutObjectCommand({ Bucket: ENTRIES, Key: '', Body: '{}', ...input })));
    };

    test('adds what is long of an entry under a key that is free, and only with the condition that it be free', async () => {
      const sha256 = createHash('sha256').update('long').digest('hex');
      const detail = { Key: `details/${sha256}.json`, Body: detailBody('long', sha256) };
      expect(await write(detail)).toMatch(REFUSED);
      expect(await write({ ...detail, IfNoneMatch: '*' })).toBe('allowed');
      expect(await write({ ...detail, IfNoneMatch: '*' })).toBe('PreconditionFailed');
    });

    test('hands entries to the appender, which nobody else there may do, and neither takes one back nor signs', async () => {
      const QueueUrl = `https://sqs.${region}.amazonaws.com/${AUDIT}/${auditQueueName(mesh)}`;
      const sqs = async (as: string) => new SQSClient({ ...(await world.as(as)).client, useQueueUrlAsEndpoint: false });
      const message = { QueueUrl, MessageBody: '{}', MessageGroupId: 'trail', MessageDeduplicationId: 'x' };
      expect(await outcome((await sqs(GOVERNANCE['the relay'])).send(new SendMessageCommand(message)))).toBe('allowed');
      expect(await outcome((await sqs(GOVERNANCE.platform)).send(new SendMessageCommand(message)))).toMatch(REFUSED);
      const take = new ReceiveMessageCommand({ QueueUrl });
      expect(await outcome((await sqs(GOVERNANCE['the relay'])).send(take))).toMatch(REFUSED);
      for (const who of [GOVERNANCE['the relay'], GOVERNANCE.platform, `arn:aws:iam::${AUDIT}:root`]) {
        const kms = new KMSClient((await world.as(who)).client);
        const KeyId = `arn:aws:kms:${region}:${AUDIT}:${logKeyAlias(mesh)}`;
        const sign = { KeyId, Message: Buffer.from('a checkpoint'), SigningAlgorithm: 'ED25519_SHA_512' as const };
        expect(await outcome(kms.send(new SignCommand(sign)))).toMatch(REFUSED);
      }
    });

    test('the log stands, before its witness as well', async () => {
      await world.settle();
      const { files, witness, key } = await meshLog(auditor);
      expect(await verifyLog(files, { ...logCrypto, key, witness })).toMatchObject({ problems: [] });
      expect((await witness?.keys())?.length).toBeGreaterThan(0);
    });

    test('says nothing of the lock of what it adds', async () => {
      const fresh = { Key: 'details/unlocked.json', IfNoneMatch: '*' };
      const ObjectLockRetainUntilDate = new Date(world.instance.cloud.clock.now() + 60_000);
      expect(await write({ ...fresh, ObjectLockMode: 'GOVERNANCE', ObjectLockRetainUntilDate })).toMatch(REFUSED);
      expect(await write({ ...fresh, ObjectLockLegalHoldStatus: 'OFF' })).toMatch(REFUSED);
    });

    test('writes nowhere else', async () => {
      expect(await write({ Key: 'free.json', IfNoneMatch: '*' })).toMatch(REFUSED);
      expect(await write({ Key: 'entries/000/000/999/999.jsonl', IfNoneMatch: '*' })).toMatch(REFUSED);
      expect(await write({ Bucket: LOGS, Key: 'AWSLogs/free.json', IfNoneMatch: '*' })).toMatch(REFUSED);
    });
  });

  describe('the auditor', () => {
    // Whoever shall prove that the trail and CloudTrail's files are whole reads them.
    const may = ['lists no entries', 'reads no entry', 'reads no file of CloudTrail'];
    test.each(Object.keys(TAMPERING).filter((what) => !may.includes(what)))('%s', async (what) => {
      expect(await outcome(TAMPERING[what]?.(s3(auditor), entryKey))).toMatch(REFUSED);
    });

    test.each(Object.keys(LAKE))('%s', async (what) => {
      expect(await outcome(LAKE[what]?.(new LakeFormationClient(auditor.client)))).toMatch(REFUSED);
    });

    test.each([
      ['DROP TABLE entries'],
      ['DROP DATABASE aviation_audit CASCADE'],
      ["INSERT INTO entries (id) VALUES ('forged')"],
    ])('is refused %s', async (sql) => {
      await expect(query(auditor, sql, { database: 'aviation_audit' })).rejects.toThrow(
        /Insufficient|denied|not authorized|not supported/i,
      );
    });

    test('revokes nothing in the mesh', async () => {
      const { subscriptions } = await auditor.api<{ subscriptions: SubscriptionRecord[] }>({
        method: 'GET',
        path: '/subscriptions',
      });
      const path = `/subscriptions/${subscriptions[0]?.id}/revocation`;
      await expect(auditor.api({ method: 'POST', path, body: {} })).rejects.toThrow(/not authorized|may not/);
    });
  });

  describe('the policy of the trail’s key', () => {
    const S3 = { 'kms:ViaService': `s3.${region}.amazonaws.com` };
    const trailOf = (arn: string) => ({ 'aws:SourceArn': arn, 'kms:EncryptionContext:aws:cloudtrail:arn': arn });
    const TRAIL = `arn:aws:cloudtrail:${region}:${governanceAccount}:trail/${mesh}-governance`;
    const OTHER = `arn:aws:cloudtrail:${region}:${governanceAccount}:trail/other`;
    const CLOUDTRAIL = 'cloudtrail.amazonaws.com';

    test.each([
      ['lets the relay encrypt through S3', GOVERNANCE['the relay'], 'GenerateDataKey', S3, true],
      ['lets it encrypt nothing else', GOVERNANCE['the relay'], 'GenerateDataKey', {}, false],
      ['lets it decrypt nothing', GOVERNANCE['the relay'], 'Decrypt', S3, false],
      ['lets no other role in', GOVERNANCE['the reconciler'], 'GenerateDataKey', S3, false],
      ['lets CloudTrail encrypt for the trail of governance', CLOUDTRAIL, 'GenerateDataKey', trailOf(TRAIL), true],
      ['lets CloudTrail encrypt for no other trail', CLOUDTRAIL, 'GenerateDataKey', trailOf(OTHER), false],
      ['lets CloudTrail decrypt nothing', CLOUDTRAIL, 'Decrypt', trailOf(TRAIL), false],
    ] as const)('%s', async (_, who, action, keys, may) => {
      const owner = new KMSClient((await world.as(`arn:aws:iam::${AUDIT}:root`)).client);
      const { KeyMetadata } = await owner.send(
        new DescribeKeyCommand({ KeyId: `arn:aws:kms:${region}:${AUDIT}:${auditKeyAlias(mesh)}` }),
      );
      const { Policy } = await owner.send(
        new GetKeyPolicyCommand({ KeyId: KeyMetadata?.KeyId, PolicyName: 'default' }),
      );
      const caller: Caller = who.startsWith('arn:')
        ? callerFor(who, 'relay')
        : { kind: 'service', account: governanceAccount, arn: who, principalId: who };
      const request = { caller, action: `kms:${action}`, resource: KeyMetadata?.Arn ?? '', keys };
      expect(admits(world.instance.cloud.store, Policy, AUDIT, request)).toBe(may);
    });
  });

  test('the platform has no workgroup in which it could ask for entries', async () => {
    await expect(auditEntries(await world.as('governance/platform'), { limit: 1 })).rejects.toThrow(/has no workgroup/);
  });

  test('not even the root of the audit account deletes an entry before its time', async () => {
    const root = s3(await world.as(`arn:aws:iam::${AUDIT}:root`));
    const at = { Bucket: ENTRIES, Key: entryKey };
    const { VersionId } = await root.send(new GetObjectCommand(at));
    expect(VersionId).toBeDefined();
    expect(await outcome(root.send(new DeleteObjectCommand({ ...at, VersionId })))).toMatch(REFUSED);
    const soon = new Date(world.instance.cloud.clock.now() + 60_000);
    const shorter = new PutObjectRetentionCommand({
      ...at,
      VersionId,
      Retention: { Mode: 'COMPLIANCE', RetainUntilDate: soon },
    });
    expect(await outcome(root.send(shorter))).toMatch(REFUSED);
  });
});
