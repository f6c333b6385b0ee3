import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { query } from '#cli/athena.ts';
import type { OpenBreaker } from '#cli/breakers.ts';
import { ask, refusal } from '#cli/demo/sql.ts';
import type { RunRecord } from '#control/pipeline/run-record.ts';
import { callerFor } from '#local/core/cloud.ts';
import { runWeft } from '../cli/run-weft.ts';
import { judging } from '../judge/judging.ts';
import { type DeployedRepository, deployRepository } from '../pipeline/deployed.ts';
import { type PostgresServer, postgresMissing, startPostgres } from '../servers/postgres.ts';
import { describeWithServers } from '../servers/require-server.ts';

const CONSUMER = 'analytics/analyst';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const LIVE = 'SELECT customer_id, name FROM "sales_crm".public.customers WHERE customer_id = 4';
const PRODUCT = 'SELECT * FROM sales__customers__v1.customers ORDER BY customer_id';
const CONTENT = `select md5(string_agg(t::text, '|' order by customer_id)) as content, xmax_sum from customers t,
  lateral (select sum(xmax::text::bigint) as xmax_sum from customers) s group by xmax_sum`;

describeWithServers('a database that is queried where it is, on the deployed templates', postgresMissing(), () => {
  const permits = judging();
  let postgres: PostgresServer;
  let deployed: DeployedRepository;

  const secret = async (operation: string, input: object) => {
    const { cloud } = deployed.world.instance;
    const service = cloud.serviceNamed('secretsmanager');
    if (service === undefined) throw new Error('there is no Secrets Manager');
    const context = cloud.contextFor(callerFor('arn:aws:iam::210000000011:root', 'administrator'));
    return (await cloud.invoke(service, operation, { SecretId: 'shop/sales/crm', ...input }, context)) as {
      SecretString: string;
    };
  };
  const pass = async (milliseconds: number) => {
    deployed.world.instance.cloud.clock.advance(milliseconds);
    await deployed.world.settle();
  };

  beforeAll(async () => {
    postgres = await startPostgres();
    deployed = await deployRepository('federated-source', {
      watch: permits.watch,
      change: (repository) => {
        const path = join(repository, 'pipeline/sources.yaml');
        const here = readFileSync(path, 'utf8')
          .replace('host: crm.internal.example', `host: ${postgres.host}`)
          .replace('port: 5432', `port: ${postgres.port}`)
          .replace('database: crm', `database: ${postgres.database}`)
          .replace('sslmode: require', 'sslmode: disable');
        writeFileSync(path, here);
      },
    });
    const { SecretString } = await secret('GetSecretValue', {});
    const { password } = JSON.parse(SecretString) as { password: string };
    const source = readFileSync(join(deployed.repository, 'sample/source.sql'), 'utf8');
    await postgres.query(source.replace('the password of the secret', password));
    await deployed.offer('customers');
  }, 180_000);

  afterAll(async () => {
    await deployed?.close();
    await postgres?.stop();
  });

  test('those who make the product see the source as it is, and nobody of another domain does', async () => {
    const live = await query(await deployed.world.as('sales/producer'), LIVE, { limit: 10 });
    expect(live.rows).toEqual([['4', 'Di Olsen']]);
    await permits.unjudged(async () => {
      expect(await refusal(deployed.world, CONSUMER, LIVE)).toMatch(/Catalog 'sales_crm' not found/);
      expect(await refusal(deployed.world, 'sales/analyst', LIVE)).toMatch(/athena:GetDataCatalog/);
    });
  }, 60_000);

  test('consumers get what the contract gives, hour by hour, and the source keeps every byte', async () => {
    const before = await postgres.query(CONTENT);
    await pass(HOUR);
    const { columns, rows } = await ask(deployed.world, CONSUMER, PRODUCT);
    const shown = ['customer_id', 'country', 'segment', 'customer_since', 'changed_at'];
    expect(columns.map(({ name }) => name)).toEqual(shown);
    expect(rows).toEqual([
      ['1', 'DE', 'retail', '2019-04-01', '2026-11-02 08:15:00.000'],
      ['2', 'FR', 'wholesale', '2021-09-15', '2026-11-02 09:40:12.000'],
      ['3', 'GB', null, '2023-01-20', '2026-11-03 11:02:45.000'],
    ]);
    expect(await postgres.query(CONTENT)).toEqual(before);
    await postgres.query(`update customers set segment = 'wholesale' where customer_id = 1`);
    await pass(HOUR);
    expect((await ask(deployed.world, CONSUMER, PRODUCT)).rows[0]?.[2]).toBe('wholesale');
  }, 60_000);

  test('the user who reads gives itself another password, and goes on reading', async () => {
    const login = async () => JSON.parse((await secret('GetSecretValue', {})).SecretString) as { password: string };
    const former = await login();
    await secret('RotateSecret', {});
    await deployed.world.settle();
    const now = await login();
    expect(now.password).not.toBe(former.password);
    const live = await query(await deployed.world.as('sales/producer'), LIVE, { limit: 10 });
    expect(live.rows).toEqual([['4', 'Di Olsen']]);
    await secret('PutSecretValue', { SecretString: JSON.stringify({ ...now, password: former.password }) });
    const refused = await refusal(deployed.world, 'sales/producer', LIVE);
    expect(refused).toMatch(/password authentication failed for user "weft_reader"/);
    expect(refused).not.toContain(former.password);
    await secret('PutSecretValue', { SecretString: JSON.stringify(now) });
  }, 60_000);

  test('a database that is down is tried once in each rest, nobody loses what he had, and it goes on by itself', async () => {
    await pass(HOUR);
    const before = (await ask(deployed.world, CONSUMER, PRODUCT)).rows;
    const { cloud } = deployed.world.instance;
    let queries = 0;
    const stop = cloud.observe({
      before: ({ operation, caller }) => {
        if (operation === 'StartQueryExecution' && caller.arn.includes('-sales-pipeline/')) queries += 1;
      },
    });
    const status = async () => {
      const { out } = await runWeft(['pipeline', 'status', '--as', 'sales/producer', '--json'], {
        cwd: deployed.folder,
      });
      return JSON.parse(out) as { runs: RunRecord[]; sources: OpenBreaker[] };
    };
    await postgres.halt();
    await pass(HOUR);
    for (let retry = 0; retry < 2; retry += 1) await pass(7 * MINUTE);
    expect(queries).toBe(3);
    expect((await status()).sources).toEqual([
      expect.objectContaining({ name: 'crm', standing: 'open', why: expect.stringMatching(/ECONNREFUSED/) }),
    ]);
    // After five minutes one query tries it. Then it has ten minutes, in which the run comes back and is put off.
    await pass(7 * MINUTE);
    expect(queries).toBe(4);
    await pass(7 * MINUTE);
    expect(queries).toBe(4);
    const [run] = (await status()).runs;
    expect(run).toMatchObject({
      state: 'started',
      putOffUntil: expect.any(String),
      error: expect.stringMatching(/is put off until .*: the source "crm" has not answered since/),
    });
    expect((await ask(deployed.world, CONSUMER, PRODUCT)).rows).toEqual(before);
    await postgres.resume();
    await postgres.query(`update customers set segment = 'retail' where customer_id = 2`);
    await pass(5 * MINUTE);
    expect(queries).toBe(6);
    stop();
    expect((await ask(deployed.world, CONSUMER, PRODUCT)).rows[1]?.[2]).toBe('retail');
    expect(await status()).toMatchObject({
      runs: expect.arrayContaining([expect.objectContaining({ run: run?.run, state: 'done' })]),
      sources: [],
    });
    await postgres.query(`update customers set segment = 'wholesale' where customer_id = 2`);
    await pass(HOUR);
  }, 120_000);

  test('a column that goes at the source is told by its contract, and the table stays as it was', async () => {
    await pass(HOUR);
    const before = await ask(deployed.world, CONSUMER, PRODUCT);
    await postgres.query('alter table customers rename column segment to class');
    await pass(HOUR);
    expect(logsOf(deployed)).toMatch(
      /its source has no column \\?"segment\\?" any more, from which the contract customers 1\.0\.0/,
    );
    expect((await ask(deployed.world, CONSUMER, PRODUCT)).rows).toEqual(before.rows);
    await postgres.query('alter table customers rename column class to segment');
  }, 60_000);
});

/** What the pipeline's function wrote into its log. */
function logsOf({ world }: DeployedRepository): string {
  const folder = join(world.instance.folder, 'logs');
  const files = readdirSync(folder).filter((name) => name.includes('-pipeline-'));
  return files.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n');
}
