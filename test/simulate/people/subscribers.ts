import { decide, revokeSubscription } from '#control/decide.ts';
import { renewSubscription } from '#control/renew.ts';
import { requestSubscription } from '#control/request-subscription.ts';
import { suspendSubscription } from '#control/suspend.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { domainRoleName, roleArn } from '#mesh/topology/names.ts';
import { accountOf, TOPOLOGY } from '../../control/world.ts';
import { type SimulatedVersion, VERSIONS } from '../contract.ts';
import { type Command, inDays, type Stage } from './stage.ts';

const FILTERS = ["state = 'TX'", 'id > 10', "state IN ('TX', 'CA')"];

/** Those who want data, and those who let them have it. */
export const SUBSCRIBERS: Readonly<Record<string, Command>> = {
  request: async (stage) => {
    const open = (await stage.now()).versions.map(({ product }) => product).filter(({ state }) => state === 'active');
    // Whoever has something wants more of it: what is given to one and taken from another stands in the same places.
    const held = await subscriptions(stage, ({ state }) => state === 'active');
    const beside = held.length > 0 && stage.random.chance(0.6) ? stage.random.pick(held) : undefined;
    const own = open.find(({ name, major }) => name === beside?.product && major === beside.major);
    const version = own ?? stage.random.pick(open.length > 0 && stage.random.chance(0.95) ? open : VERSIONS);
    const others = TOPOLOGY.domains.filter(({ name }) => name !== version.domain);
    const consumer = own === undefined ? stage.random.pick(others).name : (beside?.consumer ?? '');
    const wish = wishFor(version, consumer, stage);
    return (await requestSubscription(wish, stage.by(`${consumer}/analyst`), stage.api)).subscription;
  },
  decide: async (stage) => {
    const found = stage.random.pick(
      await subscriptions(stage, ({ state, renewal }) => state === 'pending' || !!renewal),
    );
    const decision = stage.random.chance(0.85) ? ('approve' as const) : ('reject' as const);
    const narrower =
      decision === 'approve' && found.renewal === undefined && stage.random.chance(0.2)
        ? { clearance: 'internal' }
        : {};
    const wish = { decision, reason: 'simulated', ...narrower };
    return (await decide(found.id, wish, stage.by(`${found.domain}/steward`), stage.api)).subscription;
  },
  revoke: async (stage) => {
    const found = stage.random.pick(
      await subscriptions(stage, ({ state }) => !['revoked', 'rejected', 'revoking'].includes(state)),
    );
    const by = stage.by(`${stage.random.pick([found.domain, found.consumer])}/steward`);
    return revokeSubscription(found.id, 'simulated', by, stage.api);
  },
  suspend: async (stage) => {
    const found = stage.random.pick(
      await subscriptions(stage, ({ state }) => state === 'active' || state === 'approved'),
    );
    const by = stage.by(`${stage.random.pick([found.domain, found.consumer])}/steward`);
    const action = found.suspensions === undefined || stage.random.chance(0.2) ? 'suspend' : 'resume';
    return suspendSubscription(found.id, { action, reason: 'simulated' }, by, stage.api);
  },
  renew: async (stage) => {
    const found = stage.random.pick(
      await subscriptions(stage, ({ state }) => state === 'active' || state === 'expiring'),
    );
    const by = stage.by(stage.random.pick([`${found.domain}/steward`, `${found.consumer}/analyst`]));
    const until = inDays(stage, stage.random.below(60));
    return renewSubscription(found.id, found.expiresAt === undefined ? {} : { until }, by, stage.api);
  },
};

async function subscriptions(
  stage: Stage,
  which: (subscription: SubscriptionRecord) => boolean,
): Promise<SubscriptionRecord[]> {
  return (await stage.now()).versions.flatMap((version) => version.subscriptions).filter(which);
}

function wishFor({ domain, name, major }: SimulatedVersion, consumer: string, stage: Stage) {
  const { random } = stage;
  const roles = ['analyst', 'service'].map((kind) =>
    roleArn(accountOf(consumer), domainRoleName(TOPOLOGY.mesh, consumer, kind as 'analyst')),
  );
  const shaped = random.chance(0.25) ? { tables: [random.pick(['entries', 'people_masked'])] } : {};
  return {
    domain,
    name,
    major,
    principals: random.chance(0.3) ? roles : [random.pick(roles)],
    purpose: 'simulated',
    clearance: random.pick(['public', 'internal', 'confidential']),
    ...shaped,
    ...(random.chance(0.3) && !('tables' in shaped) ? { rows: { entries: random.pick(FILTERS) } } : {}),
    ...(random.chance(0.2) ? { columns: { entries: ['id', 'state'] } } : {}),
    ...(random.chance(0.4) ? { expiresAt: inDays(stage, 1 + random.below(40)) } : {}),
  };
}
