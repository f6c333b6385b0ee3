import { beforeEach, describe, expect, test } from '@jest/globals';
import { digestOf, setsInForce, takeDeployed } from '#control/policy-sets.ts';
import { ROUTES } from '#lambdas/api/routes.ts';
import { errorResult } from '#lambdas/shared/answer.ts';
import type { PolicySet } from '#mesh/policy/policy-sets.ts';
import type { PolicySetRecord } from '#mesh/policy-set/policy-set.ts';
import { callerAs, createWorld, TOPOLOGY, type World } from '../control/world.ts';
import { BUILT_IN } from '../mesh/policy/engine.ts';

const [GLOBAL] = BUILT_IN as readonly [PolicySet];
const note = (id: string, scope = 'global') => ({
  ...(scope === 'global' ? GLOBAL.files : {}),
  [`${scope}/note.cedar`]: `@id("${id}")\n@message("nothing")\nforbid(principal, action == Weft::Action::"export", resource);\n`,
});

describe('the API of policies', () => {
  let world: World;
  let inForce: () => Promise<readonly PolicySet[]>;

  beforeEach(async () => {
    world = await createWorld();
    inForce = setsInForce(world.governance.policies);
    await inForce();
  });

  const call = async (
    route: string,
    as: string,
    rest: { path?: Record<string, string>; body?: unknown; session?: string } = {},
  ) => {
    const work = ROUTES[route];
    if (work === undefined) throw new Error(`no route ${route}`);
    const request = { caller: callerAs(as, rest.session), correlation: 'c-1' };
    try {
      const body = rest.body === undefined ? null : JSON.stringify(rest.body);
      return await work({ path: rest.path ?? {}, query: {}, body }, request, world.governance);
    } catch (error) {
      const { statusCode, body } = errorResult(error, 'r-1');
      return { status: statusCode, body: JSON.parse(body) };
    }
  };
  const propose = (as: string, scope = 'global', files: object = note('x.one', scope)) =>
    call('POST /policies', as, { body: { scope, files, reason: 'because' } });
  const decide = (as: string, set: PolicySetRecord, decision = 'approve', session?: string) =>
    call('POST /policies/{scope}/{version}/decision', as, {
      path: { scope: set.scope, version: set.digest },
      body: { decision },
      session,
    });
  const setIn = (answer: { body: object }) => (answer.body as { set: PolicySetRecord }).set;
  const codeOf = (answer: { body: object }) => (answer.body as { error?: { code: string } }).error?.code;
  const versions = async () => (await inForce()).map(({ scope, digest }) => [scope, digest]);
  const shown = (answer: { status: number; body: object }) => [answer.status, codeOf(answer)];

  test('the set that came with the stacks is in force, and taking it in again changes nothing', async () => {
    expect(await versions()).toEqual([['global', GLOBAL.digest]]);
    const before = await world.governance.policies.store.heads();
    await takeDeployed(world.governance.policies);
    expect(await world.governance.policies.store.heads()).toEqual(before);
    expect(digestOf(GLOBAL.files)).toBe(GLOBAL.digest);
  });

  test.each([
    ['governance/platform', 'global', 202],
    ['sales/steward', 'global', 202],
    ['sales/producer', 'global', 403],
    ['sales/analyst', 'global', 403],
    ['governance/auditor', 'global', 403],
    ['sales/steward', 'sales', 202],
    ['governance/platform', 'sales', 202],
    ['finance/steward', 'sales', 403],
    ['sales/producer', 'sales', 403],
    ['governance/platform', 'marketing', 404],
  ])('%s proposes for %s: %i', async (as, scope, status) => {
    expect((await propose(as, scope)).status).toBe(status);
  });

  test.each([
    ['sales/steward', 202, undefined],
    ['finance/steward', 202, undefined],
    ['sales/producer', 403, 'WEFT-AUTH-002'],
    ['sales/analyst', 403, 'WEFT-AUTH-002'],
    ['governance/platform', 403, 'WEFT-AUTH-002'],
    ['governance/auditor', 403, 'WEFT-AUTH-002'],
  ])('%s votes about everybody: %i', async (as, status, code) => {
    const set = setIn(await propose('governance/platform'));
    expect(shown(await decide(as, set))).toEqual([status, code]);
  });

  test('with only the platform for it, a change stays pending; with the quorum it decides at once', async () => {
    const set = setIn(await propose('governance/platform'));
    expect(set).toMatchObject({ state: 'proposed', reason: 'because', council: { quorum: 2 } });
    expect((await decide('governance/platform', set)).status).toBe(403);
    expect(await versions()).toEqual([['global', GLOBAL.digest]]);
    expect(setIn(await decide('sales/steward', set)).state).toBe('proposed');
    expect(setIn(await decide('sales/steward', set, 'approve', 'somebody-else')).votes).toHaveLength(1);
    expect(await versions()).toEqual([['global', GLOBAL.digest]]);
    expect(setIn(await decide('finance/steward', set)).state).toBe('in-force');
    expect(await versions()).toEqual([['global', set.digest]]);
    expect(shown(await decide('research/steward', set))).toEqual([409, 'WEFT-POLICY-044']);
  });

  test('enough rejections end it, and it can be proposed again', async () => {
    const set = setIn(await propose('sales/steward'));
    await decide('finance/steward', set, 'reject');
    expect(setIn(await decide('research/steward', set, 'reject')).state).toBe('rejected');
    expect(await versions()).toEqual([['global', GLOBAL.digest]]);
    expect(setIn(await propose('sales/steward'))).toMatchObject({ state: 'proposed', votes: [] });
  });

  test('a newer proposal takes the place of an open one, whose voices are gone', async () => {
    const older = setIn(await propose('sales/steward'));
    await decide('sales/steward', older);
    const newer = setIn(await propose('finance/steward', 'global', note('x.two')));
    expect(shown(await decide('finance/steward', older))).toEqual([409, 'WEFT-POLICY-044']);
    expect(setIn(await decide('finance/steward', newer)).state).toBe('proposed');
    const { body } = await call('GET /policies/{scope}/{version}', 'sales/analyst', {
      path: { scope: 'global', version: older.digest.slice(0, 8) },
    });
    expect(body).toMatchObject({ set: { state: 'superseded' }, files: note('x.one') });
  });

  test("a domain's own set waits for its steward alone, once it has one", async () => {
    const first = setIn(await propose('governance/platform', 'sales'));
    expect(first.state).toBe('in-force');
    const second = setIn(await propose('governance/platform', 'sales', note('x.two', 'sales')));
    expect(second.state).toBe('proposed');
    expect(shown(await decide('finance/steward', second))).toEqual([403, 'WEFT-POLICY-045']);
    expect(setIn(await decide('sales/steward', second)).state).toBe('in-force');
    expect(await versions()).toEqual([
      ['global', GLOBAL.digest],
      ['sales', second.digest],
    ]);
  });

  test.each([
    ['no Cedar', { 'global/a.cedar': 'permit(' }, 400, 'WEFT-POLICY-040'],
    ['a policy without a name', { 'global/a.cedar': 'permit(principal, action, resource);' }, 400, 'WEFT-POLICY-040'],
    [
      'a fact that the schema does not know',
      {
        'global/a.cedar':
          '@id("a.b") @message("m") forbid(principal, action, resource) when { resource.colour == "red" };',
      },
      400,
      'WEFT-POLICY-040',
    ],
    ['what is in force', GLOBAL.files, 409, 'WEFT-POLICY-042'],
    ['300 KB and more', { 'global/a.cedar': `// ${'x'.repeat(300 * 1024)}` }, 413, 'WEFT-POLICY-041'],
    ['no texts', { 'global/a.cedar': 7 }, 400, 'WEFT-API-002'],
  ])('refuses %s', async (_what, files, status, code) => {
    expect(shown(await propose('sales/steward', 'global', files as object))).toEqual([status, code]);
  });

  test('a changed set that comes with the stacks is a proposal by itself, once', async () => {
    const files = note('x.deployed');
    const set = { scope: 'global', files, digest: digestOf(files) };
    const deps = { ...world.governance.policies, deployed: () => [set] };
    expect((await setsInForce(deps)()).map(({ digest }) => digest)).toEqual([GLOBAL.digest]);
    const [head] = await deps.store.heads();
    expect(head).toMatchObject({ inForce: GLOBAL.digest, proposed: set.digest });
    const record = (await deps.store.version('global', set.digest)) as PolicySetRecord;
    expect(record).toMatchObject({ state: 'proposed', proposedBy: 'weft:deploy' });
    await decide('sales/steward', record, 'reject');
    await decide('finance/steward', record, 'reject');
    await takeDeployed(deps);
    expect(await deps.store.version('global', set.digest)).toMatchObject({ state: 'rejected' });
  });

  test('a broken set that comes with the stacks is shown and never proposed', async () => {
    const files = { 'global/a.cedar': 'permit(' };
    const policies = {
      ...world.governance.policies,
      deployed: () => [{ scope: 'global', files, digest: digestOf(files) }],
    };
    const route = ROUTES['GET /policies'];
    const request = { caller: callerAs('sales/analyst'), correlation: 'c-1' };
    const answer = await route?.({ path: {}, query: {}, body: null }, request, { ...world.governance, policies });
    expect(answer?.body).toMatchObject({
      scopes: [{ scope: 'global', inForce: { digest: GLOBAL.digest }, council: { quorum: 2 } }],
      refused: [{ scope: 'global', problems: [expect.any(String)] }],
    });
  });

  test('a change past the mesh shows: nobody decides by it', async () => {
    const { policies } = world.governance;
    const set = setIn(await propose('governance/platform'));
    const [head] = await policies.store.heads();
    if (head === undefined) throw new Error('no head');
    const { proposed: _, ...rest } = head;
    const change = { ...rest, inForce: set.digest, revision: head.revision + 1 };
    const forged = { ...set, state: 'in-force' as const, revision: set.revision + 1 };
    await policies.store.write({ head: change, sets: [forged] });
    await expect(setsInForce({ ...policies, deployed: () => [] })()).rejects.toMatchObject({
      code: 'WEFT-POLICY-048',
    });
  });

  test('a text that was changed past the mesh decides nothing', async () => {
    const { policies } = world.governance;
    const [head] = await policies.store.heads();
    if (head === undefined) throw new Error('no head');
    const weaker = { ...GLOBAL, files: { 'global/a.cedar': 'permit(principal, action, resource);' } };
    await policies.store.write({ head: { ...head, revision: head.revision + 1 }, sets: [] }, weaker);
    await expect(setsInForce(policies)()).rejects.toMatchObject({ code: 'WEFT-POLICY-047' });
    // Who had read the right text before goes on with it.
    expect(await versions()).toEqual([['global', GLOBAL.digest]]);
  });

  test('two votes at once are both counted', async () => {
    const set = setIn(await propose('governance/platform'));
    const both = await Promise.all([decide('sales/steward', set), decide('finance/steward', set)]);
    expect(both.map(({ status }) => status)).toEqual([202, 202]);
    expect(await versions()).toEqual([['global', set.digest]]);
    expect(TOPOLOGY.governance).toBeUndefined();
  });
});
