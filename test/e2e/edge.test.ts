import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connectAsync } from 'mqtt';
import { parse, stringify } from 'yaml';
import { ask } from '#cli/demo/sql.ts';
import { World } from '#cli/demo/world.ts';
import { bringUp } from '#cli/local-mesh.ts';
import { readMeshFile } from '#cli/mesh-file.ts';
import { publishBody, readProductFolder } from '#cli/product-folder.ts';
import { waitForProduct } from '#cli/wait.ts';
import { runAgent } from '#edge/agent/agent.ts';
import { runCheck } from '#edge/agent/check.ts';
import type { EdgeConfig } from '#edge/config/config.ts';
import { readEdgeConfig } from '#edge/config/read.ts';
import { keyringOf } from '#edge/credentials/provider.ts';
import type { Happening } from '#edge/sources/source.ts';
import { landingOf } from '#edge/upload/landing.ts';
import { wayOut } from '#edge/upload/way.ts';
import { serveTls } from '#local/core/server.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { domainApp } from '#stacks/pipeline/pipeline-app.ts';
import { until } from '../edge/site.ts';
import { judging } from '../judge/judging.ts';
import { repositoryOf } from '../pipeline/repository.ts';
import { type Authority, createAuthority, opensslMissing } from '../servers/certificates.ts';
import { mosquittoMissing, startMosquitto } from '../servers/mosquitto.ts';
import { postgresMissing, startPostgres } from '../servers/postgres.ts';
import { describeWithServers } from '../servers/require-server.ts';

const missing = opensslMissing() ?? mosquittoMissing() ?? postgresMissing();

