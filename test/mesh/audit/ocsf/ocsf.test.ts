import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ENTRY_KINDS } from '#mesh/audit/kind.ts';
import { type ExportedAct, type ExportedRead, eventOfRead, eventsOfAct } from '#mesh/audit/ocsf/map.ts';
import { validateEvent } from '#mesh/audit/ocsf/validate.ts';
import { act } from '../report/fixtures.ts';

const exported = (id: string, more: Partial<ExportedAct> = {}): ExportedAct => ({
  ...act(id, more),
  principals: ['arn:aws:iam::2:role/a', 'arn:aws:iam::2:role/b'],
  version: '',
  ...more,
});

const READ: ExportedRead = {
  at: '2026-07-01T00:00:00.000Z',
  account: '222222222222',
  principal: 'arn:aws:sts::222222222222:assumed-role/analyst/ann@x.example',
  service: 'ATHENA',
  domain: 'd',
  product: 'p',
  major: '1',
  table: 't',
  columns: ['a', 'b'],
  subscription: 's',
  queryId: 'q1',
  sql: 'SELECT 1',
  state: 'SUCCEEDED',
};

describe('an entry as OCSF', () => {
  test('access given and taken is one event for each principal', () => {
    const given = eventsOfAct(exported('a@3', { stateBefore: 'approved', stateAfter: 'active' }), 'm');
    expect(given.map(({ type_uid, user, metadata }) => [type_uid, user?.uid, metadata.uid])).toEqual([
      [300501, 'arn:aws:iam::2:role/a', 'a@3'],
      [300501, 'arn:aws:iam::2:role/b', 'a@3#2'],
    ]);
    const [taken] = eventsOfAct(exported('a@3', { stateBefore: 'revoking', stateAfter: 'revoked' }), 'm');
    expect(taken).toMatchObject({ class_uid: 3005, activity_id: 2, privileges: ['SELECT'] });
  });

  test.each([
    [{ id: 'a@1', stateBefore: '' }, 300401],
    [{ id: 'a@2', stateBefore: 'pending' }, 300403],
    [{ id: 'a@2', action: 'RecordDeleted' }, 300404],
    [{ id: 'event/x', kind: 'event' as const }, 300499],
    [{ id: 'a@2', action: 'SubscriptionSuspended', stateBefore: 'active', stateAfter: 'active' }, 300412],
    [{ id: 'a@2', action: 'SubscriptionResumed', stateBefore: 'active', stateAfter: 'active' }, 300413],
  ])('%j is a change of a record', ({ id, ...more }, type) => {
    expect(eventsOfAct(exported(id, more), 'm')).toMatchObject([{ type_uid: type, entity: { type: 'subscription' } }]);
  });

  test('a denied attempt is a failed call', () => {
    const [event] = eventsOfAct(exported('attempt/x', { kind: 'denied', reason: 'no purpose' }), 'm');
    expect(event).toMatchObject({
      class_uid: 6003,
      status_id: 2,
      status_detail: 'no purpose',
      src_endpoint: { uid: '210000000014' },
    });
  });

  test('a read is a query of a table, and a refused one a failure', () => {
    expect(eventOfRead(READ, 'm')).toMatchObject({
      class_uid: 6005,
      activity_id: 4,
      status_id: 1,
      actor: { user: { email_addr: 'ann@x.example' } },
    });
    expect(eventOfRead({ ...READ, state: 'FAILED' }, 'm').status_id).toBe(2);
  });
});

describe('the schema', () => {
  test('takes every event of whatever the trail may hold', () => {
    const text = fc.string();
    // An entry always has these.
    const named = fc.string({ minLength: 1 }).filter((one) => one.trim() !== '');
    const entry = fc.record({
      id: named.map((one) => `record/${one}@1`),
      kind: fc.constantFrom(...ENTRY_KINDS),
      actor: fc.oneof(text, fc.constant('weft:reconcile'), fc.constant('arn:aws:sts::210000000014:assumed-role/r/s')),
      action: named,
      entity: fc.constantFrom('product', 'subscription', 'share', 'policy-set', 'attempt'),
      correlation: text,
      reason: text,
      summary: text,
      domain: text,
      product: text,
      subscription: text,
      consumer: text,
      stateBefore: fc.constantFrom('', 'pending', 'active', 'revoking'),
      stateAfter: fc.constantFrom('', 'active', 'revoked', 'expired'),
      principals: fc.array(fc.string({ minLength: 1 })),
      version: text,
    });
    fc.assert(
      fc.property(entry, (one) => {
        for (const event of eventsOfAct(exported(one.id, one as Partial<ExportedAct>), 'm'))
          expect(validateEvent(event)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(
        fc.record({ sql: text, queryId: text, service: text, principal: text, state: text, subscription: text }),
        (one) => {
          expect(validateEvent(eventOfRead({ ...READ, ...one }, 'm'))).toEqual([]);
        },
      ),
    );
  });

  const event = eventOfRead(READ, 'm');
  test.each<[string, unknown, RegExp]>([
    ['another class', { ...event, class_uid: 1001 }, /class_uid 1001/],
    ['no event', 'x', /class_uid/],
    ['another version', { ...event, metadata: { ...event.metadata, version: '1.0.0' } }, /metadata.version/],
    ['an activity that the class does not know', { ...event, activity_id: 77, type_uid: 600577 }, /activity_id is 77/],
    ['a type that is not that of class and activity', { ...event, type_uid: 600501 }, /type_uid 600501/],
    ['a time in words', { ...event, time: '2026' }, /time is no integer/],
    ['no actor', { ...event, actor: undefined }, /actor is missing/],
    ['nothing that was read', { ...event, table: undefined }, /none of database, databucket, table/],
    ['a query without its text', { ...event, query_info: { uid: 'q' } }, /query_info.query_string is missing/],
    ['an attribute of our own making', { ...event, weft: 1 }, /weft is no attribute/],
    [
      'a user without a name',
      { ...event, actor: { user: { type_id: 1 } } },
      /actor.user has none of account, name, uid/,
    ],
    ['a severity that is none', { ...event, severity_id: 7 }, /severity_id is 7/],
  ])('refuses %s', (_name, broken, problem) => {
    expect(validateEvent(broken).join('; ')).toMatch(problem);
  });
});
