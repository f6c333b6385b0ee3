import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { readWorld, World } from './world.ts';

/** One row of the table: who sends what, and what must come back. */
interface Case {
  readonly name: string;
  readonly as: string;
  readonly sql: string;
  /** Default `birds`. */
  readonly database?: string;
  readonly parameters?: string[];
  readonly columns?: readonly string[];
  readonly rows?: readonly (readonly (string | null)[])[];
  /** A pattern of the refusal; then nothing must come back. */
  readonly error?: string;
}

const folder = new URL('../../cases/enforcement/', import.meta.url);

describe('Lake Formation behind Athena', () => {
  let world: World;

  beforeAll(async () => {
    world = await World.create(readWorld(new URL('world.yaml', folder)));
  });

  afterAll(() => world.close());

  for (const file of readdirSync(folder).filter((name) => name !== 'world.yaml')) {
    const cases = parse(readFileSync(new URL(file, folder), 'utf8')) as Case[];
    describe(file.replace('.yaml', ''), () => {
      test.each(cases.map((one) => [one.name, one] as const))('%s', async (_name, one) => {
        const answer = await world.query(one.as, one.sql, one.database ?? 'birds', one.parameters);
        if (one.error !== undefined) {
          expect({ ...answer, state: answer.state === 'SUCCEEDED' }).toMatchObject({ state: false, rows: [] });
          expect(answer.reason).toMatch(new RegExp(one.error));
          return;
        }
        expect(answer).toMatchObject({ state: 'SUCCEEDED', reason: '' });
        if (one.columns !== undefined) expect(answer.columns).toEqual(one.columns);
        expect(answer.rows).toEqual(one.rows);
      });
    });
  }
});
