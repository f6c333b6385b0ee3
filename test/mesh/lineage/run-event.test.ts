import { beforeAll, describe, expect, test } from '@jest/globals';
import type { SqlParser } from '#mesh/audit/reads/sql-parser.ts';
import { runEventShape } from '#mesh/lineage/event-shape.ts';
import { runEvent, type StatementRun } from '#mesh/lineage/run-event.ts';
import { testParser } from './parser.ts';

let parser: SqlParser;
beforeAll(async () => {
  parser = await testParser();
});

const STATEMENT: StatementRun = {
  run: '0b8c5c0e-6d7b-4a9c-9f1b-3a2c1d0e9f8a',
  at: '2026-03-01T06:00:00.000Z',
  mesh: 'aviation',
  account: '222222222222',
  region: 'eu-central-1',
  domain: 'airport-planning',
  product: 'airport-risk',
  major: 1,
  table: 'risk',
  sql: `SELECT f.origin AS airport, avg(f.arr_delay) AS delay, to_hex(sha256(to_utf8(max(f.tail)))) AS plane
        FROM flight_operations__flights__v1.flights f WHERE f.cancelled = false GROUP BY 1`,
  columns: {
    'Flight_Operations__Flights__v1.flights': ['origin', 'arr_delay', 'tail', 'cancelled'],
  },
  output: { name: 'airport_planning.risk', columns: ['airport', 'delay', 'plane'] },
};

interface Event {
  inputs: { namespace: string; name: string; facets: { schema?: { fields: { name: string }[] } } }[];
  outputs: {
    namespace: string;
    name: string;
    facets: {
      columnLineage: { fields: Record<string, { inputFields: object[] }>; dataset: object[] };
      weft_lineage: { unknown: object[] };
    };
  }[];
  job: { facets: { sql?: { query: string } } };
}

const eventOf = (change: Partial<StatementRun> = {}) =>
  runEvent({ ...STATEMENT, ...change }, parser) as unknown as Event;
const lineageOf = (event: Event) => event.outputs[0]?.facets.columnLineage;

