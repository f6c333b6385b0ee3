import { GetTablesCommand, GlueClient } from '@aws-sdk/client-glue';
import {
  AddLFTagsToResourceCommand,
  LakeFormationClient,
  ListPermissionsCommand,
  type Resource,
} from '@aws-sdk/client-lakeformation';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { grantEntitlement } from '#control/entitlement/grant.ts';
import { listEntitlements, showEntitlement } from '#control/entitlement/list.ts';
import { reconcileEntitlements } from '#control/entitlement/reconcile.ts';
import { revokeEntitlement } from '#control/entitlement/revoke.ts';
import { publish } from '#control/publish.ts';
import { suspendProduct } from '#control/suspend.ts';
import type { ProductTable } from '#mesh/product/product.ts';
import { orders } from '../lambdas/orders.ts';
import { column, product, role, subscription, table } from '../mesh/fixtures.ts';
import { accountOf, callerAs, createWorld, DATABASE, GOVERNANCE, ORDERS, type World } from './world.ts';

const by = (name: string) => ({ caller: callerAs(name), correlation: 'c-1' });
const WISH = { domain: 'sales', to: 'finance', classification: 'internal', purpose: 'to report' };
const TABLES = [
  table('t0', [
    column('id', 'int', 'public'),
    column('state', 'string', 'internal'),
    column('card', 'string', 'secret'),
    column('later', 'string'),
  ]),
  table('t1', [column('id', 'int', 'secret')]),
];

