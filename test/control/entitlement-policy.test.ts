import { expect, test } from '@jest/globals';
import { grantEntitlement } from '#control/entitlement/grant.ts';
import type { ApiDeps } from '#control/request.ts';
import { createPolicyEngine } from '#mesh/policy/cedar-engine.ts';
import { column, product, table } from '../mesh/fixtures.ts';
import { BUILT_IN, cedar, setOf } from '../mesh/policy/engine.ts';
import { callerAs, createWorld, TOPOLOGY } from './world.ts';

test('policy is asked about each domain that an entitlement of the organization reaches', async () => {
  const world = await createWorld();
  await world.registry.write([
    { record: product([table('t0', [column('id', 'int', 'internal')])]), replaces: undefined },
  ]);
  const own = `@id("not-research") @message("research gets nothing unasked")
    forbid (principal, action == Weft::Action::"share", resource) when { context.consumer == Weft::Domain::"research" };`;
  const sets = [...BUILT_IN, setOf('sales', own)];
  const engine = createPolicyEngine({ cedar: cedar(), sets, ladder: TOPOLOGY.classification, name: 'each consumer' });
  const deps: ApiDeps = {
    ...world.governance,
    topology: async () => ({ ...TOPOLOGY, organization: 'o-aaaaaaaaaa' }),
    policy: async () => engine,
  };
  const grant = (to: string) =>
    grantEntitlement(
      { domain: 'sales', to, classification: 'internal', purpose: 'to know' },
      { caller: callerAs('sales/steward'), correlation: 'c' },
      deps,
    );
  await expect(grant('research')).rejects.toMatchObject({ code: 'WEFT-ENTITLEMENT-005' });
  await expect(grant('arn:aws:organizations::111111111111:organization/o-aaaaaaaaaa')).rejects.toMatchObject({
    code: 'WEFT-ENTITLEMENT-005',
  });
  expect((await grant('finance')).changed).toBe(true);
});

test.each([
  ['no product', []],
  ['a product that shows nothing yet', [product([table('t0', [column('id', 'int')])])]],
])('a level that policy keeps from whole accounts is refused for a domain with %s', async (_name, products) => {
  const world = await createWorld();
  for (const record of products) await world.registry.write([{ record, replaces: undefined }]);
  const grant = (classification: string) =>
    grantEntitlement(
      { domain: 'sales', to: 'finance', classification, purpose: 'to know' },
      { caller: callerAs('sales/steward'), correlation: 'c' },
      world.governance,
    );
  await expect(grant('secret')).rejects.toMatchObject({ code: 'WEFT-ENTITLEMENT-005' });
  expect((await grant('internal')).changed).toBe(true);
});

test('nor does the platform team give across domains what a domain without products would have to be asked for', async () => {
  const world = await createWorld();
  const grant = (classification: string) =>
    grantEntitlement(
      { to: 'finance', classification, purpose: 'to know' },
      { caller: callerAs('governance/platform'), correlation: 'c' },
      world.governance,
    );
  await expect(grant('internal')).rejects.toMatchObject({ code: 'WEFT-ENTITLEMENT-005' });
  expect((await grant('public')).changed).toBe(true);
});