describe('the run event of a statement', () => {
  test('is one by the standard', () => {
    expect(runEventShape(eventOf(), '')).toEqual([]);
    expect(eventOf()).toMatchObject({
      eventType: 'COMPLETE',
      eventTime: STATEMENT.at,
      schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent',
      run: { runId: STATEMENT.run },
      job: { namespace: 'weft:aviation', name: 'airport-planning.airport-risk.v1.risk' },
    });
  });

  test('names the job after the step, where the step has a name', () => {
    const { job } = eventOf({ step: 'from-csv' }) as unknown as { job: { name: string } };
    expect(job.name).toBe('airport-planning.airport-risk.v1.risk.from-csv');
  });

  test('names tables as the catalog of the account has them', () => {
    const namespace = 'arn:aws:glue:eu-central-1:222222222222';
    const { inputs, outputs } = eventOf();
    expect(inputs).toMatchObject([{ namespace, name: 'table/flight_operations__flights__v1/flights' }]);
    expect(inputs[0]?.facets.schema?.fields.map(({ name }) => name)).toContain('tail');
    expect(outputs).toMatchObject([{ namespace, name: 'table/airport_planning/risk' }]);
  });

  test('says of each column what it is made of, and how', () => {
    const dataset = {
      namespace: 'arn:aws:glue:eu-central-1:222222222222',
      name: 'table/flight_operations__flights__v1/flights',
    };
    const way = (type: string, subtype: string, masking = false) => ({ type, subtype, masking, description: '' });
    expect(lineageOf(eventOf())).toMatchObject({
      fields: {
        airport: { inputFields: [{ ...dataset, field: 'origin', transformations: [way('DIRECT', 'IDENTITY')] }] },
        delay: { inputFields: [{ ...dataset, field: 'arr_delay', transformations: [way('DIRECT', 'AGGREGATION')] }] },
        plane: { inputFields: [{ ...dataset, field: 'tail', transformations: [way('DIRECT', 'AGGREGATION', true)] }] },
      },
      dataset: [
        { ...dataset, field: 'cancelled', transformations: [way('INDIRECT', 'FILTER')] },
        { ...dataset, field: 'origin', transformations: [way('INDIRECT', 'GROUP_BY')] },
      ],
    });
  });

  test('takes the columns of an INSERT by their order when the SELECT names them otherwise', () => {
    const event = eventOf({ sql: 'SELECT a, b FROM raw.t', output: { name: 'x.y', columns: ['one', 'two'] } });
    expect(lineageOf(event)?.fields).toMatchObject({
      one: { inputFields: [{ field: 'a' }] },
      two: { inputFields: [{ field: 'b' }] },
    });
  });

  test('takes them by name when the SELECT shows them in another order', () => {
    const event = eventOf({ sql: 'SELECT b, a, c FROM raw.t', output: { name: 'x.y', columns: ['A', 'b'] } });
    expect(lineageOf(event)?.fields).toMatchObject({
      a: { inputFields: [{ field: 'a' }] },
      b: { inputFields: [{ field: 'b' }] },
    });
  });

  test('says what nobody can tell', () => {
    const event = eventOf({
      sql: 'SELECT *, a + 1 AS one FROM raw.t',
      output: { name: 'x.y', columns: ['one', 'two'] },
    });
    expect(lineageOf(event)?.fields).toMatchObject({
      one: { inputFields: [{ field: 'a' }] },
      two: { inputFields: [] },
    });
    expect(event.outputs[0]?.facets.weft_lineage.unknown).toEqual([
      { column: 'two', reason: expect.stringContaining('`raw.t`') },
    ]);
  });

  test('leaves out a text that would not fit into an event', () => {
    const sql = `SELECT a FROM raw.t WHERE b IN (${Array.from({ length: 9000 }, (_, i) => i).join(', ')})`;
    expect(eventOf({ sql, output: { name: 'x.y', columns: ['a'] } }).job.facets.sql).toBeUndefined();
  });

  test('names a table of a federated catalog as Athena does', () => {
    const event = eventOf({ sql: 'SELECT name FROM pg.public.people', output: { name: 'x.y', columns: ['name'] } });
    expect(event.inputs).toMatchObject([
      { namespace: 'awsathena://athena.eu-central-1.amazonaws.com', name: 'pg.public.people' },
    ]);
  });

  test('does not exist for what cannot be read', () => {
    expect(runEvent({ ...STATEMENT, sql: 'MERGE INTO nothing' }, parser)).toBeUndefined();
  });
});

describe('the shape of a run event', () => {
  test.each<[string, (event: Record<string, unknown>) => unknown, string]>([
    ['no run', ({ run: _, ...rest }) => rest, 'run'],
    ['a run without a UUID', (event) => ({ ...event, run: { runId: 'seven' } }), 'run.runId'],
    ['no time', ({ eventTime: _, ...rest }) => rest, 'eventTime'],
    ['a time without a zone', (event) => ({ ...event, eventTime: '2026-03-01T06:00:00' }), 'eventTime'],
    ['a kind that is none', (event) => ({ ...event, eventType: 'DONE' }), 'eventType'],
    ['a producer that is no URI', (event) => ({ ...event, producer: 'weft' }), 'producer'],
    ['a dataset without a name', (event) => ({ ...event, inputs: [{ namespace: 'x' }] }), 'inputs[0].name'],
    [
      'a facet without its schema',
      (event) => ({ ...event, inputs: [{ namespace: 'x', name: 'y', facets: { own: { _producer: 'urn:x:y' } } }] }),
      'inputs[0].facets.own._schemaURL',
    ],
  ])('%s is told with its place', (_, spoil, path) => {
    const wrong = runEventShape(spoil(runEvent(STATEMENT, parser) ?? {}), '');
    expect(wrong.map((entry) => entry.path)).toContain(path);
  });
});
