import { beforeEach, describe, expect, test } from '@jest/globals';
import { AwsError } from '#local/core/error.ts';
import type { Call } from '#local/core/service.ts';
import { condition } from '#mesh/record.ts';
import type { AccessScope } from '#mesh/subscription/subscription.ts';
import { column, product, role, subscription, table } from '../mesh/fixtures.ts';
import { accountOf, createWorld, DATABASE, GOVERNANCE, type World } from './world.ts';

const COLUMNS = [column('id', 'int', 'public'), column('email', 'string', 'confidential')];
const FINANCE = accountOf('finance');

/** What breaks in systems of this field, and what AWS does to everybody, played against ours on the local cloud. */
describe('defects of the field', () => {
  let world: World;

  beforeEach(async () => {
    world = await createWorld();
    await world.registry.write([{ record: product([table('t0', COLUMNS)]), replaces: undefined }]);
  });

  const subscribe = async (scope: AccessScope = { clearance: 'secret' }) => {
    const { product: before } = await world.version();
    const generation = before.generation + 1;
    await world.registry.write([
      { record: { ...before, generation, revision: before.revision + 1 }, replaces: before.revision },
      { record: subscription('finance', scope, { state: 'approved', generation }), replaces: undefined },
    ]);
  };

  const unsubscribe = async () => {
    const { product: before, subscriptions } = await world.version();
    const [found] = subscriptions as [(typeof subscriptions)[number]];
    const generation = before.generation + 1;
    await world.registry.write([
      { record: { ...before, generation, revision: before.revision + 1 }, replaces: before.revision },
      { record: { ...found, state: 'revoking', generation, revision: found.revision + 1 }, replaces: found.revision },
    ]);
  };

  const state = async () => (await world.version()).subscriptions[0]?.state;

  /** Refuses calls of an action; `times` of them, or all. */
  const refuse = (action: string, error: AwsError, times = Number.POSITIVE_INFINITY) => {
    let left = times;
    return world.cloud.observe({
      before: (call: Call) => {
        if (call.action !== action || left <= 0) return;
        left -= 1;
        throw error;
      },
    });
  };

  test('an entry in `Failures` of an answer with status 200 keeps the subscription from becoming active', async () => {
    await world.run();
    await subscribe();
    const stop = world.cloud.observe({
      after: ({ action, input }, { output }) => {
        if (action !== 'lakeformation:BatchGrantPermissions') return;
        const [entry] = (input as { Entries: unknown[] }).Entries;
        const Failures = [
          { RequestEntry: entry, Error: { ErrorCode: 'InvalidInputException', ErrorMessage: 'not this one' } },
        ];
        Object.assign(output as object, { Failures });
      },
    });
    const drop = dropFirstGrant(world);
    const { result, problems } = await world.run();
    drop();
    stop();
    expect([result, problems.join()]).toEqual(['failed', expect.stringContaining('not this one')]);
    await world.agents();
    expect(await state()).toBe('approved');
    await world.settle();
    expect(await state()).toBe('active');
  });

  test('an account that got a grant gets it for its roles too, so that the analyst sees the tables', async () => {
    await world.run();
    await subscribe();
    await world.settle();
    const target = await world.agentOf('finance').lakeFormation.onAllTables(GOVERNANCE, DATABASE);
    const analyst = target.filter(({ principal }) => principal === role('finance'));
    expect(analyst.flatMap(({ permissions }) => permissions)).toContain('SELECT');
  });

  test('a revocation revokes exactly what was granted, with columns withheld too', async () => {
    await world.run();
    await subscribe({ clearance: 'public' });
    await world.settle();
    expect(await state()).toBe('active');
    await unsubscribe();
    await world.settle();
    expect(await state()).toBe('revoked');
    expect(await world.grantsIn(FINANCE)).toEqual([]);
    expect(await world.grantsIn(GOVERNANCE)).toEqual([]);
  });

  test('a revocation of what is already gone is done, not failed', async () => {
    await world.run();
    await subscribe();
    await world.settle();
    await unsubscribe();
    const { lakeFormation } = world.agentOf('finance');
    const held = (await lakeFormation.onAllTables(GOVERNANCE, DATABASE)).filter(
      ({ principal }) => principal === role('finance'),
    );
    expect((await lakeFormation.apply(held.map((grant) => ({ kind: 'revoke', grant })))).failed).toEqual([]);
    const again = await lakeFormation.apply(held.map((grant) => ({ kind: 'revoke', grant })));
    expect([again.done.length, again.failed]).toEqual([held.length, []]);
    await world.settle();
    expect(await state()).toBe('revoked');
  });

  test.each([
    ['a throttle', new AwsError('ThrottlingException', 'Rate exceeded')],
    [
      'a throttle disguised as bad input',
      new AwsError('InvalidInputException', 'Rate exceeded (Service: x; Throttling)'),
    ],
    ['a concurrent change', new AwsError('ConcurrentModificationException', 'somebody else is at it')],
    ['a fault of the service', new AwsError('InternalServiceException', 'oops', 500)],
  ])('%s is tried again with growing pauses that count', async (_name, error) => {
    await world.run();
    await subscribe();
    const stop = refuse('lakeformation:BatchGrantPermissions', error, 3);
    expect((await world.run()).result).toBe('converged');
    stop();
    expect(world.patience.pauses).toEqual([50, 100, 200]);
  });

  test('a throttle without end is given up after six tries, and the next request converges', async () => {
    await world.run();
    await subscribe();
    const { calls } = await world.count(async () => {
      const stop = refuse('lakeformation:BatchGrantPermissions', new AwsError('ThrottlingException', 'Rate exceeded'));
      await expect(world.run()).rejects.toMatchObject({ name: 'ThrottlingException' });
      stop();
    });
    expect(calls['lakeformation:BatchGrantPermissions']).toBe(6);
    await world.settle();
    expect(await state()).toBe('active');
  });

  test('a permanent refusal is not repeated; it stands in the condition', async () => {
    const { calls, value } = await world.count(async () => {
      const denied = new AwsError('AccessDeniedException', 'Required Create Database on Catalog');
      const stop = refuse('glue:CreateDatabase', denied);
      const reconciled = await world.run();
      stop();
      return reconciled;
    });
    expect([value.result, calls['glue:CreateDatabase']]).toEqual(['failed', 1]);
    const registered = condition((await world.version()).product, 'Registered');
    expect(registered).toMatchObject({
      status: 'false',
      reason: 'RefusedByGlue',
      message: expect.stringContaining('Create Database'),
    });
    expect((await world.run()).result).toBe('converged');
  });

  test('a grant that was applied although the answer denied it counts as granted', async () => {
    await world.run();
    await subscribe();
    const stop = world.cloud.observe({
      after: ({ action, input }, { output }) => {
        if (action !== 'lakeformation:BatchGrantPermissions') return;
        const denied = {
          ErrorCode: 'AccessDeniedException',
          ErrorMessage: 'Resource does not exist or requester is not authorized to access requested permissions.',
        };
        const Failures = (input as { Entries: unknown[] }).Entries.map((RequestEntry) => ({
          RequestEntry,
          Error: denied,
        }));
        Object.assign(output as object, { Failures });
      },
    });
    expect((await world.run()).result).toBe('converged');
    await world.agents();
    stop();
    expect(await state()).toBe('active');
  });

  test('work that dies between two calls, whichever, converges when it is asked for again', async () => {
    for (let fatal = 1; fatal <= 40; fatal += 3) {
      world = await createWorld();
      await world.registry.write([{ record: product([table('t0', COLUMNS)]), replaces: undefined }]);
      await subscribe({ clearance: 'public', rows: { t0: 'id > 7' } });
      let calls = 0;
      const stop = world.cloud.observe({
        after: () => {
          calls += 1;
          if (calls >= fatal) throw new AwsError('ExpiredTokenException', 'the process died');
        },
      });
      await world.settle().catch(() => undefined);
      stop();
      const died = calls >= fatal;
      await world.settle();
      expect([fatal, await state()]).toEqual([fatal, 'active']);
      await unsubscribe();
      await world.settle();
      await world.settle();
      expect([fatal, await state(), await world.grantsIn(FINANCE)]).toEqual([fatal, 'revoked', []]);
      if (!died) break;
    }
  });

  test('what IAM_ALLOWED_PRINCIPALS holds is revoked before anything is granted across accounts', async () => {
    await world.run();
    const everybody = {
      principal: 'IAM_ALLOWED_PRINCIPALS',
      resource: { kind: 'database' as const, catalogId: GOVERNANCE, database: DATABASE },
      permissions: ['ALL' as const],
      grantable: [],
    };
    expect((await world.governance.lakeFormation.apply([{ kind: 'grant', grant: everybody }])).failed).toEqual([]);
    await subscribe();
    await world.settle();
    expect((await world.grantsIn(GOVERNANCE)).filter((grant) => grant.startsWith('IAM_ALLOWED'))).toEqual([]);
    expect(await state()).toBe('active');
  });
});

/** Turns the first entry of each grant away from its principal, so that what the answer calls failed has failed indeed. */
function dropFirstGrant(world: World): () => void {
  return world.cloud.observe({
    before: ({ action, input }) => {
      if (action !== 'lakeformation:BatchGrantPermissions') return;
      const [first] = (input as { Entries: { Principal: object }[] }).Entries;
      if (first) first.Principal = { DataLakePrincipalIdentifier: `arn:aws:iam::${GOVERNANCE}:role/elsewhere` };
    },
  });
}
