import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { Cloud } from '#local/core/cloud.ts';
import { allServices } from '#local/instance/services.ts';

/** The services that another implementation is asked about as well. */
const SERVICES = ['dynamodb', 'events', 'glue', 'lakeformation', 's3', 'sqs', 'ssm', 'sts'];

test('every operation of these services is asked of lib/local and moto', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'weft-coverage-'));
  const cloud = new Cloud({ folder });
  const services = allServices(cloud).filter(({ signingName }) => SERVICES.includes(signingName));
  expect([...new Set(services.map(({ signingName }) => signingName))].sort()).toEqual(SERVICES);
  const suites = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts') || name.endsWith('s3-bucket.ts') || name.endsWith('tables.ts'))
    .map((name) => readFileSync(join(import.meta.dirname, name), 'utf8'))
    .join('\n');
  const unasked = services.flatMap(({ signingName, operations }) =>
    Object.keys(operations)
      .filter((name) => !new RegExp(`\\b${name}Command\\(`).test(suites))
      .map((name) => `${signingName}:${name}`),
  );
  await cloud.close();
  rmSync(folder, { recursive: true, force: true });
  expect(unasked).toEqual([]);
});
