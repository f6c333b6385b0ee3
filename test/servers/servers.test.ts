import { afterAll, expect, test } from '@jest/globals';
import { connectAsync } from 'mqtt';
import { mosquittoMissing, startMosquitto } from './mosquitto.ts';
import { postgresMissing, startPostgres } from './postgres.ts';
import { describeWithServers } from './require-server.ts';

const stops: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const stop of stops) await stop();
});

describeWithServers('a PostgreSQL of a test', postgresMissing(), () => {
  test('answers queries, and is gone when it is stopped', async () => {
    const server = await startPostgres();
    stops.push(server.stop);
    expect(
      await server.query('create table t (a int); insert into t values (1), (2); select sum(a) as a from t'),
    ).toEqual([{ a: '3' }]);
  }, 30_000);
});

describeWithServers('a Mosquitto of a test', mosquittoMissing(), () => {
  test('takes and gives messages', async () => {
    const server = await startMosquitto();
    stops.push(server.stop);
    const client = await connectAsync(server.url);
    const came = new Promise<string>((resolve) =>
      client.on('message', (_topic, payload) => resolve(payload.toString())),
    );
    await client.subscribeAsync('a', { qos: 1 });
    await client.publishAsync('a', 'hello', { qos: 1 });
    expect(await came).toBe('hello');
    await client.endAsync();
  }, 20_000);
});
