import { describe, expect, test } from '@jest/globals';
import { requestSubscription } from '#control/request-subscription.ts';
import { optional, readBody, text, textByName, texts } from '../../lambdas/shared/body.ts';
import { callerAs, createWorld } from '../control/world.ts';
import { column, product, table } from '../mesh/fixtures.ts';

const SHAPE = { reason: optional(text), names: optional(texts), files: optional(textByName) };

/** What a record holds goes into events, which take 256 KB: one that does not fit holds up all others, and the trail. */
describe('what somebody sends', () => {
  test.each([
    ['a text', { reason: 'x'.repeat(2000) }, { reason: 'x'.repeat(2001) }],
    ['each text of a list', { names: ['x'.repeat(2000)] }, { names: ['a', 'x'.repeat(2001)] }],
  ])('is no longer than an event can tell: %s', (_name, fits, tooLong) => {
    expect(readBody(JSON.stringify(fits), SHAPE)).toEqual(fits);
    expect(() => readBody(JSON.stringify(tooLong), SHAPE)).toThrow(
      expect.objectContaining({
        code: 'WEFT-API-002',
        message: expect.stringMatching(/^.{0,400}at most 2000 characters/s),
      }),
    );
  });

  test('may be a file of any length', () => {
    const files = { a: 'x'.repeat(100_000) };
    expect(readBody(JSON.stringify({ files }), SHAPE)).toEqual({ files });
  });

  test('names no member that objects have by themselves', () => {
    for (const name of ['constructor', '__proto__', 'toString']) {
      expect(() => readBody(`{"${name}": "x"}`, SHAPE)).toThrow(expect.objectContaining({ code: 'WEFT-API-002' }));
    }
  });

  test('is for at most a hundred roles at once, whose grants one event takes to their account', async () => {
    const world = await createWorld();
    const record = product([table('t0', [column('id', 'int', 'public')])]);
    await world.registry.write([{ record, replaces: undefined }]);
    const request = (count: number) =>
      requestSubscription(
        {
          domain: 'sales',
          name: 'orders',
          clearance: 'public',
          purpose: 'to know',
          principals: Array.from({ length: count }, (_, index) => `arn:aws:iam::333333333333:role/r${index}`),
        },
        { caller: callerAs('finance/analyst'), correlation: 'c' },
        world.governance,
      );
    await expect(request(101)).rejects.toMatchObject({ code: 'WEFT-REQUEST-001' });
    expect((await request(100)).changed).toBe(true);
  });
});
