import { beforeEach, describe, expect, test } from '@jest/globals';
import { qualityDutiesOf } from '#control/quality-duties.ts';
import { type QualityWish, tendQuality } from '#control/tend-quality.ts';
import { deriveEvents } from '#mesh/event/derive.ts';
import type { QualityRule } from '#mesh/product/product.ts';
import { column, product, table } from '../../mesh/fixtures.ts';
import { callerAs, createWorld, type World } from '../world.ts';

const RULE: QualityRule = { measure: 'rowCount', bounds: { mustBe: 1 }, check: { metric: 'rowCount' } };
const ENGINE: QualityRule = { measure: 'soda', bounds: {} };
const HELD = {
  table: 't0',
  at: '2026-03-01T10:00:00Z',
  run: 'r-1',
  since: '2026-03-01T10:00:00Z',
  held: { at: '2026-03-01T10:01:00Z', reason: 'too few' },
};

describe('what people do about quality', () => {
  let world: World;
  const by = (name: string) => ({ caller: callerAs(name), correlation: 'c-1' });
  const wish = (of: QualityWish, as = 'sales/steward') =>
    tendQuality({ domain: 'sales', name: 'orders' }, of, by(as), world.governance);
  const begin = async (quality: QualityRule[]) => {
    world = await createWorld();
    const record = product([table('t0', [column('id', 'int', 'public')], { quality })], {
      status: { conditions: [], deliveries: { waiting: [HELD, { ...HELD, table: 't1' }] } },
    });
    await world.registry.write([{ record, replaces: undefined }]);
  };
  beforeEach(() => begin([RULE, ENGINE]));

  test('the owner lets data go, with a reason that stays', async () => {
    const before = (await world.version()).product;
    await expect(wish({ action: 'release' })).rejects.toMatchObject({ code: 'WEFT-QUALITY-003' });
    await wish({ action: 'release', reason: 'known', table: 't0' });
    const { product: after } = await world.version();
    expect(after.change).toMatchObject({ action: 'DataReleased', reason: 'known' });
    expect(after.status.deliveries?.waiting).toHaveLength(1);
    expect(deriveEvents(before, after, []).map(({ type, data }) => [type, data.quality])).toEqual([
      ['DataUpdated', 'failed'],
    ]);
    await expect(wish({ action: 'release', reason: 'known', table: 't0' })).rejects.toMatchObject({
      code: 'WEFT-QUALITY-002',
      hint: 'held back is data of t1',
    });
  });

  test('a producer may ask for a measurement, and lets nothing go', async () => {
    const before = (await world.version()).product;
    await wish({ action: 'measure' }, 'sales/producer');
    const { product: after } = await world.version();
    expect(deriveEvents(before, after, []).map(({ type, data }) => [type, data.audience])).toEqual([
      ['QualityRequested', ['sales']],
    ]);
    for (const [action, as] of [
      ['release', 'sales/producer'],
      ['release', 'finance/steward'],
      ['measure', 'finance/steward'],
      ['measure', 'sales/analyst'],
    ] as const)
      await expect(wish({ action, reason: 'x' }, as)).rejects.toMatchObject({ code: 'WEFT-AUTH-002' });
  });

  test('there has to be something to measure', async () => {
    await begin([ENGINE]);
    await expect(wish({ action: 'measure' })).rejects.toMatchObject({ code: 'WEFT-QUALITY-001' });
  });

  test('the Lambda of the domain learns what it measures, and nobody else does', async () => {
    const machine = { ...callerAs('sales/analyst'), kind: undefined, machine: 'quality' as const };
    const { entries } = await qualityDutiesOf('sales', { product: 'orders' }, machine, world.governance);
    const [duty] = entries;
    expect(duty?.tables.map(({ name, rules, due }) => [name, rules, due])).toEqual([['t0', [RULE], true]]);
    expect((await qualityDutiesOf('sales', {}, machine, world.governance)).entries).toHaveLength(1);
    for (const caller of [callerAs('sales/steward'), { ...machine, domain: 'finance' }])
      await expect(qualityDutiesOf('sales', {}, caller, world.governance)).rejects.toMatchObject({
        code: 'WEFT-AUTH-002',
      });
  });
});
