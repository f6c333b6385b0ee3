import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { enrol, sourceOf } from '#cli/demo/sources.ts';
import { ask, refusal } from '#cli/demo/sql.ts';
import { World } from '#cli/demo/world.ts';
import { exportProduct } from '#cli/export.ts';
import { bringUp } from '#cli/local-mesh.ts';
import { readMeshFile } from '#cli/mesh-file.ts';
import { principalArn } from '#cli/principal.ts';
import { publishBody, readProductFolder } from '#cli/product-folder.ts';
import { waitForProduct, waitForSubscription } from '#cli/wait.ts';
import type { ColumnRead } from '#cli/who-read.ts';
import { CloudTrailService } from '#local/services/cloudtrail/service.ts';
import { S3Service } from '#local/services/s3/service.ts';
import type { Verdict } from '#mesh/audit/digest/verify.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { trailBucketName } from '#mesh/topology/names.ts';
import { runWeft } from '../cli/run-weft.ts';
import { judging } from '../judge/judging.ts';

const PRODUCT = 'wildlife-safety/bird-strikes';
const DATABASE = 'wildlife_safety__bird_strikes__v1';
const TABLE = `${DATABASE}.bird_strikes`;
const VIEW = `${DATABASE}.bird_strikes_masked`;
const CLEAR = 'flight-operations/analyst';
const MASKED = 'analytics/analyst';
const DENIED = 'airport-reference/analyst';
const AUDITOR = 'governance/auditor';

const COMMON = `WITH worst AS (SELECT operator AS who, cost_total FROM ${TABLE} WHERE effect = 'Substantial') SELECT who, sum(cost_total) FROM worst GROUP BY who`;
const STAR = `SELECT * FROM ${TABLE} LIMIT 1`;
const COUNT = `SELECT count(*) FROM ${TABLE}`;
const MASK = `SELECT v.operator, v.cost_total FROM ${VIEW} v LIMIT 3`;
const REFUSED = `SELECT operator FROM ${TABLE}`;

