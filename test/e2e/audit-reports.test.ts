import { createHash } from 'node:crypto';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AthenaClient, BatchGetNamedQueryCommand, ListNamedQueriesCommand } from '@aws-sdk/client-athena';
import { CloudTrailClient, DescribeTrailsCommand, PutEventSelectorsCommand } from '@aws-sdk/client-cloudtrail';
import {
  GetDataLakeSettingsCommand,
  GrantPermissionsCommand,
  LakeFormationClient,
  PutDataLakeSettingsCommand,
} from '@aws-sdk/client-lakeformation';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { query } from '#cli/athena.ts';
import { enrol, sourceOf } from '#cli/demo/sources.ts';
import { World } from '#cli/demo/world.ts';
import { verifyPack } from '#cli/evidence-verify.ts';
import { bringUp } from '#cli/local-mesh.ts';
import { readMeshFile, readMeshPolicies } from '#cli/mesh-file.ts';
import { publishBody, readProductFolder } from '#cli/product-folder.ts';
import { waitForProduct, waitForSubscription } from '#cli/wait.ts';
import type { EvidenceManifest } from '#mesh/audit/evidence/manifest.ts';
import { FINDING_COLUMNS, type FindingResult } from '#mesh/audit/findings/finding.ts';
import { FINDINGS } from '#mesh/audit/findings/findings.ts';
import { validateEvent } from '#mesh/audit/ocsf/validate.ts';
import type { Report } from '#mesh/audit/report/report.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { runWeft } from '../cli/run-weft.ts';
import { judging } from '../judge/judging.ts';

const PRODUCT = 'airport-reference/airports';
const DATABASE = 'airport_reference__airports__v1';
const YEAR = String(new Date().getUTCFullYear());
const AUDITOR = ['--as', 'governance/auditor'];

