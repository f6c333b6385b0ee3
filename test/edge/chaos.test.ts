import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from '@jest/globals';
import { connectAsync } from 'mqtt';
import { Client } from 'pg';
import { AwsError } from '#local/core/error.ts';
import { opensslMissing } from '../servers/certificates.ts';
import { openLink } from '../servers/link.ts';
import { mosquittoMissing, startMosquitto } from '../servers/mosquitto.ts';
import { postgresMissing, startPostgres } from '../servers/postgres.ts';
import { describeWithServers } from '../servers/require-server.ts';
import { Random } from '../simulate/random.ts';
import { openLanding } from './landing.ts';
import { type AgentProcess, listeningPorts, makeSite, until } from './site.ts';

const MESSAGES = 600;
const ROWS = 300;
const LINES = 600;
const KILLS = 5;

const missing = opensslMissing() ?? mosquittoMissing() ?? postgresMissing();

describeWithServers('the agent of a site', missing, () => {
  const ends: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    for (const end of ends.toReversed()) await end();
  });

  test('loses nothing and doubles nothing while the link is cut and the process is killed', async () => {
    const seed = Number(process.env.WEFT_SEED ?? Date.now() % 100_000);
    const random = new Random(seed);
    const [landing, broker, database] = await Promise.all([openLanding(), startMosquitto(), startPostgres()]);
    ends.push(landing.close, broker.stop, database.stop);
    const link = await openLink(landing.server.port);
    const brokerLink = await openLink(broker.port);
    ends.push(link.close, brokerLink.close);
    // Every fifth object is written, and nobody is told so.
    let puts = 0;
    landing.cloud.observe({
      after: (call) => {
        if (call.operation === 'PutObject' && ++puts % 5 === 0)
          throw new AwsError('InternalError', 'we are sorry', 500);
      },
    });
    await database.query(
      'create table reading (id bigint generated always as identity, machine text, number int, at timestamptz default now(), temperature numeric)',
    );
    const site = makeSite(landing, link.port);
    const source = { contract: 'contract.yaml', table: 'machine_readings', prefix: 'machine-readings/' };
    site.write({
      sources: [
        {
          name: 'broker',
          ...source,
          mqtt: { url: `mqtt://127.0.0.1:${brokerLink.port}`, topics: ['plant/+/reading'] },
          columns: { measured_at: 'at', temperature_c: { from: 'f', unit: 'degF to degC' } },
        },
        {
          name: 'database',
          ...source,
          sql: {
            url: `postgres://weft@127.0.0.1:${database.port}/postgres`,
            passwordFrom: 'SITE_PASSWORD',
            query: 'select id, machine, number, at, temperature from reading where id > :after order by id limit 40',
            key: 'id',
            every: '100 ms',
          },
          columns: { measured_at: 'at', temperature_c: 'temperature' },
        },
        {
          name: 'files',
          ...source,
          files: { folder: 'incoming', pattern: '*.csv', every: '100 ms' },
          columns: { measured_at: { from: 'at', time: 'epoch-ms' } },
        },
      ],
    });
    const env = { SITE_PASSWORD: database.password };
    const run = () => site.start(env);
    let agent: AgentProcess = run();
    ends.push(() => agent.kill());
    // The session of the broker is made once; what is said before it is said to nobody.
    await until('the session is there', () => agent.happenings.some(({ event }) => event === 'subscribed'));

    const made = Promise.all([publish(broker.url, random), insert(database.url, random), write(site.incoming, random)]);
    for (let kill = 0; kill < KILLS; kill += 1) {
      await sleep(300 + random.below(700));
      if (random.chance(0.6)) link.cut();
      if (random.chance(0.3)) brokerLink.cut();
      await sleep(random.below(300));
      await agent.kill();
      if (random.chance(0.5)) link.mend();
      brokerLink.mend();
      agent = run();
    }
    await made;
    link.mend();
    const wanted = { broker: MESSAGES, database: ROWS, files: LINES };
    const counts = async () => Object.groupBy(await rows(), ({ weft_source: name }) => name);
    const rows = async () => {
      const objects = await landing.objects();
      const keys = [...objects.keys()].filter((key) => key.startsWith('machine-readings/plant-north/press-line-1/'));
      return keys.flatMap((key) =>
        (objects.get(key) ?? '')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as Row),
      );
    };
    await until(
      `everything is there (seed ${seed})`,
      async () => {
        const found = await counts();
        return Object.entries(wanted).every(([name, count]) => (found[name]?.length ?? 0) >= count);
      },
      40_000,
    ).catch(async (error: Error) => {
      const found = await counts();
      const lost = Object.entries(wanted).map(([name, count]) => {
        const numbers = new Set(found[name]?.map(({ number }) => number));
        return {
          name,
          lost: Array.from({ length: count }, (_, index) => index + 1).filter((one) => !numbers.has(one)),
        };
      });
      throw new Error(`${error.message}: ${JSON.stringify(lost)} ${agent.errors()}`);
    });
    // The last one may have been started when all was there already, and a process that is not up yet ends by the signal.
    await until('the last one is up', () => agent.happenings.some(({ event }) => event === 'started'));
    expect(listeningPorts(agent.child.pid ?? 0)).toEqual([]);
    expect(await agent.stop()).toBe(0);
    for (const [name, count] of Object.entries(wanted)) {
      const found = (await counts())[name] ?? [];
      const numbers = found.map(({ number }) => number).sort((a, b) => a - b);
      expect({ seed, name, numbers }).toEqual({
        seed,
        name,
        numbers: Array.from({ length: count }, (_, at) => at + 1),
      });
      const sequences = found.map(({ weft_sequence }) => weft_sequence).sort((a, b) => a - b);
      expect({ seed, name, sequences }).toEqual({
        seed,
        name,
        sequences: Array.from({ length: count }, (_, at) => at + 1),
      });
    }
  }, 120_000);
});

interface Row {
  readonly number: number;
  readonly weft_source: string;
  readonly weft_sequence: number;
}

async function publish(url: string, random: Random): Promise<void> {
  const client = await connectAsync(url);
  for (let number = 1; number <= MESSAGES; number += 1) {
    const text = JSON.stringify({ machine: 'press-1', number, at: new Date().toISOString(), f: 212 });
    await client.publishAsync('plant/press-1/reading', text, { qos: random.chance(0.5) ? 1 : 2 });
    if (number % 10 === 0) await sleep(random.below(80));
  }
  await client.endAsync();
}

/** Two sessions, of which the one that drew the smaller key often commits last. */
async function insert(url: string, random: Random): Promise<void> {
  const [slow, fast] = [new Client(url), new Client(url)];
  await Promise.all([slow.connect(), fast.connect()]);
  const row = (number: number) =>
    `insert into reading (machine, number, temperature) values ('press-2', ${number}, 20.5)`;
  for (let number = 1; number < ROWS; number += 2) {
    await slow.query('begin');
    await slow.query(row(number));
    await fast.query(row(number + 1));
    await sleep(random.below(40));
    await slow.query('commit');
  }
  await Promise.all([slow.end(), fast.end()]);
}

async function write(folder: string, random: Random): Promise<void> {
  for (let number = 1; number <= LINES; number += 1) {
    const file = join(folder, `shift-${Math.ceil(number / 200)}.csv`);
    if (number % 200 === 1) appendFileSync(file, 'machine,number,at,temperature_c\n');
    const line = `press-3,${number},${Date.now()},"21.5"\n`;
    // A writer that is in the middle of a line.
    appendFileSync(file, line.slice(0, 9));
    if (number % 10 === 0) await sleep(random.below(60));
    appendFileSync(file, line.slice(9));
  }
}