describe('who read what, on the deployed templates', () => {
  const permits = judging();
  let folder: string;
  let world: World;
  let clear: SubscriptionRecord;
  let masked: SubscriptionRecord;

  const subscribe = async (as: string, clearance: string, tables: string[]) => {
    const analyst = await world.as(as);
    const body = { product: PRODUCT, purpose: 'safety', clearance, tables };
    const { subscription } = await analyst.api<{ subscription: SubscriptionRecord }>({
      method: 'POST',
      path: '/subscriptions',
      body,
    });
    const steward = await world.as('wildlife-safety/steward');
    if (subscription.state === 'pending') {
      const path = `/subscriptions/${subscription.id}/decision`;
      const expiresAt = new Date(world.instance.cloud.clock.now() + 90 * 86_400_000).toISOString();
      await steward.api({ method: 'POST', path, body: { decision: 'approve', expiresAt } });
    }
    return waitForSubscription(steward, subscription.id, ['active']);
  };
  const audit = async (sql: string) => (await ask(world, AUDITOR, sql)).rows;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'weft-reads-'));
    const { instance, local } = await bringUp({
      topology: readMeshFile(undefined, '/'),
      folder: join(folder, '.weft'),
      port: 0,
    });
    world = new World(instance, local);
    permits.watch(instance.cloud);
    const source = sourceOf('bird-strikes');
    await enrol(world, source);
    const producer = await world.as('wildlife-safety/producer');
    const body = publishBody(readProductFolder(source.folder, source.folder));
    const { product } = await producer.api<{ product: ProductRecord }>({ method: 'POST', path: '/products', body });
    await waitForProduct(producer, product);
    await world.settle();
    clear = await subscribe(CLEAR, 'confidential', ['bird_strikes']);
    masked = await subscribe(MASKED, 'internal', ['bird_strikes_masked']);
    await world.settle();
    world.instance.cloud.clock.advance(60_000);
    for (const sql of [COMMON, STAR, COUNT]) await ask(world, CLEAR, sql);
    await ask(world, MASKED, MASK);
    for (const as of [DENIED, MASKED]) await refusal(world, as, REFUSED);
    await exportProduct(await world.as(MASKED), product, join(folder, 'export'));
    await world.settle();
    world.instance.cloud.clock.advance(15 * 60_000);
    await world.settle();
  }, 240_000);

  afterAll(async () => {
    await world?.instance.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Rows of the one query that the issue asks for. */
  const readersOf = (column: string) =>
    audit(
      `SELECT DISTINCT principal, tablename, subscription FROM aviation_audit.reads WHERE domain = 'wildlife-safety' AND product = 'bird-strikes' AND columnname = '${column}' AND service = 'ATHENA' ORDER BY tablename`,
    );
  const roleOf = (as: string) => principalArn(as, world.local.topology);
  const whoRead = async (...more: string[]) => {
    const ran = await runWeft(
      ['audit', 'who-read', PRODUCT, '--as', AUDITOR, '--folder', join(folder, '.weft'), '--json', ...more],
      { cwd: folder },
    );
    return {
      ...ran,
      reads:
        ran.exit === 0
          ? (JSON.parse(ran.out) as { reads: ColumnRead[] }).reads.filter(({ service }) => service === 'ATHENA')
          : [],
    };
  };

  test('one query names each reader of a column and the subscription that gave it', async () => {
    expect(await readersOf('cost_total')).toEqual([
      [roleOf(CLEAR), 'bird_strikes', clear.id],
      [roleOf(MASKED), 'bird_strikes_masked', masked.id],
    ]);
    expect(await readersOf('wildlife_size')).toEqual([[roleOf(CLEAR), 'bird_strikes', clear.id]]);
    expect(await readersOf('species')).toEqual([[roleOf(MASKED), 'bird_strikes_masked', masked.id]]);
    expect(await readersOf('who')).toEqual([]);
  });

  test('the command answers the same, with the text of each query', async () => {
    const { reads } = await whoRead('--column', 'operator', '--sql');
    expect(
      reads.map(({ principal, table, subscription, sql, state }) => [principal, table, subscription, sql, state]),
    ).toEqual(
      expect.arrayContaining([
        [roleOf(CLEAR), 'bird_strikes', clear.id, COMMON, 'SUCCEEDED'],
        [roleOf(CLEAR), 'bird_strikes', clear.id, STAR, 'SUCCEEDED'],
        [roleOf(MASKED), 'bird_strikes_masked', masked.id, MASK, 'SUCCEEDED'],
      ]),
    );
    expect(reads).toHaveLength(5);
  });

  test('a star is the columns that the subscription shows, and a count is none', async () => {
    const { reads } = await whoRead('--principal', CLEAR, '--sql');
    const columnsOf = (sql: string) => reads.filter((read) => read.sql === sql).map(({ column }) => column);
    expect(columnsOf(COMMON)).toEqual(['cost_total', 'effect', 'operator']);
    expect(columnsOf(STAR)).toHaveLength(14);
    expect(columnsOf(COUNT)).toEqual([null]);
  });

  test('who was refused did not read', async () => {
    const { reads } = await whoRead('--sql');
    expect(reads.filter(({ sql }) => sql === REFUSED)).toEqual([]);
    const asked = await audit(
      `SELECT principal, state FROM aviation_audit.queries WHERE sql = '${REFUSED}' ORDER BY principal`,
    );
    expect(asked).toEqual([
      [roleOf(DENIED), 'FAILED'],
      [roleOf(MASKED), 'FAILED'],
    ]);
  });

  test('an export is a read of what it holds', async () => {
    const { reads } = await whoRead('--principal', 'analytics/steward');
    expect(reads).toEqual([]);
    const exported = await audit(
      "SELECT count(DISTINCT columnname) FROM aviation_audit.reads WHERE sql LIKE 'UNLOAD%' AND tablename = 'bird_strikes_masked'",
    );
    expect(exported).toEqual([['8']]);
  });

  test('a vend that no text explains counts for every column that its reader may see', async () => {
    const { cloud } = world.instance;
    const account = clear.account;
    const event = {
      eventSource: 'lakeformation.amazonaws.com',
      eventName: 'GetDataAccess',
      eventTime: new Date(cloud.clock.now()).toISOString().replace(/\.\d+Z/, 'Z'),
      userIdentity: { type: 'AssumedRole', principalId: 'AROAJOB:job', accountId: account },
      sourceIPAddress: 'ops.emr-serverless.amazonaws.com',
      requestParameters: {
        tableArn: `arn:aws:glue:us-east-1:210000000001:table/${DATABASE}/bird_strikes`,
        auditContext: { additionalAuditContext: '{"platformType":"EMR_SERVERLESS"}' },
      },
      additionalEventData: { requesterService: 'UNKNOWN', lakeFormationPrincipal: roleOf(CLEAR) },
    };
    cloud.service(CloudTrailService).record(account, event);
    cloud.service(CloudTrailService).record(account, {
      ...event,
      additionalEventData: { lakeFormationPrincipal: `arn:aws:iam::${account}:role/unknown` },
    });
    cloud.clock.advance(60_000);
    await world.settle();
    const rows = await audit(
      "SELECT principal, min(subscription), count(*) FROM aviation_audit.reads WHERE service = 'EMR_SERVERLESS' GROUP BY principal ORDER BY principal",
    );
    expect(rows).toEqual([
      [roleOf(CLEAR), clear.id, '14'],
      [`arn:aws:iam::${account}:role/unknown`, null, '14'],
    ]);
  });

  test('each object that was fetched leads to who asked, or to who read past Lake Formation', async () => {
    const bucket = 'aviation-wildlife-safety-210000000013-us-east-1';
    const producer = await world.as('wildlife-safety/producer');
    const s3 = new S3Client({ ...producer.client, forcePathStyle: true });
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
    await (await s3.send(new GetObjectCommand({ Bucket: bucket, Key: Contents[0]?.Key }))).Body?.transformToByteArray();
    world.instance.cloud.clock.advance(60_000);
    await world.settle();
    const rows = await audit(
      `SELECT DISTINCT o.principal, o.vended, q.sql FROM aviation_audit.object_reads o LEFT JOIN aviation_audit.queries q ON q.id = o.queryid WHERE o.bucket = '${bucket}'`,
    );
    expect(rows).toEqual(
      expect.arrayContaining([
        [roleOf(CLEAR), 'true', COMMON],
        ['arn:aws:iam::210000000001:role/aviation-view-definer', 'true', MASK],
        [roleOf('wildlife-safety/producer'), 'false', null],
      ]),
    );
    const [identity] = await audit(
      `SELECT DISTINCT sourceidentity FROM aviation_audit.object_reads WHERE principal = '${roleOf(CLEAR)}' AND vended`,
    );
    expect(identity).toEqual([expect.stringMatching(/^V2\.210000000011\.AROA/)]);
  });

  test('what a standing entitlement gave is told by its name', async () => {
    const words = `entitlement grant --domain wildlife-safety --to airport-reference --clearance internal --purpose reports --as wildlife-safety/steward --json`;
    const granted = await runWeft([...words.split(' '), '--folder', '.weft'], { cwd: folder });
    expect(granted).toMatchObject({ exit: 0 });
    await world.settle();
    await ask(world, DENIED, `SELECT airport_name FROM ${TABLE} LIMIT 1`);
    world.instance.cloud.clock.advance(60_000);
    await world.settle();
    const { reads } = await whoRead('--principal', DENIED);
    expect(reads.map(({ column, subscription }) => [column, subscription])).toEqual([
      ['airport_name', expect.stringMatching(/^entitlement\/wildlife-safety\./)],
    ]);
  });

  test('a period has what is in it, and "nobody" is said only of what there is', async () => {
    expect((await whoRead('--to', '2026-01')).reads).toEqual([]);
    const today = new Date(world.instance.cloud.clock.now()).toISOString().slice(0, 10);
    expect((await whoRead('--from', today.slice(0, 7), '--column', 'operator')).reads).toHaveLength(5);
    const early = ['audit', 'who-read', PRODUCT, '--to', '2020-01', '--as', AUDITOR, '--folder', join(folder, '.weft')];
    expect((await runWeft(early, { cwd: folder })).err).toMatch(/^nobody read it.* since \d{4}-\d\d-/);
    expect((await whoRead('--column', 'colour')).err).toMatch(/never knew a column "colour" .*WEFT-AUDIT-044/);
    expect((await whoRead('--table', 'nests')).err).toMatch(/never knew a table "nests".*bird_strikes_masked/s);
    const wrong = await whoRead('--from', 'May', '--to', '2026-02-30');
    expect([wrong.exit, wrong.err]).toEqual([
      1,
      expect.stringMatching(/"May" is no date; --to "2026-02-30" is no date/),
    ]);
    expect((await whoRead('--from', '2026-06', '--to', '2026-05')).err).toContain('WEFT-AUDIT-043');
  });

  test('what a subscription gave is told by its name after it is gone', async () => {
    const steward = await world.as('wildlife-safety/steward');
    await steward.api({ method: 'POST', path: `/subscriptions/${masked.id}/revocation`, body: { reason: 'over' } });
    await waitForSubscription(steward, masked.id, ['revoked']);
    await world.settle();
    expect(await readersOf('cost_total')).toContainEqual([roleOf(MASKED), 'bird_strikes_masked', masked.id]);
  });

  describe('the trail itself', () => {
    const verify = (...more: string[]) => runWeft(['audit', 'verify-trail', ...more], { cwd: folder });
    const asAuditor = ['--as', AUDITOR, '--folder', '.weft'];

    beforeAll(async () => {
      world.instance.cloud.clock.advance(2 * 3_600_000);
      await world.settle();
    }, 60_000);

    test('is whole, in each account of the organization', async () => {
      const { exit, out, err } = await verify(...asAuditor, '--json', '--save-keys', 'keys.json');
      expect([exit, err]).toEqual([0, '']);
      const verdict = JSON.parse(out) as Verdict & { ok: boolean };
      expect(verdict).toMatchObject({ ok: true, unsigned: [], faults: [] });
      const { governanceAccount, domains } = world.local.topology;
      const accounts = verdict.chains.map(({ chain }) => /\/(\d{12})\//.exec(chain)?.[1]);
      expect(accounts).toEqual(expect.arrayContaining([governanceAccount, ...domains.map(({ account }) => account)]));
    });

    test('is verified in a copy without asking anybody, and one byte tells', async () => {
      const copy = join(folder, 'copy');
      const s3 = world.instance.cloud.service(S3Service);
      const bucket = trailBucketName('aviation', '210000000001', 'us-east-1');
      const keys = s3.listKeys(bucket, 'AWSLogs/').map(({ key }) => key);
      for (const key of keys) {
        mkdirSync(join(copy, dirname(key)), { recursive: true });
        writeFileSync(join(copy, key), s3.read(bucket, key));
      }
      await verify(...asAuditor, '--save-keys', 'keys.json');
      const sound = await verify('copy', '--keys', 'keys.json');
      expect([sound.exit, sound.err]).toEqual([
        0,
        expect.stringMatching(/digests and \d+ log files are as CloudTrail/),
      ]);
      const log = keys.find((key) => !key.includes('Digest')) ?? '';
      writeFileSync(join(copy, log), gzipSync('{"Records":[]}'));
      const changed = await verify('copy', '--keys', 'keys.json');
      expect([changed.exit, changed.out]).toEqual([1, expect.stringContaining(log)]);
      expect(changed.out).toContain('WEFT-AUDIT-048');
    });

    test('asks for what it cannot do without', async () => {
      expect((await verify('copy')).err).toContain('WEFT-AUDIT-057');
      expect((await verify('empty', '--keys', 'package.json')).err).toContain('WEFT-AUDIT-056');
      writeFileSync(join(folder, 'some.json'), '{"keys":[]}');
      expect((await verify('empty', '--keys', 'some.json')).err).toContain('WEFT-AUDIT-055');
    });
  });
});
