import { CreateConnectionCommand, GlueClient } from '@aws-sdk/client-glue';
import { LakeFormationClient, RegisterResourceCommand } from '@aws-sdk/client-lakeformation';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { AwsError } from '#local/core/error.ts';
import type { Call } from '#local/core/service.ts';
import { viewDefiner } from '#mesh/contract/central-tables.ts';
import type { ProductRecord, ProductTable } from '#mesh/product/product.ts';
import { condition } from '#mesh/record.ts';
import { column, product, subscription, TOPOLOGY, table } from '../mesh/fixtures.ts';
import { accountOf, createWorld, DATABASE, GOVERNANCE, type World } from './world.ts';

const OPEN = table('t0', [column('id', 'int', 'public'), column('email', 'string', 'public')]);
const BASE: ProductTable = {
  ...table('inside', [column('id', 'int', 'public'), column('email', 'string', 'secret')]),
  internal: true,
};
const VIEW: ProductTable = {
  ...table('shown', [
    { ...column('id', 'int', 'public'), shows: { column: 'id', mask: 'clear' } },
    { ...column('email', 'string', 'public'), shows: { column: 'email', mask: 'hash' } },
  ]),
  location: '',
  view: { table: 'inside', maskKey: '1' },
};
const KEYS = `${DATABASE}__keys`;
const DEFINER = viewDefiner(TOPOLOGY);

