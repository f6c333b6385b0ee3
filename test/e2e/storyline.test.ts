import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { TRAIL_CALLS } from '#cli/demo/call-counter.ts';
import { type DemoReport, play } from '#cli/demo/play.ts';
import { verifyExport } from '#cli/export.ts';
import { judging } from '../judge/judging.ts';

/** Glue and Lake Formation among the counted requests. */
function governed(calls: Readonly<Record<string, number>> = {}): number {
  return sum(
    Object.entries(calls)
      .filter(([name]) => /^(glue|lakeformation):/.test(name))
      .map(([, count]) => count),
  );
}

/** Without those of the trail's appender, which nobody waits for. */
function all(calls: Readonly<Record<string, number>> = {}): number {
  return sum(
    Object.entries(calls)
      .filter(([name]) => !name.startsWith(TRAIL_CALLS))
      .map(([, count]) => count),
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

describe('the storyline of the demo, on the deployed templates', () => {
  const permits = judging();
  let folder: string;
  let report: DemoReport;
  const facts = (id: string) => report.steps.find((step) => step.id === id)?.facts as Record<string, unknown>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'weft-story-'));
    const quiet = () => undefined;
    report = await play({ folder, port: 0, say: quiet, onStep: quiet, onCloud: (cloud) => permits.watch(cloud) });
  }, 180_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('every step happens', () => {
    expect(report.steps.filter((step) => !step.ok).map((step) => `${step.id}: ${step.error}`)).toEqual([]);
    expect(report.ok).toBe(true);
    expect(report.steps).toHaveLength(12);
  });

  test('before any grant Athena refuses in Lake Formation’s words', () => {
    expect(facts('refused-before-grants').reason).toMatch(/Insufficient Lake Formation permission|does not exist/);
  });

  test('the join of three products gives the right numbers', () => {
    expect(facts('join')).toMatchObject({
      columns: ['state', 'departures', 'mean_delay', 'strikes', 'with_damage'],
      rows: [
        ['CA', '370248', '7.4', '890', '141'],
        ['TX', '355905', '6.2', '1495', '97'],
      ],
    });
  });

  test('no cost is ever shown, and only two states', () => {
    expect(facts('withheld').columns).toEqual([
      'airport_name',
      'aircraft',
      'effect',
      'flight_date',
      'operator',
      'origin_state',
      'phase_of_flight',
      'wildlife_size',
      'wildlife_species',
      'time_of_day',
      'speed_knots',
    ]);
    for (const reason of Object.values(facts('withheld').reasons as Record<string, string>)) {
      expect(reason).toMatch(/COLUMN_NOT_FOUND.*cost_total/);
    }
  });

  test('the exported files hold just the rows and columns that SQL shows', async () => {
    const { folder, files, columns } = facts('export') as { folder: string; files: string[]; columns: string[] };
    const connection = await (await DuckDBInstance.create()).connect();
    const paths = files.map((file) => `'${join(folder, file)}'`).join(', ');
    const seen = await connection.runAndReadAll(
      `SELECT origin_state, count(*) FROM read_parquet([${paths}]) GROUP BY 1 ORDER BY 1`,
    );
    expect(seen.getRowsJson()).toEqual([
      ['California', '890'],
      ['Texas', '1495'],
    ]);
    const names = await connection.runAndReadAll(`DESCRIBE SELECT * FROM read_parquet([${paths}])`);
    expect(names.getRowsJson().map(([name]) => name)).toEqual(facts('withheld').columns);
    expect(columns).toEqual(facts('withheld').columns);
    connection.closeSync();
  });

  test('a file that was changed after it was exported is found', () => {
    const { folder: original, files } = facts('export') as { folder: string; files: string[] };
    const folder = `${original}-copy`;
    cpSync(original, folder, { recursive: true });
    expect(verifyExport(folder)).toEqual([]);
    const file = join(folder, files[0] ?? '');
    const data = readFileSync(file);
    data[100] = (data[100] ?? 0) ^ 1;
    writeFileSync(file, data);
    expect(verifyExport(folder)).toEqual([`${files[0]} is not what was exported: its SHA-256 differs`]);
    rmSync(file);
    expect(verifyExport(folder)).toEqual([`${files[0]} is missing`]);
  });

  test('the requester could not approve, the owner narrowed', () => {
    expect(facts('approve-others').selfApproval).toEqual(expect.any(String));
    expect(facts('approve-others').narrowed).toMatchObject({ clearance: 'internal' });
  });

  test('nothing is left after the revocation', () => {
    expect(facts('revoke')).toMatchObject({ inGovernance: 0, inConsumer: 0 });
  });

  test('registering one table asks at most 10 times of Glue and Lake Formation, 24 times in all', () => {
    expect(governed(report.calls.register)).toBeGreaterThan(0);
    expect(governed(report.calls.register)).toBeLessThanOrEqual(10);
    expect(all(report.calls.register)).toBeLessThanOrEqual(24);
  });

  // The switch of whole domains read each time, and the agent's memory of the newest intent: what is exact costs six.
  test('sharing it asks at most 10 times of Glue and Lake Formation over both accounts, 30 times in all', () => {
    expect(governed(report.calls.share)).toBeGreaterThan(0);
    expect(governed(report.calls.share)).toBeLessThanOrEqual(10);
    expect(all(report.calls.share)).toBeLessThanOrEqual(30);
  });
});
