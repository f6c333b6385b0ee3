import type { Plant } from './plants.ts';

/** Defects that no seed has found yet: something heals them, or few seeds come near. `--unproven` looks for them; one that is found moves to `PLANTS` with its seed. */
export const UNPROVEN_PLANTS: readonly Plant[] = [
  {
    name: 'sync: believe whoever reports',
    file: 'lib/control/own-report.ts',
    out: 'from === domain && domainNamed(topology, from)?.account === account',
    in: "from === domain && domainNamed(topology, from)?.account !== ''",
  },
  {
    name: 'sync: tell of a delivery as often as it is reported',
    file: 'lib/control/delivery-report.ts',
    out: '  if (isKnown(deliveries, delivery)) return undefined;\n',
    in: '',
  },
  {
    name: 'entitlements: forget to ask for a look',
    file: 'lib/control/relay.ts',
    out: '  const last = wanted.at(-1);\n  if (last === undefined) return [];',
    in: '  const last = wanted.at(-1);\n  if (last !== null) return [];',
  },
  {
    name: 'policies: go on with those of an earlier look',
    file: 'lib/control/policy-sets.ts',
    out: 'settled.fresh = undefined;',
    in: 'settled.fresh = heads;',
  },
  {
    name: 'forget where grants of earlier intents stood',
    file: 'lib/control/reconcile-outcome.ts',
    out: 'intent: former === undefined ? intent : { ...intent, former: formerOf(former, run.now) },',
    in: 'intent,',
  },
  {
    name: 'count a share as settled that was not read back',
    file: 'lib/control/reconcile-outcome.ts',
    out: "status: run.grants.ok ? 'true' : 'false',",
    in: "status: 'true',",
  },
  {
    name: 'change the catalog before access is narrowed',
    file: 'lib/mesh/plan/before-catalog.ts',
    out: 'return wildcardsOf(actual).some((wildcard) => !wanted.has(wildcard));',
    in: 'return wildcardsOf(actual).some((wildcard) => !wanted.has(wildcard) && wanted.size < 0);',
  },
  {
    name: 'trust a look that lags behind',
    file: 'lib/control/converge.ts',
    out: 'const unseen = round === 1 ?',
    in: 'const unseen = round === 0 ?',
  },
  {
    name: 'trust what is known of LF-Tags after a run that was lost',
    file: 'lib/control/product-tags.ts',
    out: "request.cause === 'change' && request.again !== true;",
    in: "request.cause === 'change';",
  },
  {
    name: 'a retired product keeps its subscribers',
    file: 'lib/mesh/access/compile.ts',
    out: "    product.state !== 'retired' &&\n    !isSuspended(product) &&\n",
    in: '    !isSuspended(product) &&\n',
  },
  {
    name: 'agent: keep a report that the bus did not take for told',
    file: 'lib/control/answer-share.ts',
    out: 'if (lost !== undefined) throw',
    in: 'if (lost === null) throw',
  },
  {
    name: 'agent: of many intents the oldest counts',
    file: 'lib/control/answer-share.ts',
    out: 'generationOf(b) - generationOf(a)',
    in: 'generationOf(a) - generationOf(b)',
  },
  {
    name: 'sync: an older report counts as well',
    file: 'lib/control/sync.ts',
    out: 'const stale = known !== undefined && known.generation > report.report.generation;',
    in: 'const stale = known !== undefined && known.generation > report.report.generation + 1e9;',
  },
  {
    name: 'readiness: a report on an older intent is proof enough',
    file: 'lib/mesh/subscription/readiness.ts',
    out: '(applied.ok || applied.looked === true) && applied.generation >= generation',
    in: '(applied.ok || applied.looked === true) && generation > 0',
  },
  {
    name: 'trail: append what was appended',
    file: 'lib/control/append-log.ts',
    out: 'if (there.get(id) === false && own === entry) fresh.set(id, entry);',
    in: 'if (own === entry) fresh.set(id, entry);',
  },
  {
    name: 'sweep: leave a stopped domain half told',
    file: 'lib/control/suspend-domain.ts',
    out: 'if (record.spreading === true) await spread(record, act, deps);',
    in: 'if (record.spreading === false) await spread(record, act, deps);',
  },
  {
    name: 'entitlements: keep the grants by LF-Tags of one that is over',
    file: 'lib/control/entitlement/reconcile.ts',
    out: 'const access = await convergeTagAccess(standing, {',
    in: 'const access = await convergeTagAccess(chosen, {',
  },
  {
    name: 'rollout: ignore the share',
    file: 'lib/mesh/product/rollout.ts',
    out: 'if (!isLeading(leader) || !followsFirst(leader.id, share)) return false;',
    in: 'if (!isLeading(leader)) return false;',
  },
  {
    name: 'rollout: followers outlive their leader',
    file: 'lib/mesh/product/rollout.ts',
    out: 'leader === undefined || !isLeading(leader) ||',
    in: 'leader === undefined ||',
  },
  {
    name: 'policies: approve without asking again',
    file: 'lib/control/decide.ts',
    out: '  refuseDenied(verdict, access);\n',
    in: '',
  },
  {
    name: 'policies: give a whole account what they forbid',
    file: 'lib/control/entitlement/ask.ts',
    out: "const refused = decision.effect === 'deny' ||",
    in: 'const refused =',
  },
  {
    name: 'registry: a repeated transaction is another one',
    file: 'lib/aws/registry.ts',
    out: ', ClientRequestToken: randomUUID() });',
    in: ' });',
  },
  {
    name: 'revoke before grant',
    file: 'lib/mesh/plan/grants.ts',
    out: "return former.resource.columns === '*' && next.resource.columns !== '*';",
    in: 'return true;',
  },
];
