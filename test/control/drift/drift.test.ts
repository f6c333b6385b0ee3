import { readFileSync } from 'node:fs';
import { LakeFormationClient, PutDataLakeSettingsCommand } from '@aws-sdk/client-lakeformation';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { type Reconciled, reconcile } from '#control/reconcile.ts';
import { isOpen } from '#mesh/drift/history.ts';
import { condition } from '#mesh/record.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { column, product, subscription, TOPOLOGY, table } from '../../mesh/fixtures.ts';
import { accountOf, createWorld, GOVERNANCE, ORDERS, type World } from '../world.ts';
import { type Hand, strangerIn, tamper } from './tamper.ts';

interface Case {
  readonly name: string;
  readonly hand: Hand;
  readonly subscription?: { readonly clearance: string; readonly rows?: string };
  readonly found?: readonly string[];
  readonly consumer?: readonly string[];
  readonly audit?: boolean;
  readonly who?: boolean;
  readonly waits?: boolean;
  readonly stays?: boolean;
}

const CASES = parse(readFileSync(new URL('../../cases/drift/cases.yaml', import.meta.url), 'utf8')) as Case[];
const COLUMNS = [
  column('id', 'int', 'public'),
  column('email', 'string', 'secret'),
  column('state', 'string', 'public'),
];

describe('what somebody changes past the mesh', () => {
  let world: World;

  beforeEach(async () => {
    world = await createWorld();
    for (const account of [GOVERNANCE, accountOf('finance')]) await admit(account);
    const tables = ['t0', 't1', 't2', 't3'].map((name) => table(name, COLUMNS));
    await world.registry.write([{ record: product(tables), replaces: undefined }]);
    await world.run();
  });

  /** Makes the stranger an administrator of Lake Formation beside the mesh's own role. */
  const admit = async (account: string) => {
    const domain = TOPOLOGY.domains.find((entry) => entry.account === account)?.name;
    const own = `arn:aws:iam::${account}:role/${domain === undefined ? 'toy-reconcile' : `toy-${domain}-agent`}`;
    const admins = [own, strangerIn(account)].map((arn) => ({ DataLakePrincipalIdentifier: arn }));
    await new LakeFormationClient(world.cloud.clientConfig(own)).send(
      new PutDataLakeSettingsCommand({
        DataLakeSettings: {
          DataLakeAdmins: admins,
          CreateDatabaseDefaultPermissions: [],
          CreateTableDefaultPermissions: [],
          Parameters: { CROSS_ACCOUNT_VERSION: '4' },
        },
      }),
    );
  };

  const subscribe = async ({ clearance, rows }: NonNullable<Case['subscription']>) => {
    const { product: before } = await world.version();
    const generation = before.generation + 1;
    const scope = { clearance, ...(rows === undefined ? {} : { rows: { t0: rows } }) };
    const record: SubscriptionRecord = subscription('finance', scope, { state: 'approved', generation });
    await world.registry.write([
      { record: { ...before, generation, revision: before.revision + 1 }, replaces: before.revision },
      { record, replaces: undefined },
    ]);
    await world.settle();
    await lookBothSides('audit', 'repair');
  };

  const look = (cause: 'sweep' | 'audit' | 'repair', mode: 'repair' | 'ask'): Promise<Reconciled> =>
    reconcile(
      { ...ORDERS, cause, correlation: `c-${cause}` },
      { ...world.governance, topology: async () => ({ ...TOPOLOGY, governance: { drift: mode } }) },
    );

  const lookBothSides = async (cause: 'sweep' | 'audit' | 'repair', mode: 'repair' | 'ask') => {
    const { result, problems } = await look(cause, mode);
    world.clock.advance(1_000);
    await world.agents();
    world.clock.advance(60_000);
    return { result, problems };
  };

  const known = async () => {
    const { product: now, shares } = await world.version();
    return { central: now.status.drift ?? [], local: shares.flatMap(({ drift = [] }) => drift), product: now };
  };

  test.each(CASES)('is found, told with who did it, and mended: $name', async (entry) => {
    await subscribe(entry.subscription ?? { clearance: 'secret' });
    expect((await known()).central).toEqual([]);
    await tamper(world, entry.hand);
    if (entry.audit === true) {
      await lookBothSides('sweep', 'repair');
      expect([...(await known()).central, ...(await known()).local].map(({ kind }) => kind)).toEqual([]);
    }
    expect(await lookBothSides(entry.audit === true ? 'audit' : 'sweep', 'repair')).toEqual({
      result: 'converged',
      problems: [],
    });
    const { central, local } = await known();
    expect(central.map(({ kind }) => kind).toSorted()).toEqual([...(entry.found ?? [])].toSorted());
    expect([...new Set(local.map(({ kind }) => kind))].toSorted()).toEqual([...(entry.consumer ?? [])].toSorted());
    const account = entry.consumer === undefined ? GOVERNANCE : accountOf('finance');
    for (const finding of [...central, ...local]) {
      expect(finding.account).toBe(account);
      expect(finding.by).toBe(entry.who === false ? undefined : strangerIn(account));
      expect(isOpen(finding)).toBe(entry.stays === true);
    }
    const before = await world.version();
    await lookBothSides('sweep', 'repair');
    const after = await world.version();
    expect(after.product.revision).toBe(before.product.revision);
    expect(after.shares.map(({ revision }) => revision)).toEqual(before.shares.map(({ revision }) => revision));
    await lookBothSides('audit', 'repair');
    const quiet = await known();
    expect([quiet.central, quiet.local]).toEqual([central, local]);
  });

  test.each(CASES)('waits for a word where mesh.yaml says so, unless it shows too much: $name', async (entry) => {
    await subscribe(entry.subscription ?? { clearance: 'secret' });
    await tamper(world, entry.hand);
    await lookBothSides('audit', 'ask');
    const first = await known();
    const findings = [...first.central, ...first.local];
    expect(findings.map(({ kind }) => kind).length > 0).toBe((entry.found ?? entry.consumer ?? []).length > 0);
    const open = findings.filter(isOpen);
    expect(open.length > 0).toBe(entry.waits === true || entry.stays === true);
    if (entry.waits !== true) return;
    if (entry.found !== undefined) {
      expect(condition(first.product, 'InStep')).toMatchObject({ status: 'false', reason: 'Drift' });
    }
    await lookBothSides('sweep', 'ask');
    expect((await known()).central).toEqual(first.central);
    await lookBothSides('repair', 'ask');
    const mended = await known();
    expect([...mended.central, ...mended.local].filter(isOpen)).toEqual([]);
    expect(condition(mended.product, 'InStep')?.status).toBe('true');
    expect((await world.version()).subscriptions.map(({ state }) => state)).toEqual(['active']);
  });
});
