import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { askedAt, FINDING_COLUMNS, SAVED_NOW, SAVED_SINCE } from '#mesh/audit/findings/finding.ts';
import { FINDINGS } from '#mesh/audit/findings/findings.ts';
import { World, type WorldData } from '../../../local/athena/world.ts';

type Row = Readonly<Record<string, unknown>>;

interface Case {
  readonly name: string;
  /** As of when; 1 July 2026 when absent. */
  readonly at?: string;
  readonly entries?: readonly Row[];
  readonly reads?: readonly Row[];
  readonly trail?: readonly Row[];
  readonly expect: readonly Readonly<Record<string, string>>[];
}

const FOLDER = new URL('../../../cases/findings/', import.meta.url);
const NOW = '2026-07-01T00:00:00.000Z';

const TABLES: Readonly<Record<'entries' | 'reads' | 'trail', Readonly<Record<string, string>>>> = {
  entries: {
    ...Object.fromEntries(
      'id at actor action entity domain product subscription consumer state stateref details'
        .split(' ')
        .map((name) => [name, 'string']),
    ),
    major: 'int',
    revision: 'bigint',
  },
  reads: {
    ...Object.fromEntries(
      'at account principal session service domain product tablename columnname subscription queryid sql state'
        .split(' ')
        .map((name) => [name, 'string']),
    ),
    major: 'int',
    scannedbytes: 'bigint',
  },
  trail: {
    ...Object.fromEntries(
      'eventid eventname eventtime recipientaccountid errorcode requestparameters responseelements'
        .split(' ')
        .map((name) => [name, 'string']),
    ),
    useridentity: 'struct<arn:string,sessioncontext:struct<sourceidentity:string>>',
  },
};

const cases = readdirSync(FOLDER).flatMap((file) =>
  (parse(readFileSync(new URL(file, FOLDER), 'utf8')) as Case[]).map((one) => ({
    ...one,
    id: file.split('.')[0] ?? '',
  })),
);

/** A table of JSON lines; what the audit tables hold as JSON text is text here, too. */
function lines(name: keyof typeof TABLES, rows: readonly Row[] = []): string {
  const text = (key: string, value: unknown) =>
    TABLES[name][key] === 'string' && typeof value === 'object' ? JSON.stringify(value) : value;
  return rows
    .map(
      (row) =>
        `${JSON.stringify(Object.fromEntries(Object.entries(row).map(([key, value]) => [key, text(key, value)])))}\n`,
    )
    .join('');
}

const database = (index: number) => `case_${index}_audit`;

function data(): WorldData {
  const names = Object.keys(TABLES) as (keyof typeof TABLES)[];
  return {
    accounts: { consumer: '900000000000' },
    roles: { 'consumer-admin': 'consumer' },
    databases: cases.map((_, index) => ({ account: 'consumer', name: database(index) })),
    tables: cases.flatMap((one, index) => [
      ...names.map((name) => ({
        account: 'consumer',
        database: database(index),
        name,
        format: 'json' as const,
        columns: TABLES[name],
        data: lines(name, one[name]),
      })),
      // What the view of this name has of the entries.
      {
        account: 'consumer',
        database: database(index),
        name: 'records',
        format: 'json' as const,
        columns: TABLES.entries,
        data: lines(
          'entries',
          one.entries?.filter(({ id, revision }) => revision !== undefined && !String(id).startsWith('event/')),
        ),
      },
    ]),
    filters: [],
    shares: [],
    grants: [],
  };
}

describe('the findings, on made rows', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.create(data());
  }, 60_000);

  afterAll(() => world.close());

  const asked = (index: number) => ({
    database: database(index),
    mesh: 'm',
    governanceAccount: '900000000000',
  });

  test('each has a case in which it finds, and one in which it does not', () => {
    for (const { id } of FINDINGS) {
      const own = cases.filter((one) => one.id === id);
      expect([id, own.some((one) => one.expect.length > 0), own.some((one) => one.expect.length === 0)]).toEqual([
        id,
        true,
        true,
      ]);
    }
  });

  test.each(cases.map((one, index) => [one.id, one.name, index] as const))('%s: %s', async (id, _name, index) => {
    const finding = FINDINGS.find((one) => one.id === id);
    const sql = finding?.sql({ ...asked(index), ...askedAt(cases[index]?.at ?? NOW) }) ?? '';
    const answer = await world.query('consumer-admin', sql);
    expect(answer.reason).toBe('');
    expect(answer.columns).toEqual(FINDING_COLUMNS);
    const wanted = cases[index]?.expect ?? [];
    const rows = answer.rows.map((row) => Object.fromEntries(FINDING_COLUMNS.map((name, at) => [name, row[at]])));
    expect(rows).toEqual(
      wanted.map((one) =>
        expect.objectContaining(
          Object.fromEntries(
            Object.entries(one).map(([name, text]) => [name, name === 'detail' ? expect.stringContaining(text) : text]),
          ),
        ),
      ),
    );
  });

  test.each(FINDINGS.map(({ id }) => [id]))('%s runs as it is saved, for the present moment', async (id) => {
    const finding = FINDINGS.find((one) => one.id === id);
    const sql = finding?.sql({ ...asked(0), now: SAVED_NOW, since: SAVED_SINCE }) ?? '';
    const answer = await world.query('consumer-admin', sql);
    expect([answer.state, answer.reason]).toEqual(['SUCCEEDED', '']);
  });
});
