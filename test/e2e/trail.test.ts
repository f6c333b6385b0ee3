import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { recordOfImage } from '#aws/registry.ts';
import { localKeys } from '#cli/connection.ts';
import { enrol, sourceOf } from '#cli/demo/sources.ts';
import { World } from '#cli/demo/world.ts';
import { bringUp } from '#cli/local-mesh.ts';
import { readMeshFile } from '#cli/mesh-file.ts';
import { AwsError } from '#local/core/error.ts';
import { DynamoDbService } from '#local/services/dynamodb/service.ts';
import { type AuditEntry, auditEntries } from '#mesh/audit/entry.ts';
import { auditBucketName } from '#mesh/topology/names.ts';
import { runWeft } from '../cli/run-weft.ts';
import { judging } from '../judge/judging.ts';

const OWNER = 'airport-reference/steward';
const ANALYST = 'analytics/analyst';
const AUDITOR = 'governance/auditor';
const PRODUCT = 'airport-reference/airports';

describe('the trail, on the deployed templates', () => {
  const permits = judging();
  let folder: string;
  let world: World;
  /** Every event that the mesh bus took, by its id. */
  const events = new Set<string>();

  const weft = (...words: string[]) => runWeft(words, { cwd: folder, columns: 400 });
  const must = async (...words: string[]) => {
    const { exit, out, err } = await weft(...words);
    expect({ words, exit, err: exit === 0 ? '' : err }).toEqual({ words, exit: 0, err: '' });
    return out;
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'weft-trail-'));
    const topology = readMeshFile(undefined, '/');
    const { instance, local } = await bringUp({ topology, folder: join(folder, '.weft'), port: 0 });
    world = new World(instance, local);
    permits.watch(instance.cloud);
    instance.cloud.observe({
      after: (call, { output }) => {
        if (call.action !== 'events:PutEvents' || call.caller.kind !== 'role') return;
        const { Entries } = call.input as { Entries: { Source: string; Detail: string }[] };
        const results = (output as { Entries?: { EventId?: string }[] } | undefined)?.Entries ?? [];
        for (const [index, { Source, Detail }] of Entries.entries())
          if (Source === 'weft.mesh' && results[index]?.EventId !== undefined) events.add(JSON.parse(Detail).id);
      },
    });
    await enrol(world, sourceOf('airports'));
  }, 120_000);

  afterAll(async () => {
    await world?.instance.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Refuses one call in seven of the relay and of the appender, before or after it was done. */
  const disturbed = async (work: () => Promise<void>) => {
    let count = 0;
    const { cloud } = world.instance;
    let on = true;
    const strike = (caller: string | undefined, at: number) => {
      if (!on || !/-(?:appender|ControlRelay\w*)$|Relay/i.test(caller ?? '')) return;
      count += 1;
      if (count % 7 === at)
        throw new AwsError('InternalError', 'We encountered an internal error. Please try again.', 500);
    };
    cloud.observe({
      before: ({ caller }) => strike(caller.kind === 'role' ? caller.roleArn : undefined, 3),
      after: ({ caller }, { error }) => {
        if (error === undefined) strike(caller.kind === 'role' ? caller.roleArn : undefined, 6);
      },
    });
    try {
      await work();
      await world.settle();
    } finally {
      on = false;
    }
    expect(count).toBeGreaterThan(50);
  };

  /** What the registry committed, as its stream has it. */
  const committed = async () => {
    const { governanceAccount } = world.local.topology;
    const { endpoint, region } = world.local;
    const credentials = await localKeys(endpoint, `arn:aws:iam::${governanceAccount}:root`, 'looks');
    const dynamo = new DynamoDBClient({ endpoint, region, credentials });
    const { TableNames = [] } = await dynamo.send(new ListTablesCommand({}));
    const [arn = ''] = (
      await Promise.all(TableNames.map((TableName) => dynamo.send(new DescribeTableCommand({ TableName }))))
    ).flatMap(({ Table }) => (Table?.LatestStreamArn === undefined ? [] : [Table.LatestStreamArn]));
    const records = world.instance.cloud.service(DynamoDbService).streamRecords(arn, undefined, 100_000);
    return records.flatMap(({ dynamodb: { OldImage, NewImage } }) =>
      auditEntries(recordOfImage(OldImage as never), recordOfImage(NewImage as never)),
    );
  };

  /** Has one entry for each act, decision, change, read-back, event and refusal, under faults as well. */
  const complete = async () => {
    await disturbed(async () => {
      await must('product', 'publish', sourceOf('airports').folder, '--as', OWNER);
      await must('subscription', 'request', PRODUCT, '--purpose', 'to count', '--as', ANALYST);
      // Refused: a stranger's product, and what is not an analyst's to say.
      expect((await weft('product', 'publish', sourceOf('flights').folder, '--as', OWNER)).exit).toBe(1);
      expect((await weft('product', 'suspend', PRODUCT, '--as', 'wildlife-safety/steward')).exit).toBe(1);
      await must('product', 'suspend', PRODUCT, '--reason', 'a look', '--as', OWNER);
      await must('product', 'resume', PRODUCT, '--as', OWNER);
    });
    const { entries } = JSON.parse(await must('audit', 'list', '--limit', '10000', '--json', '--as', AUDITOR)) as {
      entries: AuditEntry[];
    };
    const ids = entries.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const expected = (await committed()).map(({ id }) => id);
    expect(ids.filter((id) => !id.startsWith('event/')).sort()).toEqual([...new Set(expected)].sort());
    expect(ids.filter((id) => id.startsWith('event/')).sort()).toEqual([...events].map((id) => `event/${id}`).sort());
    expect(events.size).toBeGreaterThan(4);
    const kinds = new Set(entries.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(['applied', 'change', 'command', 'decision', 'denied', 'event', 'read-back']);
    expect(entries.filter(({ kind }) => kind === 'denied')).toHaveLength(2);
  };

  /** Is whole, says so with the witness and the key of KMS, and again from files alone. */
  const whole = async () => {
    const report = JSON.parse(await must('audit', 'verify', '--json', '--as', AUDITOR));
    expect(report).toMatchObject({ ok: true, problems: [], origin: 'aviation.weft/audit/210000000001/us-east-1' });
    expect(report.witnessed).toBe(report.checkpoints);
    const copied = await must('audit', 'copy', 'copy', '--as', AUDITOR);
    const line = /weft (audit verify .*)/.exec(copied)?.[1]?.trim().split(' ') ?? [];
    expect(await must(...line)).toMatch(new RegExp(`^${report.size} entries from .*\\n[^]*whole: nothing was changed`));
  };

  /** Shows what was changed in the files, and where. */
  const changed = async () => {
    const [first = ''] = readdirSync(join(folder, 'copy/trail/entries/000/000/000'));
    const file = join(folder, 'copy/trail/entries/000/000/000', first);
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, text.replace('"actor":"', '"actor":"not '));
    const args = ['audit', 'verify', 'copy/trail', '--key', 'copy/key', '--witness', 'copy/witness'];
    const { exit, out, err } = await weft(...args);
    expect({ exit, err }).toEqual({ exit: 1, err: 'the trail is not whole: one thing is wrong\n' });
    expect(out).toMatch(/WEFT-AUDIT-007 +entries\/000\/000\/000\/000\.jsonl +line 1 is not entry 0 of the log/);
    writeFileSync(file, text);
    expect((await weft(...args)).exit).toBe(0);
  };

  /** Proves one entry to whoever has the key. */
  const proven = async () => {
    const { entries } = JSON.parse(await must('audit', 'list', '--product', PRODUCT, '--json', '--as', AUDITOR));
    const { id } = entries.find(
      ({ action }: AuditEntry) => action === 'SubscriptionRequested' || action === 'SubscriptionApproved',
    );
    await must('audit', 'prove', id, '--output', 'one.tlog-proof', '--as', AUDITOR);
    const shown = JSON.parse(await must('audit', 'verify-proof', 'one.tlog-proof', '--key', 'copy/key', '--json'));
    expect(shown).toMatchObject({ ok: true, entry: { id } });
    const proof = readFileSync(join(folder, 'one.tlog-proof'), 'utf8');
    writeFileSync(
      join(folder, 'forged.tlog-proof'),
      proof.replace(/^index (\d+)/m, (_, index) => `index ${Number(index) + 1}`),
    );
    expect(await weft('audit', 'verify-proof', 'forged.tlog-proof', '--key', 'copy/key')).toMatchObject({ exit: 1 });
  };

  /** Says what is wrong with wrong input. */
  const wrongInput = async () => {
    const failing = async (...words: string[]) => (await weft(...words)).err;
    expect(await failing('audit', 'verify', 'nowhere', '--key', 'copy/key')).toMatch(
      /there is no folder .*nowhere .WEFT-AUDIT-014/,
    );
    expect(await failing('audit', 'verify', 'copy/trail')).toMatch(/no key is given.* .WEFT-AUDIT-013/);
    expect(await failing('audit', 'verify', 'copy/trail', '--key', 'copy/trail/log/checkpoint')).toMatch(
      /WEFT-AUDIT-013/,
    );
    expect(await failing('audit', 'prove', 'nothing', '--as', AUDITOR)).toMatch(
      /has no entry "nothing" .WEFT-AUDIT-012/,
    );
    expect(await failing('audit', 'verify-proof', 'copy/key', '--key', 'copy/key')).toMatch(
      /it proves nothing: it has not the form/,
    );
  };

  /** Nobody who administers governance writes into it, not even once more under the same name. */
  const closed = async () => {
    const { topology, endpoint, region } = world.local;
    const Bucket = auditBucketName(topology.mesh, topology.auditAccount, region);
    const put = async (as: string, Key: string, IfNoneMatch?: string) => {
      const credentials = await localKeys(endpoint, as, 'tries');
      const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
      return client.send(new PutObjectCommand({ Bucket, Key, Body: 'x', IfNoneMatch })).then(
        () => 'written',
        (error: Error) => error.name,
      );
    };
    const role = (name: string) => `arn:aws:iam::${topology.auditAccount}:role/${name}`;
    expect(await put(role('aviation-platform'), 'entries/000/000/999/999.jsonl', '*')).toBe('AccessDenied');
    expect(await put(role('aviation-auditor'), 'entries/000/000/999/999.jsonl', '*')).toBe('AccessDenied');
    expect(await put(role('aviation-appender'), 'entries/000/000/000/000.jsonl')).toBe('AccessDenied');
    expect(await put(role('aviation-appender'), 'entries/000/000/000/000.jsonl', '*')).toBe('PreconditionFailed');
  };

  test('is complete, whole, and closed', async () => {
    await complete();
    await whole();
    await changed();
    await proven();
    await wrongInput();
    await permits.unjudged(closed);
  }, 180_000);
});