describe('what a compliance officer gets, on the deployed templates', () => {
  let folder: string;
  const permits = judging();
  let world: World;
  let before: Map<string, FindingResult>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'weft-audit-'));
    const topology = readMeshFile(undefined, '/');
    const { instance, local } = await bringUp({
      topology,
      policies: readMeshPolicies(undefined, '/'),
      folder: join(folder, '.weft'),
      port: 0,
    });
    world = new World(instance, local);
    permits.watch(world.instance.cloud);
    const source = sourceOf('airports');
    await enrol(world, source);
    const producer = await world.as(`${source.domain}/producer`);
    const body = publishBody(readProductFolder(source.folder, source.folder));
    const { product } = await producer.api<{ product: ProductRecord }>({ method: 'POST', path: '/products', body });
    await waitForProduct(producer, product);
    const analyst = await world.as('analytics/analyst');
    const wish = { product: PRODUCT, purpose: '=to count <script>' };
    const { subscription } = await analyst.api<{ subscription: SubscriptionRecord }>({
      method: 'POST',
      path: '/subscriptions',
      body: wish,
    });
    await waitForSubscription(analyst, subscription.id, ['active']);
    await world.settle();
    before = await found();
    await misbehave();
  }, 120_000);

  afterAll(async () => {
    await world?.instance.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const weft = async (...words: string[]) => {
    const { exit, out, err } = await runWeft(words, { cwd: folder, columns: 600 });
    expect({ words, exit, err: exit === 0 ? '' : err }).toEqual({ words, exit: 0, err: '' });
    return out;
  };

  const found = async () => {
    const { findings } = JSON.parse(await weft('audit', 'findings', '--json', ...AUDITOR)) as {
      findings: FindingResult[];
    };
    return new Map(findings.map((result) => [result.id, result]));
  };

  /** Waits until the trail has those events that name somebody: a live cloud delivers every few seconds. */
  const delivered = async (names: readonly string[], somebody: string) => {
    const auditor = await world.as('governance/auditor');
    const list = names.map((name) => `'${name}'`).join(', ');
    const sql = `SELECT count(DISTINCT eventname) FROM aviation_audit.trail WHERE eventname IN (${list}) AND (useridentity.arn LIKE '%${somebody}%' OR requestparameters LIKE '%${somebody}%')`;
    for (let look = 0; look < 60; look += 1) {
      if ((await query(auditor, sql)).rows[0]?.[0] === String(names.length)) return;
      await sleep(500);
    }
  };

  /** Has the first trail that any account of the mesh has keep less. */
  const narrowTrail = async () => {
    for (const account of new Set(JSON.stringify(readMeshFile(undefined, '/')).match(/\b\d{12}\b/g))) {
      const trail = new CloudTrailClient(world.instance.cloud.clientConfig(`arn:aws:iam::${account}:role/someone`));
      const { trailList = [] } = await trail.send(new DescribeTrailsCommand({}));
      const TrailName = trailList[0]?.TrailARN;
      const EventSelectors = [{ ReadWriteType: 'WriteOnly' as const }];
      if (TrailName !== undefined) return trail.send(new PutEventSelectorsCommand({ TrailName, EventSelectors }));
    }
    throw new Error('the mesh has no trail');
  };

  /** Somebody makes himself an administrator, lets another domain in, and narrows what is logged. */
  const misbehave = async () => {
    const { governanceAccount, region, domains } = readMeshFile(undefined, '/');
    const someone = `arn:aws:iam::${governanceAccount}:role/someone`;
    const deployer = `arn:aws:iam::${governanceAccount}:role/cdk-hnb659fds-cfn-exec-role-${governanceAccount}-${region}`;
    const lake = new LakeFormationClient(world.instance.cloud.clientConfig(deployer));
    const { DataLakeSettings: settings } = await lake.send(new GetDataLakeSettingsCommand({}));
    const DataLakeAdmins = [...(settings?.DataLakeAdmins ?? []), { DataLakePrincipalIdentifier: someone }];
    await lake.send(new PutDataLakeSettingsCommand({ DataLakeSettings: { ...settings, DataLakeAdmins } }));
    await new LakeFormationClient(world.instance.cloud.clientConfig(someone)).send(
      new GrantPermissionsCommand({
        Principal: { DataLakePrincipalIdentifier: domains.find(({ name }) => name === 'wildlife-safety')?.account },
        Resource: { Table: { DatabaseName: DATABASE, Name: 'airports' } },
        Permissions: ['SELECT'],
        PermissionsWithGrantOption: ['SELECT'],
      }),
    );
    await world.settle();
    await narrowTrail();
    await delivered(['PutDataLakeSettings', 'GrantPermissions', 'PutEventSelectors'], 'someone');
  };

  test('a mesh that was only used as it should be has no findings', () => {
    for (const { id, rows = [] } of before.values()) expect([id, rows]).toEqual([id, []]);
  });

  test('each finding is a query of the auditors’ workgroup that runs as it is', async () => {
    const auditor = await world.as('governance/auditor');
    const athena = new AthenaClient(auditor.client);
    const WorkGroup = 'aviation-auditor';
    const { NamedQueryIds } = await athena.send(new ListNamedQueriesCommand({ WorkGroup }));
    const { NamedQueries = [] } = await athena.send(new BatchGetNamedQueryCommand({ NamedQueryIds }));
    expect(NamedQueries.map(({ Name }) => Name).toSorted()).toEqual(
      FINDINGS.map(({ id }) => `aviation-${id}`).toSorted(),
    );
    const sql = NamedQueries.find(({ Name }) => Name === 'aviation-log-gaps')?.QueryString ?? '';
    expect((await query(auditor, sql)).columns.map(({ name }) => name)).toEqual(FINDING_COLUMNS);
  });

  test('somebody who grants past the mesh, administers, and narrows what is logged is found', async () => {
    const { governanceAccount } = readMeshFile(undefined, '/');
    const results = await found();
    expect(results.get('admins-changed')?.rows).toMatchObject([
      { subject: `account ${governanceAccount}`, detail: expect.stringContaining('role/someone') },
    ]);
    expect(results.get('grants-without-subscription')?.rows).toMatchObject([
      { subject: DATABASE, who: expect.stringContaining('someone') },
    ]);
    expect(results.get('log-gaps')?.rows).toMatchObject([
      { detail: 'PutEventSelectors changed what is kept', who: expect.stringContaining('someone') },
    ]);
    const { exit, out } = await runWeft(['audit', 'findings', 'admins-changed', '--detailed-exitcode', ...AUDITOR], {
      cwd: folder,
      columns: 300,
    });
    expect([exit, out]).toEqual([2, expect.stringMatching(/admins-changed +high/)]);
    expect(
      await weft('audit', 'findings', 'admins-changed', '--detailed-exitcode', '--at', `${YEAR}-01-01`, ...AUDITOR),
    ).toBe('');
  }, 60_000);

  test('the report says the same in each format, and hostile text stays text', async () => {
    await weft('audit', 'report', '--period', YEAR, '--output', 'report/', ...AUDITOR);
    const read = (suffix: string) => readFileSync(join(folder, `report/report.${suffix}`), 'utf8');
    const report = JSON.parse(read('json')) as Report;
    expect(report.access).toMatchObject({ added: 1, removed: 0 });
    expect(report.registration.count).toBe(1);
    expect(report.requests).toHaveLength(1);
    expect(report.decisions.map(({ action }) => action)).toContain('SubscriptionApproved');
    expect(read('html')).toContain('=to count &#60;script&#62;');
    expect(read('html')).not.toContain('<script');
    expect(read('csv')).toContain('to count <script>');
  }, 60_000);

  test('every entry is at least one valid event of OCSF', async () => {
    const lines = (await weft('audit', 'export', '--format', 'ocsf', ...AUDITOR)).trim().split('\n');
    const events = lines.map((line) => JSON.parse(line) as { metadata: { uid: string }; class_uid: number });
    for (const event of events) expect(validateEvent(event)).toEqual([]);
    const auditor = await world.as('governance/auditor');
    const { rows } = await query(auditor, 'SELECT id FROM aviation_audit.entries');
    expect(new Set(events.map(({ metadata }) => metadata.uid))).toEqual(new Set(rows.map(([id]) => id)));
    expect(events.filter((event) => event.class_uid === 3005)).toHaveLength(1);
  }, 60_000);

  describe('an evidence pack', () => {
    let sha256: string;
    const pack = () => join(folder, 'pack');

    beforeAll(async () => {
      const answer = JSON.parse(
        await weft('audit', 'evidence', '--for', 'iso27001', '--output', 'pack', '--json', ...AUDITOR),
      ) as { sha256: string };
      sha256 = answer.sha256;
    }, 60_000);

    const broken = async (damage: (copy: string) => void, ...words: string[]) => {
      const copy = mkdtempSync(join(folder, 'copy-'));
      cpSync(pack(), copy, { recursive: true });
      damage(copy);
      return runWeft(['audit', 'evidence', '--verify', copy, ...words], { cwd: folder });
    };
    const manifestOf = (copy: string) =>
      JSON.parse(readFileSync(join(copy, 'manifest.json'), 'utf8')) as EvidenceManifest;

    test('calls what was found a deviation and what nothing shows a gap', () => {
      const states = new Map(manifestOf(pack()).controls.map(({ id, state }) => [id, state]));
      expect(states.get('A.8.2')).toBe('deviations');
      expect(states.get('A.8.10')).toBe('gap');
      expect(states.get('A.5.12')).toBe('shown');
    });

    test('is checked without the mesh', async () => {
      const { exit, out, err } = await broken(() => undefined, '--digest', sha256);
      expect([exit, out]).toEqual([0, '']);
      const { count, proved } = manifestOf(pack()).entries;
      expect([proved, count]).toEqual([count, expect.any(Number)]);
      expect(count).toBeGreaterThan(5);
      expect(err).toContain(
        `as it was packed; ${manifestOf(pack()).files.length} files, ${count} entries, ${count} of them proved`,
      );
    });

    test('with a byte changed in any of its files is found out, and the file named', () => {
      for (const { path } of manifestOf(pack()).files) {
        const copy = mkdtempSync(join(folder, 'copy-'));
        cpSync(pack(), copy, { recursive: true });
        const data = readFileSync(join(copy, path));
        const at = data.length >> 1;
        data[at] = (data[at] ?? 0) ^ 1;
        writeFileSync(join(copy, path), data);
        expect(verifyPack(copy).problems).toMatchObject([{ code: 'WEFT-AUDIT-069', file: path }]);
      }
    });

    test.each<[string, (copy: string) => void, RegExp]>([
      ['a file that is missing', (copy) => rmSync(join(copy, 'entries.jsonl')), /entries.jsonl is missing.*068/],
      ['a file that was added', (copy) => writeFileSync(join(copy, 'more'), ''), /more was not packed.*070/],
      ['a manifest that is none', (copy) => writeFileSync(join(copy, 'manifest.json'), '{}'), /no evidence pack.*067/],
      ['no manifest', (copy) => rmSync(join(copy, 'manifest.json')), /it has no manifest.*067/],
      [
        'a gap that is said to be shown',
        (copy) => lie(copy),
        /control A.8.10 is said to be shown, and by this pack it is gap.*072/,
      ],
      [
        'another pack than the one that was meant',
        (copy) => appendFileSync(join(copy, 'manifest.json'), ' '),
        /it is another pack.*074/,
      ],
    ])('%s', async (_name, damage, message) => {
      const { exit, out, err } = await broken(damage, '--digest', sha256);
      expect([exit, out + err]).toEqual([1, expect.stringMatching(message)]);
    });

    /** Writes a file of a pack anew, and its manifest as if it had always been so. */
    const forge = (copy: string, path: string, text: string | undefined) => {
      const manifest = manifestOf(copy);
      const others = manifest.files.filter((file) => file.path !== path);
      if (text === undefined) rmSync(join(copy, path));
      else writeFileSync(join(copy, path), text);
      const data = Buffer.from(text ?? '');
      const sha256 = createHash('sha256').update(data).digest('hex');
      const files = text === undefined ? others : [...others, { path, bytes: data.length, sha256 }];
      writeFileSync(join(copy, 'manifest.json'), JSON.stringify({ ...manifest, files }));
    };

    test.each<[string, string, (text: string) => string | undefined, RegExp]>([
      [
        'an entry that was changed',
        'entries.jsonl',
        (text) => text.replace('aviation-analytics-analyst', 'aviation-analytics-nobody00'),
        /^the proof of line \d+ is of another entry \(WEFT-AUDIT-071\)\n$/,
      ],
      ['findings that are none', 'findings.json', () => '[]', /control A.8.2 is said to be deviations.*072/],
      ['findings of no form', 'findings.json', () => '{', /what is in the pack cannot be judged.*072/],
      ['no findings', 'findings.json', () => undefined, /findings.json is missing.*068/],
    ])('with %s and a manifest made anew is found out', async (_name, path, change, message) => {
      const { exit, out } = await broken((copy) => forge(copy, path, change(readFileSync(join(copy, path), 'utf8'))));
      expect([exit, out]).toEqual([1, expect.stringMatching(message)]);
    });

    test('of another log is found out by the key that somebody has from elsewhere', async () => {
      const other = `${readFileSync(join(pack(), 'log/key'), 'utf8').split('+')[0]}+00000000+AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA`;
      const { exit, err } = await broken(() => undefined, '--key', other);
      expect([exit, err]).toEqual([1, expect.stringContaining('WEFT-AUDIT-013')]);
      const own = await broken(() => undefined, '--key', join(pack(), 'log/key'), '--digest', sha256);
      expect([own.exit, own.err]).toEqual([0, expect.not.stringContaining('note:')]);
    });

    const lie = (copy: string) => {
      const manifest = manifestOf(copy);
      const controls = manifest.controls.map((control) =>
        control.id === 'A.8.10' ? { ...control, state: 'shown' } : control,
      );
      writeFileSync(join(copy, 'manifest.json'), JSON.stringify({ ...manifest, controls }));
    };

    test('is not written over', async () => {
      const { exit, err } = await runWeft(['audit', 'evidence', '--for', 'gdpr', '--output', 'pack', ...AUDITOR], {
        cwd: folder,
      });
      expect([exit, err]).toEqual([1, expect.stringContaining('WEFT-AUDIT-065')]);
    });
  });

  test.each([
    [['audit', 'findings', '--at', `${Number(YEAR) + 1}-01-01`], 'WEFT-AUDIT-061'],
    [['audit', 'findings', '--at', `${YEAR}-01-01T00:00:00`], 'WEFT-AUDIT-060'],
    [['audit', 'findings', 'none-such'], 'WEFT-AUDIT-063'],
    [['audit', 'findings', '--output', 'x.docx'], 'WEFT-AUDIT-064'],
    [['audit', 'report'], 'WEFT-AUDIT-062'],
    [['audit', 'report', '--period', `${Number(YEAR) + 1}-Q1`], 'WEFT-AUDIT-061'],
    [['audit', 'report', '--period', YEAR, '--output', 'x.docx'], 'WEFT-AUDIT-064'],
    [['audit', 'report', '--period', YEAR, '--product', 'sales/nothing'], 'WEFT-AUDIT-075'],
    [['audit', 'export', '--format', 'cef'], 'WEFT-AUDIT-064'],
    [['audit', 'evidence'], 'WEFT-AUDIT-066'],
    [['audit', 'evidence', '--for', 'PCI'], 'WEFT-AUDIT-066'],
  ])('%j is refused with %s', async (words, code) => {
    const { exit, out, err } = await runWeft([...words, ...AUDITOR], { cwd: folder });
    expect([exit, out, err]).toEqual([1, '', expect.stringContaining(code)]);
  });

  test('an analyst gets none of it', async () => {
    const { exit, err } = await runWeft(['audit', 'report', '--period', YEAR, '--as', 'analytics/analyst'], {
      cwd: folder,
    });
    expect([exit, err]).toEqual([1, expect.stringMatching(/does not exist|Insufficient|not authorized/)]);
  });
});