describe('views of a product, reconciled', () => {
  let world: World;
  let written: string[];

  beforeEach(async () => {
    world = await createWorld();
    const reconciler = world.cloud.clientConfig(`arn:aws:iam::${GOVERNANCE}:role/toy-reconcile`);
    await new GlueClient(reconciler).send(
      new CreateConnectionCommand({
        ConnectionInput: {
          Name: 'toy-views',
          ConnectionType: 'VIEW_VALIDATION_ATHENA' as 'JDBC',
          ConnectionProperties: { WORKGROUP_NAME: 'toy-views' } as Record<string, string>,
        },
      }),
    );
    await new LakeFormationClient(reconciler).send(
      new RegisterResourceCommand({
        ResourceArn: `arn:aws:s3:::toy-mask-keys-${GOVERNANCE}-eu-central-1`,
        RoleArn: `arn:aws:iam::${GOVERNANCE}:role/toy-lf-keys`,
      }),
    );
    written = [];
    Object.assign(world.governance.maskKeys, {
      ensure: async (_: string, object: string) => void written.push(object),
    });
    await world.registry.write([{ record: product([OPEN]), replaces: undefined }]);
    await world.run();
  });

  afterEach(() => world.cloud.close());

  const change = async (changed: Partial<ProductRecord>) => {
    const { product: before } = await world.version();
    const record = { ...before, ...changed, generation: before.generation + 1, revision: before.revision + 1 };
    await world.registry.write([{ record, replaces: before.revision }]);
  };
  const subscribe = async () => {
    await change({});
    const { product: now } = await world.version();
    const entry = subscription('finance', { clearance: 'public' }, { state: 'approved', generation: now.generation });
    await world.registry.write([{ record: entry, replaces: undefined }]);
    await world.settle();
  };
  const definerHolds = async (database: string, name: string) => {
    const { lakeFormation } = world.governance;
    const grants = await lakeFormation.onTable({ catalogId: GOVERNANCE, database, table: name });
    return grants.some(({ principal, grantable }) => principal === DEFINER && grantable.includes('SELECT'));
  };
  const registered = async () => condition((await world.version()).product, 'Registered');
  const names = async (database: string) =>
    (await world.governance.catalog.tables(database))?.map(({ input }) => input.Name).sort();

  test('are made after their tables, their key and what their definer reads', async () => {
    await change({ tables: [OPEN, VIEW, BASE] });
    const made: string[] = [];
    const stop = world.cloud.observe({
      before: ({ action, input }: Call) => {
        const { TableInput } = input as { TableInput?: { Name?: string } };
        if (action === 'glue:CreateTable') made.push(TableInput?.Name ?? '');
        if (action === 'lakeformation:BatchGrantPermissions') made.push('grant');
      },
    });
    expect(await world.run()).toMatchObject({ result: 'converged', problems: [] });
    stop();
    expect(made.slice(0, made.indexOf('shown') + 1)).toEqual(['inside', 'mask_key_1', 'grant', 'grant', 'shown']);
    expect(written).toEqual(['sales/orders/1/key.json']);
    expect([await definerHolds(DATABASE, 'inside'), await definerHolds(KEYS, 'mask_key_1')]).toEqual([true, true]);
  });

  test('take the wildcard from a whole subscriber before the internal table is there', async () => {
    await subscribe();
    const wildcards = async () =>
      (await world.governance.lakeFormation.onAllTables(GOVERNANCE, DATABASE)).map(({ principal }) => principal);
    expect(await wildcards()).toContain(accountOf('finance'));
    await change({ tables: [OPEN, VIEW, BASE] });
    const stop = world.cloud.observe({
      before: ({ action }: Call) => {
        if (action === 'glue:CreateTable') throw new AwsError('InvalidInputException', 'not today', 400);
      },
    });
    await world.run();
    stop();
    expect(await wildcards()).not.toContain(accountOf('finance'));
    await world.settle();
    const held = await world.governance.lakeFormation.ofPrincipal(accountOf('finance'), GOVERNANCE, DATABASE);
    const tables = held.flatMap(({ resource }) => ('table' in resource ? [resource.table] : []));
    expect([...new Set(tables)].sort()).toEqual(['shown', 't0']);
  });

  test('are not made, and say so, while their key cannot be', async () => {
    Object.assign(world.governance.maskKeys, {
      ensure: async () => {
        throw Object.assign(new Error('no such bucket'), { name: 'NoSuchBucket', $metadata: {} });
      },
    });
    await change({ tables: [OPEN, VIEW, BASE] });
    expect((await world.run()).result).toBe('failed');
    expect(await registered()).toMatchObject({ status: 'false', reason: 'ViewsNotReady' });
    expect(await names(DATABASE)).toEqual(['inside', 't0']);
  });

  test('give their definer back what somebody took, and find nothing when nobody did', async () => {
    await change({ tables: [OPEN, VIEW, BASE] });
    await world.run();
    await world.run({ cause: 'sweep' });
    const before = (await world.version()).product.revision;
    await world.run({ cause: 'sweep' });
    expect((await world.version()).product.revision).toBe(before);
    const { lakeFormation } = world.governance;
    for (const [database, name] of [
      [DATABASE, 'inside'],
      [KEYS, 'mask_key_1'],
    ] as const) {
      const held = await lakeFormation.onTable({ catalogId: GOVERNANCE, database, table: name });
      const lost = held.filter(({ principal }) => principal === DEFINER);
      await lakeFormation.apply(lost.map((grant) => ({ kind: 'revoke', grant })));
      expect(await definerHolds(database, name)).toBe(false);
      await world.run({ cause: 'sweep' });
      expect(await definerHolds(database, name)).toBe(true);
    }
  });

  test('change with their contract, become tables and go again', async () => {
    await change({ tables: [OPEN, VIEW, BASE] });
    await world.run();
    const [id, email] = VIEW.columns as [ProductTable['columns'][0], ProductTable['columns'][0]];
    await change({
      tables: [OPEN, { ...VIEW, columns: [id, { ...email, shows: { column: 'email', mask: 'null' } }] }, BASE],
    });
    expect((await world.run()).result).toBe('converged');
    const view = (await world.governance.catalog.tables(DATABASE))?.find(({ input }) => input.Name === 'shown')?.input;
    expect(view?.ViewDefinition?.Representations[0]?.ViewOriginalText).toContain('CAST(NULL AS varchar) AS "email"');
    await change({ tables: [OPEN, table('shown', OPEN.columns)] });
    expect((await world.run()).result).toBe('converged');
    expect(await names(DATABASE)).toEqual(['shown', 't0']);
    await change({ tables: [OPEN] });
    expect((await world.run()).result).toBe('converged');
    expect(await names(DATABASE)).toEqual(['t0']);
  });

  test('keep the key that they join until they join another', async () => {
    await change({ tables: [OPEN, VIEW, BASE] });
    await world.run();
    await change({ tables: [OPEN, { ...VIEW, view: { table: 'inside', maskKey: 'two' } }, BASE] });
    const found: (string[] | undefined)[] = [];
    const stop = world.cloud.observe({
      before: ({ action }: Call) => {
        if (action !== 'glue:UpdateTable') return;
        const names = world.cloud.store.list<{ Name: string }>(`glue/${GOVERNANCE}/${world.cloud.region}/table`, KEYS);
        found.push(names.map(({ value }) => value.Name).sort());
      },
    });
    await world.run();
    stop();
    expect(found).toEqual([['mask_key_1', 'mask_key_two']]);
    await world.run({ cause: 'sweep' });
    expect(await names(KEYS)).toEqual(['mask_key_two']);
    expect(written).toContain('sales/orders/two/key.json');
  });

  test('leave neither database nor definer behind when the product is retired', async () => {
    await change({ tables: [OPEN, VIEW, BASE] });
    await world.run();
    await change({ state: 'retired' });
    await world.run();
    expect([await names(DATABASE), await names(KEYS)]).toEqual([undefined, undefined]);
    const held = await world.grantsIn(GOVERNANCE, DATABASE);
    expect(held.filter((grant) => grant.startsWith(DEFINER))).toEqual([]);
  });
});