describeWithServers('the template of sites, on the deployed templates', missing, () => {
  const permits = judging();
  const ends: (() => Promise<unknown>)[] = [];
  let repository: string;
  let world: World;
  let devices: Authority;
  let endpoint: string;
  let outputs: Readonly<Record<string, string>>;
  let ca: string;

  beforeAll(async () => {
    repository = repositoryOf('edge');
    const folder = mkdtempSync(join(tmpdir(), 'weft-edge-e2e-'));
    ends.push(async () => rmSync(folder, { recursive: true, force: true }));
    devices = createAuthority('/O=Acme/CN=Acme devices');
    writeFileSync(join(repository, 'edge/authorities.pem'), devices.pem);
    writeFileSync(join(repository, 'edge/hash.key'), randomBytes(32));
    const topology = readMeshFile(join(repository, 'mesh.yaml'), '/');
    const { instance, local } = await bringUp({ topology, folder: join(folder, '.weft'), port: 0 });
    world = new World(instance, local);
    permits.watch(instance.cloud);
    const outdir = join(folder, 'cdk.out');
    const backup = { without: 'the sites keep what they measure' };
    const { ok, stacks } = await instance.deploy(domainApp({ folder: repository, backup, outdir }).synth().directory);
    expect({ ok, errors: stacks.flatMap(({ error }) => error?.message ?? []) }).toEqual({ ok: true, errors: [] });
    outputs = stacks[0]?.outputs ?? {};
    const servers = createAuthority('/O=Acme/CN=Acme servers');
    const identity = servers.issue('/CN=127.0.0.1');
    const server = await serveTls(instance.cloud, 0, { cert: identity.pem, key: identity.keyPem });
    endpoint = server.endpoint;
    ca = servers.certificate;
    ends.push(server.close, () => instance.close());
    const producer = await world.as('sales/producer');
    const body = publishBody(readProductFolder(join(repository, 'products/machine-readings'), repository));
    const { product } = await producer.api<{ product: ProductRecord }>({ method: 'POST', path: '/products', body });
    await waitForProduct(producer, product);
  }, 180_000);

  afterAll(async () => {
    for (const end of ends) await end();
    rmSync(repository, { recursive: true, force: true });
  });

  /** The template's own file, with what the site knows: its certificate, the outputs of the stack, its servers. */
  function configOf(name: string, certificateOf: string, change: (file: EdgeFile) => void): EdgeConfig {
    const file = parse(readFileSync(join(repository, 'edge/edge.yaml'), 'utf8')) as EdgeFile;
    const device = devices.issue(`/O=Acme/OU=${certificateOf}/CN=${name}`);
    const output = (suffix: string) => Object.entries(outputs).find(([key]) => key.includes(suffix))?.[1];
    file.site = name;
    file.buffer.folder = mkdtempSync(join(tmpdir(), 'weft-buffer-'));
    file.upload = { endpoint, ca, every: '100 ms' };
    file.credentials.rolesAnywhere = {
      certificate: device.certificate,
      key: device.key,
      trustAnchor: output('TrustAnchorArn'),
      profile: output('ProfileArn'),
      role: output('RoleArn'),
      endpoint,
    };
    change(file);
    writeFileSync(join(repository, `edge/${name}.yaml`), stringify(file));
    const checked = readEdgeConfig(`edge/${name}.yaml`, repository);
    if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
    return checked.value;
  }

  test('what a broker, a database and files say at a site is in the product, hashed and in the units of the contract', async () => {
    const [broker, database] = await Promise.all([startMosquitto(), startPostgres()]);
    ends.push(broker.stop, database.stop);
    await database.query(`create table reading (id bigserial, machine text, measured_at timestamptz, temperature_c float8, pressure_kpa float8, operator text);
      insert into reading (machine, measured_at, temperature_c, operator) values ('press-9', '2026-06-01 10:00:00+02', 55.5, 'Ada Fox')`);
    const config = configOf('press-line-1', 'plant-north', ({ sources }) => {
      Object.assign(sources[0]?.mqtt ?? {}, { url: broker.url });
      Object.assign(sources[2]?.sql ?? {}, {
        url: `postgres://weft@127.0.0.1:${database.port}/postgres`,
        every: '100 ms',
      });
    });
    const happenings: Happening[] = [];
    const stop = new AbortController();
    const send = wayOut(ca);
    const running = runAgent(
      config,
      {
        now: Date.now,
        random: Math.random,
        newId: () => randomBytes(4).toString('hex'),
        send,
        env: { MES_PASSWORD: database.password },
        tell: (one) => void happenings.push(one),
      },
      stop.signal,
    );
    const sensor = await connectAsync(broker.url);
    await until('the agent listens', async () => {
      await sensor.publishAsync(
        'press/1/reading',
        '{"machine":"press-1","at":"2026-06-01T08:00:00Z","temperature":212,"pressure":4.1,"operator":"Ada Fox"}',
        { qos: 1 },
      );
      return happenings.some(({ event, source }) => event === 'alarm' && source === 'sensors');
    });
    await until('all was sent', () =>
      ['sensors', 'shifts', 'mes'].every((name) =>
        happenings.some((one) => one.event === 'sent' && one.source === name),
      ),
    );
    await sensor.endAsync();
    stop.abort();
    await running;
    send.destroy();
    await world.settle();
    const { rows } = await ask(
      world,
      'sales/producer',
      `SELECT source, machine, temperature_c, pressure_kpa, CAST(measured_at AS varchar), count(DISTINCT operator) FROM sales.machine_readings
       WHERE measured_on = DATE '2026-06-01' GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3`,
    );
    expect(rows).toEqual([
      ['mes', 'press-9', '55.5', null, '2026-06-01 08:00:00', '1'],
      ['sensors', 'press-1', '100.0', '410.0', '2026-06-01 08:00:00', '1'],
      ['shifts', 'press-1', '61.5', '412.0', '2026-06-01 08:00:00', '1'],
      ['shifts', 'press-1', '62.0', '415.5', '2026-06-01 08:01:00', '1'],
      ['shifts', 'press-2', '58.25', '401.0', '2026-06-01 08:02:00', '1'],
    ]);
    const people = await ask(
      world,
      'sales/producer',
      `SELECT DISTINCT operator FROM sales.machine_readings WHERE machine IN ('press-1', 'press-9') AND measured_on = DATE '2026-06-01'`,
    );
    expect(people.rows).toEqual([[expect.stringMatching(/^[0-9a-f]{64}$/)]]);
  }, 120_000);

  test('a device of another group cannot write where this one does', async () => {
    const strange = configOf('intruder', 'plant-south', () => undefined);
    const send = wayOut(ca);
    await permits.unjudged(async () => {
      await expect(runCheck({ ...strange, group: 'plant-north' }, send, Date.now(), false)).rejects.toMatchObject({
        code: 'WEFT-EDGE-023',
      });
      // An agent that lies about its group is refused by S3.
      const keys = keyringOf(strange, send, Date.now);
      const way = { region: strange.region, credentials: () => keys.get(), endpoint, requestHandler: send };
      const landing = landingOf(way, strange.upload.bucket);
      await landing.put('edge/plant-south/intruder/check.json', '{}');
      for (const key of [
        'edge/plant-north/x.json',
        'machine-readings/plant-north/x.jsonl',
        'machine-readings/x.jsonl',
        'runs/x',
      ]) {
        await expect(landing.put(key, '{}')).rejects.toMatchObject({ name: 'AccessDenied' });
      }
    });
    send.destroy();
  }, 60_000);
});

interface EdgeFile {
  site: string;
  buffer: { folder: string };
  upload?: object;
  credentials: { rolesAnywhere: object };
  sources: { mqtt?: object; sql?: object }[];
}
