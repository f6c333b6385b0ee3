import { grantEntitlement } from '#control/entitlement/grant.ts';
import { revokeEntitlement } from '#control/entitlement/revoke.ts';
import { decidePolicies, proposePolicies } from '#control/govern-policies.ts';
import { holdProduct } from '#control/hold.ts';
import { suspendDomain } from '#control/suspend-domain.ts';
import { GLOBAL_SCOPE } from '#mesh/policy/policy-sets.ts';
import { GOVERNANCE_SIDE } from '#mesh/suspension.ts';
import { TOPOLOGY } from '../../control/world.ts';
import { PRODUCTS } from '../contract.ts';
import { frozenFor } from '../policies.ts';
import { type Command, inDays } from './stage.ts';

/** Those who give whole domains something, stop them, or decide what is allowed. */
export const GOVERNORS: Readonly<Record<string, Command>> = {
  entitle: async (stage) => {
    const { random } = stage;
    const { domain } = random.pick(PRODUCTS);
    const to = random.pick(TOPOLOGY.domains.filter(({ name }) => name !== domain)).name;
    const everywhere = random.chance(0.2);
    const wish = {
      ...(everywhere ? {} : { domain }),
      to,
      classification: random.pick(['public', 'internal']),
      purpose: 'simulated',
      ...(random.chance(0.4) ? { expiresAt: inDays(stage, 1 + random.below(40)) } : {}),
    };
    const by = stage.by(everywhere ? 'governance/platform' : `${domain}/steward`);
    const { entitlement, changed } = await grantEntitlement(wish, by, stage.api);
    return changed ? entitlement : undefined;
  },
  disentitle: async (stage) => {
    const { entitlements } = await stage.now();
    const found = stage.random.pick(entitlements.filter(({ state }) => state === 'approved' || state === 'active'));
    const by = stage.by(`${found.selector.domain ?? 'governance'}/${found.selector.domain ? 'steward' : 'platform'}`);
    return revokeEntitlement(found.id, 'simulated', by, stage.api);
  },
  suspendDomain: async (stage) => {
    const { random } = stage;
    const stopped = (await stage.mesh.world.registry.domains()).filter(({ stops }) => stops.length > 0);
    const resumes = stopped.length > 0 && random.chance(0.8);
    const found = resumes ? random.pick(stopped) : undefined;
    const name = found?.name ?? random.pick(TOPOLOGY.domains).name;
    const side = found?.stops[0]?.side ?? random.pick([name, GOVERNANCE_SIDE]);
    const by = stage.by(side === GOVERNANCE_SIDE ? 'governance/platform' : `${side}/steward`);
    const action = resumes ? ('resume' as const) : ('suspend' as const);
    return suspendDomain(name, { action, reason: 'simulated' }, by, stage.api);
  },
  propose: async (stage) => {
    const { random } = stage;
    const frozen = TOPOLOGY.domains.map(({ name }) => name).filter(() => random.chance(0.25));
    const by = stage.by(`${random.pick(TOPOLOGY.domains).name}/steward`);
    return proposePolicies(
      { scope: GLOBAL_SCOPE, files: frozenFor(frozen), reason: 'simulated' },
      by,
      stage.api.policies,
    );
  },
  vote: async (stage) => {
    const { random } = stage;
    const head = (await stage.api.policies.store.heads()).find(({ scope }) => scope === GLOBAL_SCOPE);
    const proposed = random.pick(head?.proposed === undefined ? [] : [head.proposed]);
    const said = { decision: random.chance(0.8) ? ('approve' as const) : ('reject' as const), reason: 'simulated' };
    const by = stage.by(`${random.pick(TOPOLOGY.domains).name}/steward`);
    return decidePolicies(GLOBAL_SCOPE, proposed, said, by, stage.api.policies);
  },
  hold: async (stage) => {
    const { product } = stage.random.pick((await stage.now()).versions);
    const placed = product.holds?.[0];
    const wish =
      placed === undefined
        ? { action: 'place' as const, reason: 'simulated' }
        : { action: 'release' as const, hold: placed.id, reason: 'simulated' };
    const by = stage.by(placed === undefined ? `${product.domain}/steward` : 'governance/auditor');
    return (await holdProduct(product, wish, by, stage.api)).products[0];
  },
};
