import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { enrol, sourceOf } from '#cli/demo/sources.ts';
import { World } from '#cli/demo/world.ts';
import { bringUp } from '#cli/local-mesh.ts';
import { readMeshFile } from '#cli/mesh-file.ts';
import { openInstance } from '#local/instance/instance.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { domainNamed } from '#mesh/topology/topology.ts';
import { runWeft } from '../cli/run-weft.ts';
import { judging } from '../judge/judging.ts';
import { keepingSecrets } from '../judge/secrets.ts';
import { BadFolders, CONTRACT, CONTRACTS, PRODUCT, PRODUCTS } from './bad-contracts.ts';

const TABLE = 'wildlife_safety__bird_strikes__v1.bird_strikes';

/** API Gateway lets people through: whom the mesh refuses is in the trail. */
const BY_MESH = /may not do `[a-z.-]+`.*WEFT-AUTH-00\d/;

const folders = new BadFolders();

describe('a running mesh', () => {
  const permits = judging();
  const secrets = keepingSecrets();
  let world: World;
  let folder: string;
  const weft = (as: string, ...argv: string[]) =>
    runWeft([...argv, '--folder', folder, '--as', as], { cwd: folders.place });
  const refused = async (as: string, argv: readonly string[], message: string | RegExp) => {
    const { exit, out, err } = await weft(as, ...argv);
    expect({ exit, out, err }).toEqual({ exit: 1, out: '', err: expect.stringMatching(message) });
  };

  beforeAll(async () => {
    folder = join(folders.place, 'mesh');
    const up = await bringUp({ topology: readMeshFile(undefined, '/'), folder, port: 0 });
    world = new World(up.instance, up.local);
    permits.watch(world.instance.cloud);
    secrets.watch(world.instance.cloud);
    for (const [name, as] of [
      ['airports', 'airport-reference/producer'],
      ['bird-strikes', 'wildlife-safety/producer'],
    ] as const) {
      await enrol(world, sourceOf(name));
      expect(await weft(as, 'product', 'publish', join(PRODUCTS, name))).toMatchObject({ exit: 0 });
    }
    const wish = ['airport-reference/airports', '--purpose', 'to be there'];
    expect(await weft('analytics/analyst', 'subscription', 'request', ...wish)).toMatchObject({ exit: 0 });
  }, 120_000);

  afterAll(() => world?.instance.close());

  /** What the mesh desires and what it did: everything that a refused command must leave as it is. */
  const everything = async () => {
    const { api } = await world.as('governance/platform');
    const { subscriptions } = await api<{ subscriptions: unknown[] }>({ method: 'GET', path: '/subscriptions' });
    return { products: await api({ method: 'GET', path: '/products' }), subscriptions };
  };

  async function leavesAllAsItWas(work: () => Promise<void>): Promise<void> {
    const before = await everything();
    await work();
    await world.settle();
    expect(await everything()).toEqual(before);
  }

  test.each(CONTRACTS)('refuses to plan or to publish a contract with %s', async (_, from, to, message) => {
    const bad = folders.contract(from, to);
    await leavesAllAsItWas(async () => {
      for (const verb of ['plan', 'publish'])
        await refused('airport-reference/producer', ['product', verb, bad], message);
    });
  });

  test('lets only producers and stewards of the owning domain publish, and records who else tried', async () => {
    const publish = ['product', 'publish', join(PRODUCTS, 'airports')];
    await leavesAllAsItWas(async () => {
      for (const who of ['wildlife-safety/producer', 'flight-operations/steward'])
        await refused(
          who,
          publish,
          /may not do `product\.publish`.*\n.*allowed are producer or steward of `airport-reference`/,
        );
      for (const who of ['airport-reference/analyst', 'governance/platform']) await refused(who, publish, BY_MESH);
    });
    const { out } = await weft('governance/auditor', 'audit', 'list', '--json');
    const { entries } = JSON.parse(out) as { entries: { action: string; actor: string; reason: string }[] };
    const attempts = entries.filter(
      (entry) => entry.action === 'CommandRefused' && /product\.publish/.test(entry.reason),
    );
    for (const role of [
      'aviation-wildlife-safety-producer',
      'aviation-flight-operations-steward',
      'aviation-airport-reference-analyst',
      'aviation-platform',
    ])
      expect(attempts.filter(({ actor }) => actor.includes(`/${role}/`))).not.toEqual([]);
  });

  test('changes nothing when the same contract comes again', async () => {
    await leavesAllAsItWas(async () => {
      expect(await weft('airport-reference/producer', 'product', 'publish', join(PRODUCTS, 'airports'))).toMatchObject({
        exit: 0,
      });
    });
  });

  test('refuses a second product on one table, a change that breaks its subscribers, and too much at once', async () => {
    const as = 'airport-reference/producer';
    const files = (contract: string, product = PRODUCT) =>
      folders.with({ 'a.odcs.yaml': contract, 'a.odps.yaml': product });
    await leavesAllAsItWas(async () => {
      const second = files(
        CONTRACT.replace('dataProduct: airports', 'dataProduct: airfields'),
        PRODUCT.replace('name: airports', 'name: airfields'),
      );
      await refused(
        as,
        ['product', 'publish', second],
        /airport_reference\.airports.* already belongs to another product \(WEFT-REGISTRY-002\)/,
      );
      const breaking = files(
        CONTRACT.replace('version: 1.0.0', 'version: 1.1.0').replace(
          'logicalType: number\n        physicalType: double',
          'logicalType: string\n        physicalType: string',
        ),
        PRODUCT.replaceAll('version: 1.0.0', 'version: 1.1.0'),
      );
      await refused(
        as,
        ['product', 'publish', breaking],
        /"latitude" changes from double to string \(it would break airport-reference\.airports\.v1\.analytics\.[a-z0-9]+\) \(WEFT-PUBLISH-003\)\n.*2\.0\.0/,
      );
      await refused(
        as,
        ['product', 'publish', files(`${CONTRACT}#${'x'.repeat(6_000_000)}`)],
        /the file has \d+ bytes, at most 5000000 are read/,
      );
      const half = `#${'x'.repeat(3_000_000)}`;
      await refused(
        as,
        ['product', 'publish', files(CONTRACT + half, PRODUCT + half)],
        /at most 3500000 can be published at once \(WEFT-CLI-023\)/,
      );
    });
  });

  const STRIKES = 'wildlife-safety/bird-strikes';
  const long = `origin_state IN (${Array.from({ length: 300 }, (_, index) => `'s${index}'`).join(', ')})`;
  test.each<[string, string[], RegExp]>([
    ['to no domain', ['nowhere/nothing'], /product `nowhere\/nothing` does not exist/],
    ['to no product', ['wildlife-safety/nothing'], /does not exist \(WEFT-PRODUCT-001\)/],
    ['to what is no name', ['wildlife-safety'], /`wildlife-safety` is not a product/],
    ['to no version', [STRIKES, '--major', '7'], /has no major version 7 .*\n.*published are 1/],
    ['to a version that is no number', [STRIKES, '--major', 'x'], /--major "x" is not a whole number/],
    [
      'for a role of another account',
      [STRIKES, '--principals', 'arn:aws:iam::210000000013:role/x'],
      /is not a role of account 210000000014/,
    ],
    ['for what is no role', [STRIKES, '--principals', 'somebody'], /`somebody` is not a role of account 210000000014/],
    ['for a name that no role has', [STRIKES, '--role', 'some body'], /role\/some body` is not a role of account 2100/],
    [
      'with an unknown clearance',
      [STRIKES, '--clearance', 'secret'],
      /level `secret` does not exist.*\n.*public, internal, confidential, restricted/,
    ],
    ['with an unknown column', [STRIKES, '--columns', 'bird_strikes=nope'], /column `nope` does not exist/],
    ['with an unknown table', [STRIKES, '--tables', 'nope'], /table `nope` does not exist.*\n.*it has bird_strikes/],
    ['that has ended', [STRIKES, '--expires', '2001-01-01'], /end date `2001-01-01` is not a time in the future/],
    ['that ends at no time', [STRIKES, '--expires', 'soon'], /end date `soon` is not a time in the future/],
    ['with a filter on no table', [STRIKES, '--rows', 'state = 1'], /table `state ` does not exist|names no table/],
    ['with a filter that says nothing', [STRIKES, '--rows', 'bird_strikes='], /has nothing behind the =/],
    ['with a filter on an unknown column', [STRIKES, '--rows', 'bird_strikes=nope = 1'], /no column "nope"/],
    [
      'with a filter of the wrong type',
      [STRIKES, '--rows', 'bird_strikes=origin_state = 5'],
      /the constant 5 does not fit "origin_state" of type string/,
    ],
    [
      'with a function in a filter',
      [STRIKES, '--rows', "bird_strikes=lower(origin_state) = 'x'"],
      /functions are not allowed/,
    ],
    [
      'with a subquery in a filter',
      [STRIKES, '--rows', 'bird_strikes=speed_knots IN (SELECT 1)'],
      /a constant is missing before "SELECT/,
    ],
    [
      'with two statements in a filter',
      [STRIKES, '--rows', "bird_strikes=origin_state = 'x'; DROP TABLE t"],
      /"; DROP TAB" is not expected here/,
    ],
    [
      'with a filter that is too long',
      [STRIKES, '--rows', `bird_strikes=${long}`],
      /the row filter has \d+ characters, at most 2047 are allowed/,
    ],
  ])('refuses a subscription %s', async (_, argv, message) => {
    await leavesAllAsItWas(() =>
      refused('analytics/analyst', ['subscription', 'request', '--purpose', 'x', ...argv], message),
    );
  });

  test('wants a purpose, and an analyst or steward who asks', async () => {
    await leavesAllAsItWas(async () => {
      await refused(
        'analytics/analyst',
        ['subscription', 'request', STRIKES],
        /the request says no purpose.*\n.*--purpose/,
      );
      await refused('analytics/producer', ['subscription', 'request', STRIKES, '--purpose', 'x'], BY_MESH);
    });
  });

  test('lets only the owner decide, once, never wider than asked, never after the end', async () => {
    const owner = 'wildlife-safety/steward';
    const wish = [
      'subscription',
      'request',
      STRIKES,
      '--purpose',
      'to be decided',
      '--clearance',
      'internal',
      '--json',
    ];
    const { subscription } = JSON.parse((await weft('analytics/analyst', ...wish)).out) as {
      subscription: SubscriptionRecord;
    };
    const { id } = subscription;
    await leavesAllAsItWas(async () => {
      await refused(
        'analytics/steward',
        ['subscription', 'approve', id],
        /may not do `subscription\.decide`.*\n.*for "owner" a steward of wildlife-safety/,
      );
      for (const who of ['analytics/analyst', 'wildlife-safety/producer'])
        await refused(who, ['subscription', 'approve', id], BY_MESH);
      await refused(
        owner,
        ['subscription', 'approve', id, '--clearance', 'confidential'],
        /"confidential" is above the requested "internal"/,
      );
      await refused(owner, ['subscription', 'approve', id, '--rows', 'bird_strikes=nope = 1'], /no column "nope"/);
      await refused(
        owner,
        ['subscription', 'approve', id, '--expires', '2001-01-01'],
        /`2001-01-01` is not a time in the future/,
      );
      await refused(owner, ['subscription', 'approve', id, '--expires', 'soon'], /`soon` is not a time in the future/);
      await refused(owner, ['subscription', 'approve', `${id}x`], /does not exist \(WEFT-REQUEST-005\)/);
      await refused(owner, ['subscription', 'approve', '../products'], /is not the id of a subscription/);
      await refused(
        owner,
        ['subscription', 'list', '--state', 'nope'],
        /no subscription is ever `nope`.*\n.*pending, approved/,
      );
    });
    expect(await weft(owner, 'subscription', 'approve', id)).toMatchObject({ exit: 0 });
    await leavesAllAsItWas(async () => {
      for (const verb of ['approve', 'reject'])
        await refused(
          owner,
          ['subscription', verb, id],
          /is active, not pending \(WEFT-REQUEST-006\)\n(?!.*is active)/,
        );
      // IAM lets an analyst withdraw what is pending; of more than that the mesh decides.
      await refused(
        'analytics/analyst',
        ['subscription', 'revoke', id],
        /may not do `subscription\.revoke`.*\n.*steward of `wildlife-safety`, steward of `analytics`/,
      );
    });
    expect(await weft(owner, 'subscription', 'revoke', id)).toMatchObject({ exit: 0 });
    await leavesAllAsItWas(async () => {
      expect(await weft(owner, 'subscription', 'revoke', id)).toMatchObject({ exit: 0 });
      await refused(owner, ['subscription', 'approve', id], /is revoked, not pending/);
    });
  }, 30_000);

  test('nobody approves what they asked for, whatever role they have', async () => {
    const owner = 'wildlife-safety/steward';
    const wish = ['subscription', 'request', STRIKES, '--purpose', 'my own', '--json'];
    const { subscription } = JSON.parse((await weft(owner, ...wish)).out) as { subscription: SubscriptionRecord };
    await refused(
      owner,
      ['subscription', 'approve', subscription.id],
      /requested this subscription and cannot decide it.*\n.*ask somebody else, whose role and name are others/,
    );
  });

  /** The caller is told what was wrong with it; logs, events and the trail are not. */
  test('tells nobody else what somebody sent that was wrong', async () => {
    const STRIKES_OF = (rows: string) => ['subscription', 'request', STRIKES, '--purpose', 'x', '--rows', rows];
    await leavesAllAsItWas(async () => {
      const literal = secrets.plant('canary-in-a-row-filter');
      await refused('analytics/analyst', STRIKES_OF(`bird_strikes=speed_knots = '${literal}'`), /does not fit/);
      await refused('analytics/analyst', STRIKES_OF(`bird_strikes=origin_state = '${literal}' OR`), /WEFT-/);
      const { api } = await world.as('analytics/analyst');
      const post = (path: string, body: unknown) => api({ method: 'POST', path, body }).catch(String);
      const get = (path: string, query: Record<string, string>) => api({ method: 'GET', path, query }).catch(String);
      await post('/subscriptions', {
        product: STRIKES,
        purpose: 'x',
        tables: { [secrets.plant('canary-in-a-wrong-list')]: 1 },
      });
      await post('/subscriptions', secrets.plant('canary-as-a-whole-body'));
      await post('/subscriptions/plan', {
        product: STRIKES,
        purpose: 'x',
        expiresAt: secrets.plant('canary-as-an-end-date'),
      });
      await get('/products', { q: secrets.plant('canary-that-is-searched-for') });
      await get('/subscriptions', { state: secrets.plant('canary-as-a-state-of-something') });
      await get(`/products/wildlife-safety/${secrets.plant('canary-as-a-name-of-a-product')}`, {});
      await post('/products/plan', { product: `a: ${secrets.plant('canary-in-a-product-file')}`, contracts: {} });
    });
  });

  /** The table of every route and caller is test/cases/api-access.yaml: this is a sample of it behind API Gateway. */
  test('API Gateway keeps strangers out, and the mesh whoever is called like somebody else', async () => {
    const accountOf = (name: string) => domainNamed(world.local.topology, name)?.account ?? '';
    const suspend = {
      method: 'POST',
      path: '/products/wildlife-safety/bird-strikes/suspension',
      body: { action: 'suspend' },
    } as const;
    const look = { method: 'GET', path: '/mesh' } as const;
    const code = async (arn: string, call: typeof suspend | typeof look) =>
      (await world.as(arn)).api(call).then(
        () => 'answered',
        (error: { code: string }) => error.code,
      );
    const steward = 'role/aviation-wildlife-safety-steward';
    await leavesAllAsItWas(async () => {
      for (const call of [suspend, look])
        expect(await code(`arn:aws:iam::999999999999:${steward}`, call)).toBe('WEFT-CLI-007');
      const likeIt = `arn:aws:iam::${accountOf('analytics')}:${steward}`;
      const unknown = `arn:aws:iam::${accountOf('wildlife-safety')}:role/Admin`;
      for (const arn of [likeIt, unknown])
        expect([await code(arn, suspend), await code(arn, look)]).toEqual(['WEFT-AUTH-002', 'answered']);
    });
  });

  test('a body beyond what is read is refused by its size, whoever sends it', async () => {
    const { api } = await world.as('analytics/analyst');
    const huge = { product: STRIKES, purpose: 'x'.repeat(600_000) };
    await expect(api({ method: 'POST', path: '/subscriptions', body: huge })).rejects.toMatchObject({
      code: 'WEFT-API-006',
      details: { status: 413 },
    });
  });

  test('a place in a list is good for that list, as it was told, and for no other', async () => {
    const { api } = await world.as('analytics/analyst');
    type Products = { products: { name: string }[]; next?: string };
    const list = (query: Record<string, string>, path = '/products') => api<Products>({ method: 'GET', path, query });
    const { products, next = '' } = await list({ limit: '1' });
    const rest = await list({ limit: '1', next });
    expect([...products, ...rest.products].map(({ name }) => name)).toEqual(['airports', 'bird-strikes']);
    expect(rest.next).toBeUndefined();
    for (const wrong of [
      list({ next: `${next}a` }),
      list({ next, domain: 'wildlife-safety' }),
      list({ next }, '/subscriptions'),
    ])
      await expect(wrong).rejects.toMatchObject({ code: 'WEFT-API-011', details: { status: 400 } });
    await expect(list({ limit: '1001' })).rejects.toMatchObject({ code: 'WEFT-API-012' });
  });

  const expecting = /line 1:1: mismatched input '[a-z]+'\. Expecting: 'ALTER', 'CREATE'/;
  test.each<[string, RegExp]>([
    ['SELEC 1', expecting],
    ['', /Query string must have length between 1 and 262144/],
    [' ', /mismatched input '<EOF>'/],
    ['SELECT 1; SELECT 2', /Only one sql statement is allowed\. Got: SELECT 1; SELECT 2/],
    [
      `CREATE TABLE t AS SELECT * FROM ${TABLE}`,
      /Insufficient Lake Formation permission|not authorized|does not exist/,
    ],
    ['CREATE VIEW v AS SELECT 1', /Insufficient Lake Formation permission/],
    [
      'INSERT INTO airport_reference__airports__v1.airports VALUES (1)',
      /Insufficient Lake Formation permission\(s\): Required Insert on airports|glue:/,
    ],
    [
      'DROP TABLE airport_reference__airports__v1.airports',
      /FAILED: Execution Error.*glue:DeleteTable.*AccessDeniedException.*\nnext: take a role that may/,
    ],
    [
      'ALTER TABLE airport_reference__airports__v1.airports ADD COLUMNS (x int)',
      /FAILED: Execution Error.*glue:UpdateTable.*AccessDeniedException/,
    ],
    [
      "SELECT * FROM read_parquet('/etc/passwd')",
      /FUNCTION_NOT_FOUND: line 1:15: Table function 'read_parquet' not registered/,
    ],
    ["SELECT * FROM read_csv('/etc/passwd')", /Table function 'read_csv' not registered/],
    ["SELECT * FROM read_text('/etc/passwd')", /Table function 'read_text' not registered/],
    ["SELECT * FROM glob('*')", /Table function 'glob' not registered/],
    ['SELECT * FROM duckdb_settings()', /Table function 'duckdb_settings' not registered/],
    ["SELECT getenv('HOME')", /Function 'getenv' not registered/],
    ["SELECT current_setting('home_directory')", /Function 'current_setting' not registered/],
    ['SELECT * FROM "/etc/passwd"', /TABLE_NOT_FOUND: .*\/etc\/passwd' does not exist/],
    ["SELECT * FROM '/etc/passwd'", /TABLE_NOT_FOUND|mismatched input/],
    ["COPY (SELECT 1) TO '/tmp/x'", expecting],
    ["ATTACH '/tmp/x.db'", expecting],
    ['PRAGMA database_list', expecting],
    ["SET memory_limit='1GB'", expecting],
    ['INSTALL httpfs', expecting],
    ['LOAD httpfs', expecting],
    ["EXPORT DATABASE '/tmp/x'", expecting],
    ['CALL pragma_version()', expecting],
    [
      'SELECT * FROM nope.nope',
      /SCHEMA_NOT_FOUND: .*'nope' does not exist|Insufficient Lake Formation permission\(s\): Required Describe on nope/,
    ],
    ['SELECT 1'.padEnd(270_000), /Query string must have length between 1 and 262144/],
  ])('answers %p as Athena would, and does nothing', async (sql, message) => {
    await leavesAllAsItWas(() => refused('analytics/analyst', ['query', sql], message));
  });

  test('wants a number of rows', () =>
    refused('analytics/analyst', ['query', 'SELECT 1', '--limit', 'x'], /--limit "x" is not a whole number/));

  test('is not started twice from one folder', async () => {
    const { exit, err } = await runWeft(['local', 'up', '--folder', folder, '--port', '0']);
    expect({ exit, err }).toEqual({
      exit: 1,
      err: expect.stringMatching(/a mesh already runs from .*: process \d+ at http.*\n.*weft local down/),
    });
    await expect(openInstance({ folder, port: 0 })).rejects.toMatchObject({
      code: 'WEFT-LOCAL-003',
      details: { pid: process.pid },
    });
  });

  test('keeps its port: the next one is taken, or none when it is pinned', async () => {
    const { port } = world.instance;
    const cwd = folders.with({});
    const { exit, err } = await runWeft(['local', 'up', '--folder', 'data', '--port', String(port), '--pin'], { cwd });
    expect({ exit, err }).toEqual({
      exit: 1,
      err: expect.stringMatching(new RegExp(`port ${port} is taken by .*process ${process.pid}.*\\n.*--port`)),
    });
    const other = await openInstance({ folder: join(cwd, 'other'), port, live: false });
    await other.close();
    expect(other.port).not.toBe(port);
    expect(other.notices).toEqual([
      expect.stringMatching(new RegExp(`^port ${port} is taken by .*; using ${other.port}$`)),
    ]);
  });
});
