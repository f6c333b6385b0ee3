import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  AthenaClient,
  GetQueryExecutionCommand,
  GetQueryResultsCommand,
  StartQueryExecutionCommand,
  StopQueryExecutionCommand,
} from '@aws-sdk/client-athena';
import { World } from '../../local/athena/world.ts';
import { type Bench, oneByOne, type Target, type Verdict } from '../target.ts';
import { CUT, OUTSIDE, someStatements } from './sql-texts.ts';
import { CANARY, ROLES, type Role, type Side, worldFor } from './sql-worlds.ts';

/** A query that takes longer is stopped, as somebody would. */
const PATIENCE = 1_000;
/** After that long a query has to be over that was stopped. */
const MERCY = 5_000;

/** Statements that somebody sends to Athena. */
export const target: Target = {
  name: 'sql',
  what: 'of two meshes that differ only in what a role may not see, every statement of that role gets the same answer or the same error; no withheld value stands in either, nothing is written elsewhere, and a query that is stopped ends',
  suffix: 'sql',
  make: someStatements,
  open,
};

interface Told {
  readonly state: string;
  readonly text: string;
}

async function open(): Promise<Bench> {
  const worlds = new Map<Role, Readonly<Record<Side, World>>>();
  const pairFor = async (role: Role) => {
    const pair = worlds.get(role) ?? {
      left: await World.create(worldFor(role, 'left')),
      right: await World.create(worldFor(role, 'right')),
    };
    worlds.set(role, pair);
    return pair;
  };
  const forget = async (role: Role) => {
    const pair = worlds.get(role);
    worlds.delete(role);
    await Promise.all([pair?.left.close(), pair?.right.close()]);
  };
  return oneByOne(
    async (input) => {
      const [, named = '', text = ''] = /^-- (\S+)\n([\s\S]*)$/.exec(input) ?? [];
      const role = ROLES.find((known) => known === named);
      if (role === undefined) return 'refused';
      const verdict = await judge(await pairFor(role), role, text.split(CUT));
      // What was made or dropped must not change what the next input means.
      if (/\b(create|drop|insert|alter|unload|prepare|msck)\b/i.test(text) || typeof verdict === 'object')
        await forget(role);
      return verdict;
    },
    async () => {
      for (const role of [...worlds.keys()]) await forget(role);
    },
  );
}

async function judge(pair: Readonly<Record<Side, World>>, role: Role, statements: readonly string[]): Promise<Verdict> {
  let accepted = false;
  for (const sql of statements) {
    const [left, right] = await Promise.all([ask(pair.left, role, sql), ask(pair.right, role, sql)]);
    for (const { state, text } of [left, right]) {
      if (state === 'ENDLESS') return { wrong: `hang: a stopped query goes on: ${sql}` };
      if (CANARY.test(text.replaceAll(sql, '')))
        return { wrong: `leak: a withheld value is told: ${text.slice(0, 500)}` };
      if (/weft local failed|INTERNAL Error|InternalFailure/.test(text))
        return { wrong: `crash: ${text.slice(0, 500)}` };
    }
    if (left.text !== right.text && left.state !== 'STOPPED' && right.state !== 'STOPPED') {
      const again = await ask(pair.left, role, sql);
      if (again.text === left.text)
        return {
          wrong: `oracle: what is withheld changes the answer: ${left.text.slice(0, 400)} | ${right.text.slice(0, 400)}`,
        };
    }
    accepted ||= left.state === 'SUCCEEDED';
  }
  if (existsSync(OUTSIDE)) return { wrong: `bypass: ${OUTSIDE} was written` };
  return accepted ? 'accepted' : 'refused';
}

/** The whole answer as one text; rows in the order of their texts. */
async function ask(world: World, role: Role, sql: string): Promise<Told> {
  const athena = world.client(AthenaClient, role);
  let QueryExecutionId: string | undefined;
  try {
    const started = await athena.send(
      new StartQueryExecutionCommand({
        QueryString: sql,
        QueryExecutionContext: { Database: 'birds', Catalog: 'AwsDataCatalog' },
        ResultConfiguration: { OutputLocation: `s3://consumer-data/results/${role}/` },
      }),
    );
    QueryExecutionId = started.QueryExecutionId;
  } catch (error) {
    return { state: 'REFUSED', text: `${(error as Error).name}: ${(error as Error).message}` };
  }
  const over = world.cloud.settle();
  const inTime = await within(over, PATIENCE);
  if (!inTime) {
    await athena.send(new StopQueryExecutionCommand({ QueryExecutionId }));
    if (!(await within(over, MERCY))) return { state: 'ENDLESS', text: '' };
  }
  const { QueryExecution } = await athena.send(new GetQueryExecutionCommand({ QueryExecutionId }));
  const { State = '', StateChangeReason = '' } = QueryExecution?.Status ?? {};
  if (State === 'CANCELLED') return { state: 'STOPPED', text: '' };
  if (State !== 'SUCCEEDED') return { state: State, text: StateChangeReason };
  const kept = keptResult(world, QueryExecution?.ResultConfiguration?.OutputLocation ?? '');
  let page: { UpdateCount?: number; ResultSet?: { Rows?: object[]; ResultSetMetadata?: object } } = {};
  try {
    page = await athena.send(new GetQueryResultsCommand({ QueryExecutionId }));
  } catch (error) {
    // A statement without a result set.
    return { state: State, text: `${(error as Error).name} ${kept.split('\n').sort().join('\n')}` };
  }
  const rows = (page.ResultSet?.Rows ?? []).map((row) => JSON.stringify(row)).sort();
  const lines = kept.split('\n').sort();
  return { state: State, text: JSON.stringify([page.UpdateCount, page.ResultSet?.ResultSetMetadata, rows, lines]) };
}

/** The file of the result, and a canary in any file beside it. */
function keptResult(world: World, location: string): string {
  const [, bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(location) ?? [];
  const files = world.storage.listKeys(bucket, key).map((file) => ({
    name: file.key,
    text: world.storage.read(bucket, file.key).toString('utf8'),
  }));
  const spilt = files.filter(({ text }) => CANARY.test(text)).map(({ text }) => text);
  return [...files.filter(({ name }) => name === key).map(({ text }) => text), ...spilt].join('\n');
}

async function within(work: Promise<unknown>, ms: number): Promise<boolean> {
  const stop = new AbortController();
  const waited = sleep(ms, false, { signal: stop.signal }).catch(() => false);
  const done = await Promise.race([work.then(() => true), waited]);
  stop.abort();
  return done;
}
