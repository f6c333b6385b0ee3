import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sourceOf } from '#cli/demo/sources.ts';
import { readMeshFile } from '#cli/mesh-file.ts';
import { publishBody, readProductFolder } from '#cli/product-folder.ts';
import { toTableInput } from '#mesh/contract/glue-table.ts';
import { parseProduct } from '#mesh/contract/parse.ts';
import { has } from './mesh.ts';

const WEFT = resolve(import.meta.dirname, '../../bin/weft.ts');
const SCRIPT = resolve(import.meta.dirname, 'main_job.py');
const DATA = resolve(import.meta.dirname, '../../node_modules/vega-datasets/data/airports.csv');
const TABLE = 'airport_reference__airports__v1.airports';
const PRODUCER = 'airport-reference/producer';
const STEWARD = 'airport-reference/steward';
const ANALYST = 'analytics/analyst';
const STRANGER = 'wildlife-safety/producer';

const run = promisify(execFile);
const python = has('python3', '-c', 'import boto3');

(python ? describe : describe.skip)('boto3 and the process of `weft local up`, and nothing else of Weft', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weft-local-'));
  const weft = async (...args: string[]) => {
    const { stdout } = await run(process.execPath, [WEFT, ...args, '--folder', folder, '--json']);
    return JSON.parse(stdout) as Record<string, string>;
  };
  let up: Record<string, string>;

  beforeAll(async () => {
    up = await weft('local', 'up', '--detach', '--port', '0');
  }, 300_000);

  afterAll(async () => {
    await weft('local', 'down');
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  async function python3(job: object): Promise<Record<string, unknown>> {
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn('python3', [SCRIPT], { env: { PATH, HOME }, stdio: 'pipe' });
    child.stdin.end(JSON.stringify(job));
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
    if (out === '') throw new Error(err);
    return JSON.parse(out) as Record<string, unknown>;
  }

  test('publish, ask, read, and read no more', async () => {
    const topology = readMeshFile(undefined, '/');
    const files = readProductFolder(sourceOf('airports').folder, '/');
    const checked = parseProduct(files, topology);
    const table = checked.ok ? checked.value.tables[0] : undefined;
    if (!checked.ok || table === undefined) throw new Error('airports is no product with a table');
    const { hostname, pathname } = new URL(table.location);
    const names = [PRODUCER, STEWARD, ANALYST, STRANGER];
    const environments = await Promise.all(names.map((name) => weft('local', 'env', '--as', name)));
    const told = await python3({
      apiUrl: up.apiUrl,
      principals: Object.fromEntries(names.map((name, at) => [name, environments[at]])),
      producer: PRODUCER,
      steward: STEWARD,
      analyst: ANALYST,
      stranger: STRANGER,
      data: DATA,
      bucket: hostname,
      key: `${pathname.slice(1)}airports.csv`,
      database: table.source.database,
      table: toTableInput(checked.value, table),
      product: publishBody(files),
      name: 'airport-reference/airports',
      workgroup: 'aviation-analytics',
      bus: 'aviation-airport-reference',
      sql: `SELECT count(*) AS airports FROM ${TABLE} WHERE state = 'TX'`,
    });
    const hidden = { state: 'FAILED', reason: expect.stringContaining('airport_reference__airports__v1') };
    expect(told).toEqual({
      published: 202,
      notTheirs: 403,
      registered: true,
      before: hidden,
      asked: 202,
      granted: 'active',
      during: { rows: [['209']], file: '"airports"\n"209"\n' },
      permissions: ['DESCRIBE', 'SELECT'],
      principals: ['arn:aws:iam::210000000014:role/aviation-analytics-analyst'],
      object: 'AccessDenied',
      ownObject: true,
      sent: 0,
      foreignBus: 'AccessDeniedException',
      notTheirsToEnd: 403,
      revoking: 202,
      revoked: 'revoked',
      after: hidden,
      tampered: 403,
    });
    expect(existsSync(join(folder, 'state.sqlite'))).toBe(true);
  }, 180_000);
});
