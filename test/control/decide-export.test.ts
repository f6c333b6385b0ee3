import { beforeEach, describe, expect, test } from '@jest/globals';
import { decideExport } from '#control/decide-export.ts';
import type { ProductColumn } from '#mesh/product/product.ts';
import type { AttemptRecord } from '#mesh/registry.ts';
import { entitlement } from '../mesh/entitlement/fixture.ts';
import { column, product, role, subscription, table } from '../mesh/fixtures.ts';
import { callerAs, createWorld, ORDERS, type World } from './world.ts';

const COLUMNS = [column('id', 'int', 'public'), column('cost', 'int', 'confidential')];
const PERSONAL: ProductColumn = { ...column('email', 'string', 'internal'), personal: true };
const SECRET = column('iban', 'string', 'secret');

describe('an export', () => {
  let world: World;
  let kept: AttemptRecord[];

  beforeEach(async () => {
    world = await createWorld();
    kept = [];
  });

  const publish = (columns: readonly ProductColumn[], classification: string) =>
    world.registry.write(
      [{ record: product([table('orders', columns)], { classification }), replaces: undefined }],
      [],
    );
  const subscribe = (clearance: string, rest = {}) =>
    world.registry.write([{ record: subscription('finance', { clearance }, rest), replaces: undefined }]);
  const ask = (as: string, purpose?: string) =>
    decideExport(
      { ...ORDERS, ...(purpose === undefined ? {} : { purpose }) },
      { caller: callerAs(as), correlation: 'c-1' },
      {
        ...world.governance,
        registry: {
          ...world.registry,
          attempt: async (record) => {
            kept.push(record);
            await world.registry.attempt(record);
          },
        },
      },
    );
  const refused = (code: string, said: string) =>
    expect.objectContaining({ code, message: expect.stringContaining(said) });

  test('of what a subscription shows is allowed to its roles, and kept for the trail', async () => {
    await publish(COLUMNS, 'confidential');
    await subscribe('confidential');
    const decision = await ask('finance/analyst');
    expect(decision).toMatchObject({ effect: 'allow', policies: [{ id: 'global/export.member' }] });
    expect(kept).toContainEqual(
      expect.objectContaining({
        type: 'attempt',
        change: expect.objectContaining({ action: 'ExportAllowed', policies: ['global/export.member'] }),
      }),
    );
  });

  test('is judged by what the subscription shows, not by what the product holds', async () => {
    await publish([...COLUMNS, SECRET], 'secret');
    await subscribe('confidential');
    expect((await ask('finance/analyst')).effect).toBe('allow');
    await expect(ask('finance/steward', 'audit')).rejects.toEqual(refused('WEFT-POLICY-004', '(global/export.top)'));
  });

  test('is judged by a subscription whose grants are on their way, too', async () => {
    await publish([...COLUMNS, SECRET], 'secret');
    await subscribe('public', { id: 'sales.orders.v1.finance.a1' });
    expect((await ask('finance/analyst')).effect).toBe('allow');
    await subscribe('secret', { id: 'sales.orders.v1.finance.a2', state: 'approved' });
    await expect(ask('finance/analyst')).rejects.toEqual(refused('WEFT-POLICY-004', '(global/export.top)'));
  });

  test('is judged by what a standing entitlement shows beside a subscription, to those whom it is for', async () => {
    const { id, selector, grantee, way } = entitlement('finance', { classification: 'secret' });
    const standing = [{ id, selector, grantee, way }];
    const record = product([table('orders', [...COLUMNS, SECRET])], {
      classification: 'secret',
      entitlements: standing,
    });
    await world.registry.write([{ record, replaces: undefined }], []);
    await subscribe('public', { principals: [role('finance'), role('finance', 'producer')] });
    await expect(ask('finance/analyst')).rejects.toEqual(refused('WEFT-POLICY-004', '(global/export.top)'));
    expect((await ask('finance/producer')).effect).toBe('allow');
  });

  test('without a subscription needs the purpose that its columns ask for', async () => {
    await publish(COLUMNS, 'confidential');
    await expect(ask('research/analyst')).rejects.toEqual(refused('WEFT-POLICY-004', '(global/subscribe.purpose)'));
    expect((await ask('research/analyst', 'a study')).effect).toBe('allow');
  });

  test('of personal data is for a steward of the owner, who has its word', async () => {
    await publish([PERSONAL], 'internal');
    await subscribe('internal', { principals: [role('finance')] });
    await expect(ask('finance/analyst')).rejects.toEqual(refused('WEFT-POLICY-004', 'asks for the word of owner'));
    expect((await ask('sales/steward', 'a request of the person')).effect).toBe('ask');
  });

  test('is not for those who govern', async () => {
    await publish(COLUMNS, 'confidential');
    await expect(ask('governance/auditor')).rejects.toEqual(refused('WEFT-AUTH-002', 'product.export'));
  });
});
