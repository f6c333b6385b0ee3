import { readFileSync } from 'node:fs';
import { LakeFormationClient, PutDataLakeSettingsCommand } from '@aws-sdk/client-lakeformation';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { reconcile } from '#control/reconcile.ts';
import { column, product, subscription, TOPOLOGY, table } from '../../mesh/fixtures.ts';
import { type Hand, strangerIn, tamper } from '../drift/tamper.ts';
import { accountOf, createWorld, GOVERNANCE, ORDERS, type World } from '../world.ts';
import { witness } from './witness.ts';

interface Case {
  readonly name: string;
  readonly hand: Hand;
  readonly subscription?: { readonly clearance: string; readonly rows?: string };
}

const CASES = (parse(readFileSync(new URL('../../cases/drift/cases.yaml', import.meta.url), 'utf8')) as Case[]).filter(
  ({ hand }) => hand.settings === undefined,
);
const COLUMNS = [
  column('id', 'int', 'public'),
  column('email', 'string', 'secret'),
  column('state', 'string', 'public'),
];

/** What AWS does not say since when: the trail tells of it from the last look before, beside what was meant. */
const SINCE_LOOK = /filter lets more rows/;

describe('what somebody gave past the mesh, in the trail', () => {
  const admit = async (world: World, account: string) => {
    const domain = TOPOLOGY.domains.find((entry) => entry.account === account)?.name;
    const own = `arn:aws:iam::${account}:role/${domain === undefined ? 'toy-reconcile' : `toy-${domain}-agent`}`;
    await new LakeFormationClient(world.cloud.clientConfig(own)).send(
      new PutDataLakeSettingsCommand({
        DataLakeSettings: {
          DataLakeAdmins: [own, strangerIn(account)].map((arn) => ({ DataLakePrincipalIdentifier: arn })),
          CreateDatabaseDefaultPermissions: [],
          CreateTableDefaultPermissions: [],
          Parameters: { CROSS_ACCOUNT_VERSION: '4' },
        },
      }),
    );
  };

  test.each(CASES)('$name', async ({ name, hand, subscription: wish = { clearance: 'secret' } }) => {
    const world = await createWorld();
    const seen = witness(world);
    for (const account of [GOVERNANCE, accountOf('finance')]) await admit(world, account);
    const look = async (what: string) => {
      const topology = async () => ({ ...TOPOLOGY, governance: { drift: 'repair' as const } });
      await seen.step(`${what}, reconciled`, () =>
        reconcile({ ...ORDERS, cause: 'audit', correlation: 'c-1' }, { ...world.governance, topology }),
      );
      await seen.step(`${what}, by the agents`, () => world.agents());
      world.clock.advance(60_000);
    };
    const tables = ['t0', 't1', 't2', 't3'].map((one) => table(one, COLUMNS));
    await world.registry.write([{ record: product(tables), replaces: undefined }]);
    await world.run();
    const { product: before } = await world.version();
    const scope = { clearance: wish.clearance, ...(wish.rows === undefined ? {} : { rows: { t0: wish.rows } }) };
    await world.registry.write([
      { record: { ...before, generation: 2, revision: before.revision + 1 }, replaces: before.revision },
      { record: subscription('finance', scope, { state: 'approved', generation: 2 }), replaces: undefined },
    ]);
    await world.settle();
    await look('granted');
    await look('looked at');
    await seen.step('by hand', () => tamper(world, hand));
    await look('found');
    await look('mended');
    const loses = hand.revoke !== undefined || /deleted|elsewhere/.test(name);
    for (const { what, at, cells } of seen.moments) {
      const told = seen.told(at);
      if (SINCE_LOOK.test(name) && /looked at|by hand/.test(what)) {
        expect(told).toEqual(expect.arrayContaining([...cells]));
        continue;
      }
      // What was lost stands, by what is known, until a look finds it gone.
      if (loses && /by hand|found/.test(what)) expect(told).toEqual(expect.arrayContaining([...cells]));
      else expect({ what, told }).toEqual({ what, told: cells });
    }
    const tampered = seen.moments.find(({ what }) => what === 'by hand');
    const usual = seen.moments.find(({ what }) => what === 'looked at, by the agents')?.cells ?? [];
    const opened = (tampered?.cells ?? []).filter((cell) => !usual.includes(cell));
    if (opened.length === 0 || tampered === undefined) return;
    // Nobody knew of it then.
    expect(seen.told(tampered.at, tampered.at)).toEqual(usual);
    const facts = seen.facts(tampered.at).filter(({ reasons }) => reasons.some(({ kind }) => kind === 'by-hand'));
    expect(facts.length).toBeGreaterThan(0);
    for (const { from, recorded } of facts) expect(Date.parse(recorded)).toBeGreaterThan(Date.parse(from));
  });
});
