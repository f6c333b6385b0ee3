import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createBus } from '#aws/eventbridge.ts';
import { realPatience } from '#aws/retry.ts';
import { enrol, sourceOf } from '#cli/demo/sources.ts';
import { ask, refusal } from '#cli/demo/sql.ts';
import { World } from '#cli/demo/world.ts';
import { bringUp } from '#cli/local-mesh.ts';
import { readMeshFile } from '#cli/mesh-file.ts';
import { domainEvent } from '#mesh/event/envelope.ts';
import { runEvent } from '#mesh/lineage/run-event.ts';
import { domainBusName, domainRoleName, roleArn } from '#mesh/topology/names.ts';
import { runWeft } from '../cli/run-weft.ts';
import { judging } from '../judge/judging.ts';
import { testParser } from '../mesh/lineage/parser.ts';

const OWNER = 'airport-reference/steward';
const ANALYST = 'analytics/analyst';
const PRODUCT = 'airport-reference/airports';
const count = (major: number) => `SELECT count(*) FROM airport_reference__airports__v${major}.airports`;
/** What is not granted is refused, or not even there. */
const NOT_GRANTED = /does not exist|Insufficient Lake Formation permission/;

describe('the life of a product, on the deployed templates', () => {
  let folder: string;
  const permits = judging();
  let world: World;

  /** The product's folder in another major version and state. */
  const edition = (version: string, status = 'active'): string => {
    const place = join(folder, `airports-${version}-${status}`);
    mkdirSync(place, { recursive: true });
    const source = sourceOf('airports').folder;
    cpSync(source, place, { recursive: true });
    for (const file of readdirSync(place).filter((name) => name.endsWith('.yaml'))) {
      const text = readFileSync(join(place, file), 'utf8').replaceAll(/(?<!v)1\.0\.0/g, version);
      const named = file.endsWith('.odps.yaml') ? text.replace('status: active', `status: ${status}`) : text;
      writeFileSync(join(place, file), named);
    }
    return place;
  };
  const weft = async (...words: string[]) => {
    const { exit, out, err } = await runWeft(words, { cwd: folder, columns: 400 });
    expect({ words, exit, err: exit === 0 ? '' : err }).toEqual({ words, exit: 0, err: '' });
    return out + err;
  };
  const refused = async (...words: string[]) => {
    const { exit, err } = await runWeft(words, { cwd: folder, columns: 400 });
    expect({ words, exit }).toEqual({ words, exit: 1 });
    return err;
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'weft-life-'));
    const topology = readMeshFile(undefined, '/');
    const { instance, local } = await bringUp({ topology, folder: join(folder, '.weft'), port: 0 });
    world = new World(instance, local);
    permits.watch(world.instance.cloud);
    await enrol(world, sourceOf('airports'));
  }, 120_000);

  afterAll(async () => {
    await world?.instance.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A draft is found and not shared; active it is. */
  const draftThenActive = async () => {
    expect(await weft('product', 'publish', edition('1.0.0', 'draft'), '--as', OWNER)).toMatch(/is draft/);
    expect(await weft('product', 'list', '--as', ANALYST)).toMatch(/airports .*draft/);
    expect(await refused('subscription', 'request', PRODUCT, '--purpose', 'to count', '--as', ANALYST)).toMatch(
      /is draft .WEFT-REQUEST-003/,
    );
    await weft('product', 'publish', edition('1.0.0'), '--as', OWNER);
    // Of two ids one is all but certainly within the first 99 %.
    for (const purpose of ['to count', 'to know']) {
      await weft('subscription', 'request', PRODUCT, '--purpose', purpose, '--as', ANALYST);
    }
    expect((await ask(world, ANALYST, count(1))).rows).toEqual([['3376']]);
    expect(await refused('product', 'publish', edition('1.0.0', 'proposed'), '--as', OWNER)).toMatch(
      /cannot become proposed .WEFT-PRODUCT-003/,
    );
  };

  /** What the domain's pipeline says that the table was made of is kept, and told to everybody. */
  const madeOf = async () => {
    const { account, region, topology, client } = await world.as(
      roleArn('210000000012', domainRoleName('aviation', 'airport-reference', 'agent')),
    );
    const run = {
      run: '0b8c5c0e-6d7b-4a9c-9f1b-3a2c1d0e9f8a',
      at: '2026-01-31T06:00:00.000Z',
      mesh: topology.mesh,
      account,
      region,
      domain: 'airport-reference',
      product: 'airports',
      major: 1,
      table: 'airports',
      sql: 'SELECT upper(code) AS iata FROM airport_reference_landing.facilities WHERE open',
      columns: {},
      output: { name: 'airport_reference.airports', columns: ['iata'] },
    };
    const { domain, product, major, table } = run;
    const event = runEvent(run, await testParser()) ?? {};
    const said = { type: 'LineageReported' as const, id: 'made-of', time: run.at, from: domain, run: run.run, event };
    const detail = domainEvent({ ...said, domain, product, major, table });
    const bus = createBus(new EventBridgeClient(client), domainBusName(topology.mesh, domain), realPatience);
    expect((await bus.put([{ source: detail.source, type: detail.type, detail }])).failed).toEqual([]);
    await world.settle();
    const told = await weft('lineage', `${PRODUCT}.iata`, '--up', '--major', '1', '--as', ANALYST);
    expect(told).toMatch(/airport_reference_landing\.facilities code {2}transformation/);
    expect(told).toMatch(/airport_reference_landing\.facilities open {2}filter/);
  };

  /** A consumer of v1 goes on while v2 is live; the rollout gives it v2, too. */
  const besideEachOther = async () => {
    await weft('product', 'publish', edition('2.0.0'), '--as', OWNER);
    expect((await ask(world, ANALYST, count(1))).rows).toEqual([['3376']]);
    expect(await refusal(world, ANALYST, count(2))).toMatch(NOT_GRANTED);
    await weft('product', 'rollout', PRODUCT, '--to', '2', '--share', '99', '--as', OWNER);
    const share = (await ask(world, ANALYST, count(1))).rows;
    expect((await ask(world, ANALYST, count(2))).rows).toEqual(share);
  };

  /** Bad quality of v2 takes the rollout back, and v1 goes on. */
  const takenBack = async () => {
    const bad = ['--major', '2', '--quality', 'failed', '--rule', 'iata is unique', '--text', '12 twice'];
    expect(await weft('product', 'report', PRODUCT, ...bad, '--as', OWNER)).toMatch(/Healthy false/);
    await world.settle();
    expect(await refusal(world, ANALYST, count(2))).toMatch(NOT_GRANTED);
    expect((await ask(world, ANALYST, count(1))).rows).toEqual([['3376']]);
    const blamed = await weft('lineage', PRODUCT, '--major', '2', '--health', '--as', ANALYST);
    expect(blamed).toMatch(/airports v2 {2}not healthy since .*iata is unique: 12 twice {2}the cause/);
    const shown = await weft('product', 'show', PRODUCT, '--major', '1', '--as', OWNER);
    expect(shown).toMatch(/rollout to v2 taken back .*iata is unique: 12 twice/);
    expect(await refused('product', 'rollout', PRODUCT, '--to', '2', '--share', '10', '--as', OWNER)).toMatch(
      /WEFT-PRODUCT-010/,
    );
    await weft('product', 'report', PRODUCT, '--major', '2', '--quality', 'passed', '--as', OWNER);
    const all = await weft('product', 'rollout', PRODUCT, '--to', '2', '--share', '100', '--as', OWNER);
    expect(all).toMatch(/complete/);
    expect((await ask(world, ANALYST, count(2))).rows).toEqual([['3376']]);
  };

  /** Consumers rate it, and nobody else does. */
  const rated = async () => {
    await weft('product', 'feedback', PRODUCT, '--major', '1', '--rating', '4', '--text', 'more', '--as', ANALYST);
    expect(await weft('product', 'show', PRODUCT, '--major', '1', '--as', OWNER)).toMatch(
      /rated 4 of 5 by 1\n.*analytics\.analyst: more/,
    );
    const stranger = ['--major', '1', '--rating', '1', '--as', 'wildlife-safety/analyst'];
    expect(await refused('product', 'feedback', PRODUCT, ...stranger)).toMatch(/WEFT-PRODUCT-013/);
  };

  /** A version in use ends only by force or at its announced end; v2 goes on. */
  const ended = async () => {
    const v1 = ['--major', '1', '--as', OWNER];
    expect(await weft('product', 'deprecate', PRODUCT, '--sunset', '2099-01-01', ...v1)).toMatch(/followed by v2/);
    expect(await refused('product', 'retire', PRODUCT, ...v1)).toMatch(/WEFT-PRODUCT-006/);
    expect((await ask(world, ANALYST, count(1))).rows).toEqual([['3376']]);
    const forced = await weft('product', 'retire', PRODUCT, '--force', '--reason', 'moved to v2', ...v1);
    expect(forced).toMatch(/is retired: the read-backs show that nothing is left/);
    expect(await refusal(world, ANALYST, count(1))).toMatch(NOT_GRANTED);
    expect((await ask(world, ANALYST, count(2))).rows).toEqual([['3376']]);
    expect(await weft('product', 'show', PRODUCT, '--major', '1', '--as', OWNER)).toMatch(/retired .*moved to v2/);
    expect(await refused('product', 'publish', edition('1.1.0'), '--as', OWNER)).toMatch(/WEFT-PRODUCT-003/);
  };

  /** The whole life is in the trail. */
  const inTheTrail = async () => {
    await world.settle();
    const trail = await weft('audit', 'list', '--product', PRODUCT, '--limit', '500', '--as', 'governance/auditor');
    for (const word of [
      'ProductDeprecated',
      'ProductRetired',
      'ProductRemoved',
      'RolloutTakenBack',
      'FeedbackGiven',
      'QualityFailed',
      'LineageRecorded',
    ])
      expect(trail).toContain(word);
  };

  /** A domain with live products or subscriptions stays in the mesh. */
  const cannotLeave = async () => {
    const platform = ['--as', 'governance/platform'];
    const owner = await refused('domain', 'remove', 'airport-reference', '--check', ...platform);
    expect(owner).toMatch(/product airport-reference\/airports v2 is active/);
    const consumer = await refused('domain', 'remove', 'analytics', '--check', ...platform);
    expect(consumer).toMatch(/weft subscription revoke airport-reference\.airports\.v2\.analytics/);
    const file = join(folder, 'mesh.yaml');
    writeFileSync(file, readFileSync(join(import.meta.dirname, '../../examples/aviation/mesh.yaml')));
    const { out, exit } = await runWeft(['mesh', 'check', '--mesh', file, '--json', ...platform], { cwd: folder });
    expect([exit, JSON.parse(out)]).toEqual([0, { moves: [], leaving: [], obstacles: [] }]);
    await weft('domain', 'remove', 'flight-operations', '--mesh', file, ...platform);
    expect(readFileSync(file, 'utf8')).toMatch(/^# The demo mesh[\s\S]*name: airport-reference/);
    expect(readFileSync(file, 'utf8')).not.toContain('flight-operations');
    expect(await weft('mesh', 'check', '--mesh', file, ...platform)).toMatch(/flight-operations can leave/);
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll('analytics', 'statistics'));
    const changed = await runWeft(['mesh', 'check', '--mesh', file, ...platform], { cwd: folder, columns: 400 });
    expect([changed.exit, changed.out]).toEqual([1, expect.stringContaining('airports.v2.analytics')]);
    writeFileSync(file, readFileSync(file, 'utf8').replace('region: us-east-1', 'region: eu-west-1'));
    const moved = await runWeft(['mesh', 'check', '--mesh', file, ...platform], { cwd: folder, columns: 400 });
    expect([moved.exit, moved.err]).toEqual([1, expect.stringContaining('"region" is "eu-west-1"')]);
  };

  test('walks from a draft to its end while its next version lives beside it', async () => {
    await draftThenActive();
    await madeOf();
    await besideEachOther();
    await takenBack();
    await rated();
    await ended();
    await cannotLeave();
    await inTheTrail();
  }, 180_000);
});
