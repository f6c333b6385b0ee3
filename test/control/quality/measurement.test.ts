import { beforeEach, describe, expect, test } from '@jest/globals';
import { reportData } from '#control/report.ts';
import { sync } from '#control/sync.ts';
import { tendProduct } from '#control/tend-product.ts';
import { deriveEvents } from '#mesh/event/derive.ts';
import { domainEvent, type MeshEvent } from '#mesh/event/envelope.ts';
import type { DataDelivered, QualityMeasured, RuleResult } from '#mesh/event/report.ts';
import type { ProductRecord, QualityRule } from '#mesh/product/product.ts';
import { condition } from '#mesh/record.ts';
import { column, product, subscription, table } from '../../mesh/fixtures.ts';
import { accountOf, callerAs, createWorld, type World } from '../world.ts';

const STEWARD = { caller: callerAs('sales/steward'), correlation: 'c-1' };
const RULES: readonly QualityRule[] = [
  { measure: 'id: nullValues', column: 'id', bounds: { mustBe: 0 }, check: { metric: 'nullValues' as const } },
  { measure: 'rowCount', bounds: { mustBeGreaterThan: 0 }, check: { metric: 'rowCount' as const } },
];
const T0 = table('t0', [column('id', 'int', 'public')], { quality: RULES });
const NULLS: RuleResult = {
  rule: 'id: nullValues',
  table: 't0',
  column: 'id',
  severity: 'error',
  ok: true,
  value: 0,
  expected: 'mustBe 0',
};
const BAD: RuleResult = { ...NULLS, ok: false, value: 3 };
const UNMEASURED: RuleResult = {
  rule: NULLS.rule,
  table: 't0',
  severity: 'error',
  ok: false,
  expected: 'mustBe 0',
  error: 'gone',
};