describe('a standing entitlement', () => {
  let world: World;

  beforeEach(async () => {
    world = await createWorld();
    await world.registry.write([{ record: product(TABLES), replaces: undefined }]);
    await world.run();
  });

  const look = (cause: 'change' | 'sweep' = 'change') =>
    reconcileEntitlements({ entitlements: true, cause, correlation: 'c-run' }, world.governance);
  /** What the events between them would do: the entitlements, the product, the agents, and all again. */
  const settle = async (cause: 'change' | 'sweep' = 'change') => {
    await look(cause);
    await world.settle();
    await look(cause);
  };
  const grant = async (wish: Partial<typeof WISH> = {}) => {
    const granted = await grantEntitlement({ ...WISH, ...wish }, by('sales/steward'), world.governance);
    await settle();
    return granted;
  };
  const change = async (tables: readonly ProductTable[]) => {
    const { product: before } = await world.version();
    const generation = before.generation + 1;
    const record = { ...before, tables, generation, revision: before.revision + 1 };
    await world.registry.write([{ record, replaces: before.revision }]);
    await world.settle();
  };
  /** Table and columns as the analysts of a domain find them through the link. */
  const seen = async (domain = 'finance', database = DATABASE) => {
    const analyst = new GlueClient(world.cloud.clientConfig(role(domain)));
    try {
      const { TableList = [] } = await analyst.send(new GetTablesCommand({ DatabaseName: database }));
      return Object.fromEntries(
        TableList.map(({ Name, StorageDescriptor }) => [Name, StorageDescriptor?.Columns?.map((entry) => entry.Name)]),
      );
    } catch {
      return {};
    }
  };
  const toFinance = async () => {
    const admin = new LakeFormationClient(world.cloud.clientConfig(`arn:aws:iam::${GOVERNANCE}:role/toy-reconcile`));
    const { PrincipalResourcePermissions = [] } = await admin.send(new ListPermissionsCommand({ MaxResults: 1000 }));
    return PrincipalResourcePermissions.filter(
      ({ Principal }) => Principal?.DataLakePrincipalIdentifier === accountOf('finance'),
    ).map(({ Resource }) => Object.keys(Resource ?? {})[0]);
  };

  test('shows each product of the domain up to the clearance, by two grants to the account and no named one', async () => {
    const { plan } = await grant();
    expect(plan).toMatchObject({ way: 'tags', grants: { tags: 2 }, consumers: ['finance'], quota: { limit: 1600 } });
    expect(await toFinance()).toEqual(['LFTagPolicy', 'LFTagPolicy']);
    expect(await seen()).toEqual({ t0: ['id', 'state'] });
    expect(await seen('research')).toEqual({});
    const { entitlement, products } = await showEntitlement(
      (await only()).id,
      {},
      callerAs('finance/analyst'),
      world.governance,
    );
    expect(entitlement.state).toBe('active');
    expect(products.entries).toEqual([{ product: 'sales/orders', major: 1, consumer: 'finance', state: 'visible' }]);
  });

  const only = async () => {
    const [entitlement] = await world.registry.entitlements();
    if (entitlement === undefined) throw new Error('no entitlement');
    return entitlement;
  };

  test('is granted again right after its end, though a list that lags still shows what was revoked', async () => {
    await grant();
    const { tags } = world.governance;
    const stale = await tags.grants();
    await revokeEntitlement((await only()).id, 'over', by('sales/steward'), world.governance);
    await settle();
    expect(await toFinance()).toEqual([]);
    await grantEntitlement(WISH, by('sales/steward'), world.governance);
    const request = { entitlements: true, cause: 'change', correlation: 'c-run' } as const;
    await reconcileEntitlements(request, { ...world.governance, tags: { ...tags, grants: async () => stale } });
    expect(await toFinance()).toEqual(['LFTagPolicy', 'LFTagPolicy']);
  });

  test('shows a product that is published later, without a request', async () => {
    world = await createWorld();
    const wish = { ...WISH, classification: 'public' };
    const { plan } = await grantEntitlement(wish, by('sales/steward'), world.governance);
    await look();
    expect(plan).toMatchObject({ way: 'tags', products: [] });
    await publish(orders(), by('sales/producer'), world.governance);
    await world.settle();
    expect(await seen()).toEqual({ orders: ['id'] });
    expect(await toFinance()).toEqual(['LFTagPolicy', 'LFTagPolicy']);
  });

  test('takes everything away when it is revoked, and says so only after the read-backs', async () => {
    const { entitlement } = await grant();
    const revoked = await revokeEntitlement(entitlement.id, 'over', by('sales/steward'), world.governance);
    expect(revoked.state).toBe('revoking');
    await look();
    expect(await toFinance()).toEqual([]);
    expect(await seen()).toEqual({});
    expect((await only()).state).toBe('revoking');
    await settle();
    expect(await only()).toMatchObject({ state: 'revoked', status: { endedAt: expect.any(String) } });
    expect(await world.grantsIn(accountOf('finance'), DATABASE, accountOf('finance'))).toEqual([]);
  });

  test('ends with its time', async () => {
    await grantEntitlement({ ...WISH, expiresAt: '2026-03-02T00:00:00Z' }, by('sales/steward'), world.governance);
    await settle();
    expect(await seen()).toEqual({ t0: ['id', 'state'] });
    world.clock.advance(86_400_000);
    await settle('sweep');
    expect(await seen()).toEqual({});
    expect((await only()).state).toBe('expired');
  });

  test('shows no column before it is classified, and none that is classified higher since', async () => {
    await grant();
    const [t0] = TABLES as [ProductTable];
    await change([{ ...t0, columns: [...t0.columns, column('fresh', 'string')] }]);
    expect(await seen()).toEqual({ t0: ['id', 'state'] });
    await change([
      {
        ...t0,
        columns: [
          column('id', 'int', 'secret'),
          column('state', 'string', 'public'),
          column('fresh', 'string', 'internal'),
        ],
      },
    ]);
    expect(await seen()).toEqual({ t0: ['state', 'fresh'] });
  });

  test('leaves no value to the next column of a name', async () => {
    await grant();
    await change([table('t0', [column('id', 'int', 'public')])]);
    expect(await tagsOf()).toEqual({ id: 'public' });
    await change([table('t0', [column('id', 'int', 'public'), column('state', 'string', 'secret')])]);
    expect(await seen()).toEqual({ t0: ['id'] });
  });

  const tagsOf = async (name = 't0') => {
    const found = await world.governance.tags.assigned(GOVERNANCE, DATABASE, name);
    return Object.fromEntries(
      Object.entries(found?.columns ?? {}).map(([key, values]) => [key, values['toy-classification']]),
    );
  };

  test('gives nothing of a product that is suspended, not even to the account, and all again when it is resumed', async () => {
    await grant();
    await suspendProduct(ORDERS, { action: 'suspend' }, by('sales/steward'), world.governance);
    await world.settle();
    expect([await seen(), await tagsOf()]).toEqual([{}, {}]);
    await suspendProduct(ORDERS, { action: 'resume' }, by('sales/steward'), world.governance);
    await world.settle();
    expect(await seen()).toEqual({ t0: ['id', 'state'] });
  });

  test('mends LF-Tags that somebody changed by hand', async () => {
    await grant();
    const admin = new LakeFormationClient(world.cloud.clientConfig(`arn:aws:iam::${GOVERNANCE}:role/toy-reconcile`));
    const card: Resource = { TableWithColumns: { DatabaseName: DATABASE, Name: 't0', ColumnNames: ['card'] } };
    const whole: Resource = { Table: { DatabaseName: DATABASE, Name: 't1' } };
    for (const Resource of [card, whole]) {
      const LFTags = [{ TagKey: 'toy-classification', TagValues: ['public'] }];
      await admin.send(new AddLFTagsToResourceCommand({ Resource, LFTags }));
    }
    await world.run({ cause: 'sweep' });
    expect(await tagsOf()).toEqual({ id: 'public', state: 'internal', card: 'secret' });
    expect((await world.governance.tags.assigned(GOVERNANCE, DATABASE, 't1'))?.table).toEqual({});
  });

  describe('beside a row filter', () => {
    const filtered = async (clearance: string, name = 'service') => {
      const { product: before } = await world.version();
      const generation = before.generation + 1;
      const scope = { clearance, tables: ['t0'], rows: { t0: 'id > 7' } };
      const principals = [role('finance', name)];
      await world.registry.write([
        { record: { ...before, generation, revision: before.revision + 1 }, replaces: before.revision },
        { record: subscription('finance', scope, { state: 'approved', generation, principals }), replaces: undefined },
      ]);
      await world.settle();
    };
    const kinds = async (name = 'service') => {
      const found = await world.governance.lakeFormation.onTable({
        catalogId: GOVERNANCE,
        database: DATABASE,
        table: 't0',
      });
      return found
        .filter(({ principal }) => principal === accountOf('finance') || principal === role('finance', name))
        .map(({ resource }) => resource.kind);
    };

    test('that shows no more, the filter stands: LF-Tags cover it in the governance account', async () => {
      await filtered('internal');
      const { plan } = await grant();
      expect(plan.way).toBe('tags');
      expect(await kinds()).toEqual([]);
    });

    test('that shows more, the entitlement goes by names, and both are filters to the account', async () => {
      await filtered('secret');
      const { plan } = await grant();
      expect(plan).toMatchObject({ way: 'names', because: expect.stringMatching(/row filter of sales\.orders/) });
      expect(await toFinance()).not.toContain('LFTagPolicy');
      expect(new Set(await kinds())).toEqual(new Set(['filter']));
      expect(await seen()).toEqual({ t0: ['id', 'state'] });
    });

    test('that came later and shows more, the filter waits until the next sweep makes the entitlement go by names', async () => {
      await grant();
      await filtered('secret');
      expect(await kinds()).toEqual([]);
      await settle('sweep');
      await settle();
      expect((await only()).way).toBe('names');
      expect(new Set(await kinds())).toEqual(new Set(['filter']));
      expect(await toFinance()).not.toContain('LFTagPolicy');
      expect(await seen()).toEqual({ t0: ['id', 'state'] });
    });
  });

  test.each([
    ['a producer of the owner', 'sales/producer', WISH, /WEFT-AUTH-002/],
    ['a steward of another domain', 'research/steward', WISH, /WEFT-AUTH-002/],
    ['the platform team for one domain', 'governance/platform', WISH, /WEFT-AUTH-002/],
    ['a steward for every domain', 'sales/steward', { ...WISH, domain: undefined }, /WEFT-AUTH-002/],
    ['to a stranger', 'sales/steward', { ...WISH, to: 'nobody' }, /WEFT-ENTITLEMENT-001/],
    [
      'to roles of another account',
      'sales/steward',
      { ...WISH, principals: [role('research')] },
      /WEFT-ENTITLEMENT-001/,
    ],
    ['of a level that there is not', 'sales/steward', { ...WISH, classification: 'hidden' }, /WEFT-ENTITLEMENT-002/],
    ['to the owner itself', 'sales/steward', { ...WISH, to: 'sales' }, /WEFT-ENTITLEMENT-003/],
    ['with an end that has passed', 'sales/steward', { ...WISH, expiresAt: '2020-01-01' }, /WEFT-REQUEST-004/],
  ])('is refused: %s', async (_what, as, wish, code) => {
    const attempt = grantEntitlement(wish, by(as), world.governance);
    await expect(attempt).rejects.toMatchObject({ code: expect.stringMatching(code) });
    expect(await world.registry.entitlements()).toEqual([]);
  });

  test('is there once: the same again changes nothing', async () => {
    const first = await grant();
    const again = await grantEntitlement(WISH, by('sales/steward'), world.governance);
    expect([again.changed, again.entitlement.id]).toEqual([false, first.entitlement.id]);
    expect((await listEntitlements({}, callerAs('finance/analyst'), world.governance)).entries).toHaveLength(1);
    expect(await listEntitlements({}, callerAs('research/analyst'), world.governance)).toEqual({ entries: [] });
  });
});
