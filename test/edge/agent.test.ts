import { appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runAgent } from '#edge/agent/agent.ts';
import { runCheck } from '#edge/agent/check.ts';
import { readStatus } from '#edge/agent/status.ts';
import { readEdgeConfig } from '#edge/config/read.ts';
import type { Happening } from '#edge/sources/source.ts';
import { wayOut } from '#edge/upload/way.ts';
import { createAuthority, opensslMissing } from '../servers/certificates.ts';
import { type Link, openLink } from '../servers/link.ts';
import { describeWithServers } from '../servers/require-server.ts';
import { type LandingCloud, openLanding } from './landing.ts';
import { makeSite, type Site, until } from './site.ts';

const SOURCE = {
  contract: 'contract.yaml',
  table: 'machine_readings',
  prefix: 'machine-readings/',
  files: { folder: 'incoming', pattern: '*.jsonl', format: 'json', every: '50 ms', quiet: '1 hour' },
  columns: { measured_at: { from: 'at', time: 'epoch-ms' } },
};
const UPLOAD = { every: '200 ms', retry: '400 ms', heartbeat: '1 second', grace: '50 ms', ca: 'ca.pem' };
const at = Date.parse('2026-06-01T08:00:00Z');

describeWithServers('an agent', opensslMissing(), () => {
  let landing: LandingCloud;
  let link: Link;
  let ids = 0;
  const stops: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    landing = await openLanding();
    link = await openLink(landing.server.port);
  }, 30_000);
  afterAll(async () => {
    for (const stop of stops) await stop();
    await link.close();
    await landing.close();
  });

  function start(site: Site) {
    const checked = readEdgeConfig('edge.yaml', site.folder);
    if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
    const config = checked.value;
    const happenings: Happening[] = [];
    const end = new AbortController();
    const send = wayOut(config.upload.ca);
    const tell = (happening: Happening) => void happenings.push(happening);
    const world = { now: Date.now, random: () => 0.1, newId: () => `journal${++ids}`, send, env: {}, tell };
    const running = runAgent(config, world, end.signal);
    const stop = async () => {
      end.abort();
      await running.catch(() => undefined);
      send.destroy();
    };
    stops.push(stop);
    const said = (event: string) => happenings.filter((one) => one.event === event);
    return {
      config,
      happenings,
      said,
      stop,
      running,
      told: (event: string) => until(event, () => said(event).length > 0),
    };
  }

  function siteOf(name: string, source: object = {}, more: object = {}): Site & { add(...records: object[]): void } {
    const site = makeSite(landing, link.port);
    site.write({ site: name, sources: [{ name: 'lines', ...SOURCE, ...source }], ...more });
    return {
      ...site,
      add: (...records) =>
        appendFileSync(join(site.incoming, 'a.jsonl'), records.map((one) => `${JSON.stringify(one)}\n`).join('')),
    };
  }

  async function sentOf(site: string, folder = 'machine-readings'): Promise<Record<string, unknown>[]> {
    const objects = [...(await landing.objects())].filter(([key]) => key.startsWith(`${folder}/plant-north/${site}/`));
    return objects.flatMap(([, text]) =>
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    );
  }

  test('sends rows of the contract with their numbers, and puts aside what does not fit, without its values', async () => {
    const site = siteOf('fits');
    site.add(
      { machine: 'm', number: 1, at, temperature_c: '20.5' },
      { machine: 'm', number: 'Ada Fox', at },
      { machine: 'm', number: 3, at },
    );
    appendFileSync(join(site.incoming, 'a.jsonl'), '{"half of a li\n');
    const agent = start(site);
    await agent.told('sent');
    await agent.stop();
    const measured_at = '2026-06-01 08:00:00.000';
    const whose = { weft_site: 'fits', weft_source: 'lines' };
    expect(await sentOf('fits')).toEqual([
      { machine: 'm', number: 1, measured_at, temperature_c: 20.5, ...whose, weft_sequence: 1 },
      { machine: 'm', number: 3, measured_at, temperature_c: null, ...whose, weft_sequence: 3 },
    ]);
    const aside = await sentOf('fits', 'quarantine/machine-readings');
    expect(aside).toMatchObject([
      { sequence: 2, code: 'TYPE', column: 'number' },
      { sequence: 4, code: 'NOT_A_RECORD' },
    ]);
    expect(JSON.stringify(aside)).not.toContain('Ada');
    expect(readFileSync(join(agent.config.buffer.folder, 'quarantine/lines.jsonl'), 'utf8')).toContain('Ada Fox');
    expect(agent.said('rejected')).toMatchObject([{ sequence: 2 }, { sequence: 4 }]);
  }, 20_000);

  test('decides by itself while the link is down, and sends the alarm first when it is back', async () => {
    const site = siteOf(
      'decides',
      { alarms: [{ name: 'too-hot', column: 'temperature_c', above: 90, by: ['machine'] }] },
      {},
    );
    link.cut();
    const agent = start(site);
    await agent.told('link-down');
    site.add({ machine: 'm', number: 1, at, temperature_c: 95 }, { machine: 'm', number: 2, at, temperature_c: 99 });
    await agent.told('alarm');
    expect(agent.said('alarm')).toMatchObject([{ name: 'too-hot', value: 95, limit: 90, of: 'm' }]);
    expect(readFileSync(join(agent.config.buffer.folder, 'alarms.jsonl'), 'utf8')).toContain('too-hot');
    expect(await sentOf('decides')).toEqual([]);
    expect(readStatus(agent.config.buffer.folder)).toMatchObject({
      link: 'down',
      problem: expect.stringContaining('no way to AWS'),
    });
    link.mend();
    await agent.told('sent');
    await agent.stop();
    expect(await sentOf('decides')).toHaveLength(2);
    expect(await sentOf('decides', 'edge')).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'too-hot', sequence: 1, value: 95 }),
        expect.objectContaining({ link: 'up', sources: [expect.objectContaining({ source: 'lines', sequence: 2 })] }),
      ]),
    );
  }, 20_000);

  test('of what it gathers only the sums leave the site, across a restart', async () => {
    const site = siteOf('gathers', {
      aggregate: {
        window: '1 minute',
        wait: '1 second',
        time: 'at',
        by: ['machine'],
        fields: { machine: 'string', at: 'timestamp', t: 'double', patient: 'string' },
        measures: { number: 'count', temperature_c: 'max(t)' },
      },
      columns: { measured_at: 'window_start' },
    });
    const reading = (second: number, t: number) => ({
      machine: 'm',
      at: new Date(at + second * 1000).toISOString(),
      t,
      patient: 'Ada Fox 1815',
    });
    site.add(reading(1, 20), reading(30, 25));
    const first = start(site);
    await until('it is read', () => (readStatusOf(first.config.buffer.folder)?.sources[0]?.buffered ?? 0) >= 2);
    await first.stop();
    site.add(reading(59, 22), reading(70, 30), reading(10, 99));
    const second = start(site);
    await second.told('sent');
    site.add(reading(2, 98));
    await until('the late one is aside', () => second.said('rejected').length > 0);
    await second.stop();
    const rows = await sentOf('gathers');
    expect(rows[0]).toMatchObject({
      machine: 'm',
      measured_at: '2026-06-01 08:00:00.000',
      number: 4,
      temperature_c: 99,
    });
    expect(await sentOf('gathers', 'quarantine/machine-readings')).toMatchObject([{ code: 'LATE', sequence: 6 }]);
    const bytes = [...(await landing.objects())]
      .filter(([key]) => key.includes('/gathers/'))
      .map(([, text]) => text)
      .join('');
    expect(bytes).not.toContain('1815');
  }, 20_000);

  test('stops reading when the buffer is full, says so, and goes on when there is room', async () => {
    const site = siteOf('full', {}, { buffer: { maxBytes: '64 KiB', segmentBytes: '8 KiB' } });
    site.add(...Array.from({ length: 1500 }, (_, n) => ({ machine: 'm', number: n, at })));
    link.cut();
    const agent = start(site);
    await agent.told('buffer-full');
    const held = readStatusOf(agent.config.buffer.folder)?.sources[0];
    expect(held?.bytes ?? 0).toBeLessThan(200 * 1024);
    link.mend();
    await until('everything is there', async () => (await sentOf('full')).length === 1500);
    await agent.stop();
    expect(agent.said('buffer-room').length).toBeGreaterThan(0);
    expect(new Set((await sentOf('full')).map(({ number }) => number)).size).toBe(1500);
  }, 30_000);

  test('knows a file that was renamed or begun anew', async () => {
    const site = siteOf('files');
    const agent = start(site);
    const path = (name: string) => join(site.incoming, name);
    const numbers = async () => (await sentOf('files')).map(({ number }) => number).sort();
    site.add({ machine: 'm', number: 1, at });
    await until('the first', async () => (await numbers()).length === 1);
    renameSync(path('a.jsonl'), path('b.jsonl'));
    appendFileSync(path('b.jsonl'), `${JSON.stringify({ machine: 'm', number: 2, at })}\n`);
    site.add({ machine: 'm', number: 3, at });
    await until('three', async () => (await numbers()).length >= 3);
    // Cut and written anew: the same inode, other bytes.
    writeFileSync(path('a.jsonl'), `${JSON.stringify({ machine: 'other', number: 4, at })}\n`);
    await until('four', async () => (await numbers()).length >= 4);
    await agent.stop();
    expect(await numbers()).toEqual([1, 2, 3, 4]);
  }, 20_000);

  test('is the only one on its buffer', async () => {
    const site = siteOf('alone');
    const first = start(site);
    await first.told('started');
    await expect(start(site).running).rejects.toMatchObject({
      code: 'WEFT-EDGE-020',
      message: expect.stringContaining(String(process.pid)),
    });
    await first.stop();
  }, 20_000);

  test.each([
    [
      'a server of another authority',
      'WEFT-EDGE-024',
      (site: Site) => writeFileSync(join(site.folder, 'ca.pem'), createAuthority('/CN=Evil').pem),
    ],
    [
      'a certificate of another authority',
      'WEFT-EDGE-022',
      (site: Site) => swap(site, createAuthority('/CN=Evil').issue('/OU=plant-north/CN=x')),
    ],
    [
      'a certificate that expired',
      'WEFT-EDGE-023',
      (site: Site) => swap(site, landing.devices.issue('/OU=plant-north/CN=x', { days: -1 })),
    ],
    [
      'a key of another certificate',
      'WEFT-EDGE-023',
      (site: Site) => writeFileSync(join(site.folder, 'device.key'), landing.device('plant-north').keyPem),
    ],
    [
      'a role that is not in the profile',
      'WEFT-EDGE-022',
      (site: Site) => {
        const file = join(site.folder, 'edge.yaml');
        writeFileSync(file, readFileSync(file, 'utf8').replace(':role/devices', ':role/admin'));
      },
    ],
    ['a certificate of another group', 'WEFT-EDGE-026', (site: Site) => swap(site, landing.device('plant-south'))],
  ])(
    'is refused with %s, keeps what it reads, and sends it when that is mended',
    async (what, code, spoil) => {
      const name = what.replaceAll(' ', '-');
      const upload = { ...UPLOAD, endpoint: `https://127.0.0.1:${link.port}` };
      const site = siteOf(name, {}, { upload });
      const sound = Object.fromEntries(
        ['ca.pem', 'device.pem', 'device.key', 'edge.yaml'].map((file) => [
          file,
          readFileSync(join(site.folder, file), 'utf8'),
        ]),
      );
      site.add({ machine: 'm', number: 1, at });
      spoil(site);
      const agent = start(site);
      await agent.told('link-down');
      const said = agent.said('link-down').at(-1);
      expect(said).toMatchObject({ code, message: expect.stringMatching(/[a-z]/) });
      await expect(runCheck(agent.config, wayOut(agent.config.upload.ca), Date.now(), true)).rejects.toMatchObject({
        code: code === 'WEFT-EDGE-026' ? 'WEFT-EDGE-023' : code,
      });
      await until('it is kept', () => (readStatusOf(agent.config.buffer.folder)?.sources[0]?.buffered ?? 0) === 1);
      for (const [file, text] of Object.entries(sound)) writeFileSync(join(site.folder, file), text);
      await agent.stop();
      const again = start(site);
      await until('it is sent', async () => (await sentOf(name)).length === 1);
      await again.stop();
      expect(await sentOf(name)).toMatchObject([{ number: 1, weft_sequence: 1 }]);
    },
    40_000,
  );
});

function swap(site: Site, issued: { readonly pem: string; readonly keyPem: string }): void {
  mkdirSync(site.folder, { recursive: true });
  writeFileSync(join(site.folder, 'device.pem'), issued.pem);
  writeFileSync(join(site.folder, 'device.key'), issued.keyPem);
}

function readStatusOf(folder: string) {
  try {
    return readStatus(folder);
  } catch {
    return undefined;
  }
}