describe('what a domain measures of its data', () => {
  let world: World;

  const begin = async (rest: Partial<ProductRecord> = {}) => {
    world = await createWorld();
    await world.registry.write([{ record: product([T0], rest), replaces: undefined }]);
  };
  beforeEach(() => begin());

  const at = (minutes: number) => new Date(Date.parse('2026-03-01T10:00:00Z') + minutes * 60_000).toISOString();
  const head = { id: 'e-1', time: at(0), from: 'sales', domain: 'sales', product: 'orders', major: 1 };
  const delivered = (run: string, minutes: number): DataDelivered => ({
    ...head,
    type: 'DataDelivered',
    table: 't0',
    at: at(minutes),
    run,
    rows: 5,
  });
  const measured = (
    minutes: number,
    results: readonly RuleResult[],
    rest: Partial<QualityMeasured> = {},
  ): QualityMeasured => ({
    ...head,
    type: 'QualityMeasured',
    at: at(minutes),
    results,
    promises: [],
    ...rest,
  });
  /** Takes reports one after the other and gives the events that follow. */
  const take = async (...reports: (DataDelivered | QualityMeasured)[]) => {
    const events: MeshEvent[] = [];
    const outcomes: string[] = [];
    for (const said of reports) {
      const before = (await world.version()).product;
      outcomes.push(
        await sync({ id: said.id, account: accountOf('sales'), detail: domainEvent(said) }, world.governance),
      );
      const after = (await world.version()).product;
      if (after.revision === before.revision) continue;
      events.push(
        ...deriveEvents(before, after, [subscription('finance', { clearance: 'public' }, { state: 'active' })]),
      );
    }
    return { outcomes, events, types: events.map(({ type }) => type), after: (await world.version()).product };
  };

  test('lets data go to the consumers when its rules hold', async () => {
    expect((await take(delivered('r-1', 0))).types).toEqual([]);
    const { events, after } = await take(measured(1, [NULLS], { run: 'r-1' }));
    expect(events.map(({ type, data }) => [type, data.run, data.quality])).toEqual([['DataUpdated', 'r-1', 'passed']]);
    expect(condition(after, 'Healthy')).toMatchObject({ status: 'true' });
    expect(after.status.deliveries?.waiting).toBeUndefined();
  });

  test('holds back what breaks a rule, tells the fault once, and lets all of it go with the next good measurement', async () => {
    const bad = await take(delivered('r-1', 0), measured(1, [BAD], { run: 'r-1' }));
    expect(bad.types).toEqual(['QualityFailed', 'DataHeldBack']);
    const [failed, held] = bad.events;
    expect(failed?.data.audience).toEqual(['finance', 'sales']);
    expect(held?.data).toMatchObject({ run: 'r-1', tables: ['t0'], audience: ['sales'] });
    expect(held?.data.reason).toBe('t0: id: nullValues is 3, expected is mustBe 0 (governance.holdBack)');
    expect(condition(bad.after, 'Announced')).toMatchObject({ status: 'false', reason: 'HeldBack' });
    // The same fault again, with more data, is no news.
    expect((await take(delivered('r-2', 2), measured(3, [{ ...BAD, value: 9 }], { run: 'r-2' }))).types).toEqual([]);
    const good = await take(delivered('r-3', 4), measured(5, [NULLS], { run: 'r-3' }));
    expect(good.types).toEqual(['QualityRestored', 'DataUpdated']);
    expect(good.events[1]?.data).toMatchObject({ run: 'r-3', rows: 15, quality: 'passed' });
    expect(condition(good.after, 'Announced')).toMatchObject({ status: 'true' });
  });

  test('tells each rule that is newly broken, and no rule twice', async () => {
    const rows: RuleResult = { rule: 'rowCount', table: 't0', severity: 'error', ok: false, value: 0, expected: 'x' };
    expect((await take(measured(1, [BAD]))).types).toEqual(['QualityFailed']);
    const second = await take(measured(2, [BAD, rows]));
    expect(second.events.map(({ type, data }) => [type, data.reason])).toEqual([
      ['QualityFailed', 't0: rowCount is 0, expected is x'],
    ]);
    expect((await take(measured(3, [BAD, rows]), measured(4, [NULLS, rows]))).types).toEqual([]);
    expect((await take(measured(5, [NULLS, { ...rows, ok: true, value: 1 }]))).types).toEqual(['QualityRestored']);
  });

  test('does not take a rule that could not be measured for a broken one, and a broken one not for mended', async () => {
    const { types, after } = await take(delivered('r-1', 0), measured(1, [UNMEASURED], { run: 'r-1' }));
    expect(types).toEqual(['DataUpdated']);
    expect(condition(after, 'Healthy')).toMatchObject({ status: 'unknown', reason: 'NotMeasured' });
    expect((await take(measured(2, [BAD]))).types).toEqual(['QualityFailed']);
    const again = await take(measured(3, [UNMEASURED]));
    expect([again.types, condition(again.after, 'Healthy')?.status]).toEqual([[], 'false']);
    expect((await take(measured(4, [BAD]))).types).toEqual([]);
  });

  test('ignores what is older than what is known, and what comes again', async () => {
    await take(measured(5, [NULLS]));
    const { outcomes, after } = await take(measured(4, [BAD]), measured(5, [NULLS]));
    expect([outcomes, condition(after, 'Healthy')?.status]).toEqual([['unchanged', 'unchanged'], 'true']);
  });

  test('may come before the word on the data that it measured', async () => {
    await take(measured(1, [NULLS], { run: 'r-1' }));
    const { events } = await take(delivered('r-1', 0));
    expect(events.map(({ type, data }) => [type, data.quality])).toEqual([['DataUpdated', 'passed']]);
    expect((await take(delivered('r-2', 2))).types).toEqual([]);
  });

  test('covers data that was there before it began, and none that came later', async () => {
    await take(delivered('r-1', 0), delivered('r-2', 1), delivered('r-3', 10));
    const { events, after } = await take(measured(5, [NULLS]));
    expect(events.map(({ data }) => [data.run, data.rows])).toEqual([['r-2', 10]]);
    expect(after.status.deliveries?.waiting?.map(({ run }) => run)).toEqual(['r-3']);
  });

  test('lets data go that breaks only a warning, or that the product or the mesh does not hold back', async () => {
    const warning = { ...BAD, severity: 'warning' as const };
    expect((await take(delivered('r-1', 0), measured(1, [warning], { run: 'r-1' }))).types).toEqual(['DataUpdated']);
    await begin({ holdBack: false });
    const { events, types } = await take(delivered('r-1', 0), measured(1, [BAD], { run: 'r-1' }));
    expect(types).toEqual(['QualityFailed', 'DataUpdated']);
    expect(events[1]?.data.quality).toBe('failed');
  });

  test('is waited for an hour, no longer', async () => {
    await take(delivered('r-1', 0));
    const wait = async (minutes: number) => {
      world.clock.advance(minutes * 60_000);
      const before = (await world.version()).product;
      await tendProduct(before, 'c-sweep', world.governance);
      return deriveEvents(before, (await world.version()).product, []).map(({ type, data }) => [type, data.quality]);
    };
    expect(await wait(59)).toEqual([]);
    expect(await wait(1)).toEqual([['DataUpdated', 'not-measured']]);
    expect(condition((await world.version()).product, 'Healthy')).toMatchObject({ status: 'unknown' });
    // Held back it waits for a good measurement, or for somebody who lets it go.
    await take(delivered('r-2', 121), measured(122, [BAD], { run: 'r-2' }));
    expect(await wait(600)).toEqual([]);
  });

  test('tells a promise that is broken, and freshness among them, once', async () => {
    await begin({ sla: { frequency: '1 d', latency: '1 h' } });
    const latency = { property: 'latency', table: 't0', promised: '1 h' };
    const fresh = { property: 'frequency', table: 't0', promised: '1 d' };
    const said = (minutes: number, ok: boolean) =>
      measured(minutes, [], {
        promises: [
          { ...latency, ok, value: ok ? 1 : 2, unit: 'h' },
          { ...fresh, ok, value: ok ? 1 : 2, unit: 'd' },
        ],
      });
    const { events } = await take(said(1, true), said(2, false), said(3, false));
    expect(events.map(({ type }) => type)).toEqual(['SlaBreached']);
    expect(events[0]?.data.reason).toMatch(/t0 is 2 d old.*; latency of t0 is 2 h, promised is 1 h/);
    expect((await take(said(4, true))).types).toEqual(['SlaRestored']);
  });

  test('is of no other domain', async () => {
    const said = measured(1, [NULLS], { from: 'finance' });
    expect(await sync({ id: 'e', account: accountOf('finance'), detail: domainEvent(said) }, world.governance)).toBe(
      'refused',
    );
  });

  test('is not talked away: who reports that all is well is told what was measured', async () => {
    await take(delivered('r-1', 0), measured(1, [BAD], { run: 'r-1' }));
    const name = { domain: 'sales', name: 'orders' };
    await expect(reportData(name, { quality: 'passed' }, STEWARD, world.governance)).rejects.toMatchObject({
      code: 'WEFT-QUALITY-004',
    });
    await take(measured(2, [NULLS], { run: 'r-1' }));
    await expect(reportData(name, { quality: 'passed' }, STEWARD, world.governance)).resolves.toBeDefined();
  });
});
