import { describe, expect, test } from '@jest/globals';
import { answerCall } from '#lambdas/shared/api-call.ts';
import { optional, readBody, text, texts } from '#lambdas/shared/body.ts';
import { FairShare } from '#lambdas/shared/fair-share.ts';
import { COMMAND_LIMITS, DOCUMENT_LIMITS, refuseTooMuch } from '#lambdas/shared/limits.ts';
import { describe as toldInLogs } from '#lambdas/shared/middleware.ts';
import { ok } from '#lambdas/shared/route.ts';
import { userError, WeftError } from '#mesh/error.ts';
import { TOPOLOGY } from '../mesh/fixtures.ts';

const NOTHING = { path: {}, query: {}, body: null };
const nested = (depth: number) => `{"a": ${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;

describe('what a call may bring', () => {
  test.each([
    ['a body of the size that is read', { body: 'x'.repeat(COMMAND_LIMITS.body) }, undefined],
    ['a body beyond', { body: 'x'.repeat(COMMAND_LIMITS.body + 1) }, 'WEFT-API-006'],
    ['a body beyond in bytes, not in characters', { body: 'ü'.repeat(COMMAND_LIMITS.body / 2 + 1) }, 'WEFT-API-006'],
    ['sixteen levels', { body: nested(16) }, undefined],
    ['seventeen levels', { body: nested(17) }, 'WEFT-API-007'],
    ['a hundred thousand levels', { body: '['.repeat(100_000) }, 'WEFT-API-007'],
    ['brackets in a text', { body: `{"a": "${'['.repeat(500)}\\"${'{'.repeat(500)}"}` }, undefined],
    ['brackets behind a text', { body: `{"a\\\\": ${'['.repeat(20)}` }, 'WEFT-API-007'],
    ['a long name', { path: { domain: 'x'.repeat(257) } }, 'WEFT-API-008'],
    ['a name of two lines', { path: { domain: 'sales\nx' } }, 'WEFT-API-008'],
    ['a long query', { query: { q: 'x'.repeat(1025) } }, 'WEFT-API-008'],
    ['a long name in the query', { query: { ['x'.repeat(257)]: '' } }, 'WEFT-API-008'],
    ['a question', { query: { q: 'bird strikes & co' }, path: { id: 'sales.orders.v1.finance.a1' } }, undefined],
  ])('%s', (_name, call, code) => {
    const work = () => refuseTooMuch({ ...NOTHING, ...call }, COMMAND_LIMITS);
    if (code === undefined) expect(work()).toBeUndefined();
    else expect(work).toThrow(expect.objectContaining({ code, hint: expect.any(String) }));
  });

  test('says the limit and what was sent', () => {
    expect(() => refuseTooMuch({ ...NOTHING, body: 'x'.repeat(4_000_001) }, DOCUMENT_LIMITS)).toThrow(
      'the body has 4000001 bytes, at most 4000000 are read',
    );
  });

  test('tells fifty members that are not known, and counts the others', () => {
    const body = JSON.stringify(Object.fromEntries(Array.from({ length: 9000 }, (_, index) => [`m${index}`, 1])));
    let problems: readonly { message: string }[] = [];
    try {
      readBody(body, { name: optional(text) });
    } catch (error) {
      ({ problems } = error as WeftError);
    }
    expect(problems).toHaveLength(51);
    expect(problems.at(-1)?.message).toBe('8950 more members are not known');
  });

  test('a list of texts has an end', () => {
    const list = (length: number) => JSON.stringify({ names: Array.from({ length }, () => 'x') });
    expect(readBody(list(5000), { names: texts })).toBeDefined();
    expect(() => readBody(list(5001), { names: texts })).toThrow('at most 5000 texts');
  });
});

describe('one call', () => {
  const event = (userArn: string, body: string | null = null) => ({
    httpMethod: 'GET',
    resource: '/x',
    pathParameters: null,
    queryStringParameters: null,
    body,
    requestContext: { requestId: 'r-1', identity: { userArn } },
  });
  const ARN = (account: string) => `arn:aws:sts::${account}:assumed-role/some/x`;
  const said: unknown[] = [];
  const answer = (work: () => Promise<object>, { share = new FairShare(() => 0), arn = ARN('222222222222') } = {}) =>
    answerCall(event(arn), { 'GET /x': async () => ok(await work()) }, {
      members: async () => TOPOLOGY,
      share,
      limits: COMMAND_LIMITS,
      now: () => new Date(0),
      logger: { warn: (message: string, more: object) => said.push(message, more) },
    } as never);

  test('an answer that would not fit is refused with what to do', async () => {
    const { statusCode, body } = await answer(async () => ({ text: 'x'.repeat(5_600_000) }));
    expect([statusCode, JSON.parse(body).error.code]).toEqual([413, 'WEFT-API-009']);
  });

  test('who takes more than a share is told when to come again, and nothing is begun', async () => {
    let clock = 0;
    const share = new FairShare(() => clock);
    share.took('333333333333', 5);
    share.took('222222222222', 12_000);
    const none = async () => Promise.reject(new Error('it was begun'));
    const { statusCode, body, headers } = await answer(none, { share });
    expect([statusCode, headers?.['retry-after'], JSON.parse(body).error.code]).toEqual([429, '4', 'WEFT-API-010']);
    clock = 4_000;
    expect((await answer(async () => ({}), { share })).statusCode).toBe(200);
  });

  test('an error of ours is told by its request id: no text, no stack', async () => {
    for (const error of [
      new Error('swordfish'),
      new WeftError('WEFT-X-001', 'swordfish'),
      new RangeError('swordfish'),
    ]) {
      const { statusCode, body } = await answer(() => Promise.reject(error));
      expect([statusCode, body.includes('swordfish'), body.includes('.ts:'), body.includes('r-1')]).toEqual([
        500,
        false,
        false,
        true,
      ]);
    }
  });
});

test('a log names what a user did wrong by code and place, without a word of what was sent', () => {
  const problems = [{ code: 'WEFT-API-002', severity: 'error' as const, message: 'swordfish', line: 3 }];
  const told = toldInLogs(
    userError('WEFT-API-002', 'swordfish', { problems, hint: 'swordfish', details: { a: 'swordfish' } }),
  );
  expect(told).toEqual({ code: 'WEFT-API-002', problems: [{ code: 'WEFT-API-002', line: 3 }] });
});
