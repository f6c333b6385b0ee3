import type { Plant } from './plants.ts';

/** A defect that no seed has found yet. */
export interface UnprovenPlant extends Plant {
  /** What has to come together. */
  readonly why: string;
  /** The test that fails with it; absent where none does. */
  readonly heldBy?: string;
}

/** What the simulator comes near too seldom, and a test of its own finds. `--unproven` looks for them; one that is found moves to `PLANTS` with its seed. */
export const UNPROVEN_PLANTS: readonly UnprovenPlant[] = [
  {
    name: 'forget where grants of earlier intents stood',
    file: 'lib/control/reconcile-outcome.ts',
    out: 'intent: former === undefined ? intent : { ...intent, former: formerOf(former, run.now) },',
    in: 'intent,',
    why: 'an agent finds what it left at the same tables with its next look, unless a list lags at that very moment',
    heldBy: 'test/control/lagging-lists.test.ts',
  },
  {
    name: 'count a share as settled that was not read back',
    file: 'lib/control/reconcile-outcome.ts',
    out: "status: run.grants.ok ? 'true' : 'false',",
    in: "status: 'true',",
    why: 'a run has to end with something open, and no sweep to come before the next look; with other seeds `honest-status` found it',
  },
  {
    name: 'change the catalog before access is narrowed',
    file: 'lib/mesh/plan/before-catalog.ts',
    out: 'return wildcardsOf(actual).some((wildcard) => !wanted.has(wildcard));',
    in: 'return wildcardsOf(actual).some((wildcard) => !wanted.has(wildcard) && wanted.size < 0);',
    why: 'a version with a column above the clearance has to come while a subscription stands for all columns',
    heldBy: 'test/mesh/plan/before-catalog.test.ts',
  },
  {
    name: 'trust a look that lags behind',
    file: 'lib/control/converge.ts',
    out: 'const unseen = round === 1 ?',
    in: 'const unseen = round === 0 ?',
    why: 'what is taken away has to have been granted within the two minutes by which a list lags, and each list that would show it has to lag at that moment',
    heldBy: 'test/control/lagging-lists.test.ts',
  },
  {
    name: 'trust what is known of LF-Tags after a run that was lost',
    file: 'lib/control/product-tags.ts',
    out: "request.cause === 'change' && request.again !== true;",
    in: "request.cause === 'change';",
    why: 'what is wanted has to change and to change back while a run ends between its LF-Tags and its write',
    heldBy: 'test/control/lagging-lists.test.ts',
  },
  {
    name: 'agent: keep a report that the bus did not take for told',
    file: 'lib/control/answer-share.ts',
    out: 'if (lost !== undefined) throw',
    in: 'if (lost === null) throw',
    why: 'the last report of an agent has to be the one that is refused',
    heldBy: 'test/control/answer-share.test.ts',
  },
  {
    name: 'agent: of many intents the oldest counts',
    file: 'lib/control/answer-share.ts',
    out: 'generationOf(b) - generationOf(a)',
    in: 'generationOf(a) - generationOf(b)',
    why: 'the last two intents of an agent have to come in one batch, and nothing after them',
    heldBy: 'test/control/answer-share.test.ts',
  },
  {
    name: 'sync: an older report counts as well',
    file: 'lib/control/sync.ts',
    out: 'const stale = known !== undefined && known.generation > report.report.generation;',
    in: 'const stale = known !== undefined && known.generation > report.report.generation + 1e9;',
    why: 'the last two reports of an agent have to change places',
    heldBy: 'test/control/leaks-in-time.test.ts',
  },
  {
    name: 'readiness: a report on an older intent is proof enough',
    file: 'lib/mesh/subscription/readiness.ts',
    out: '(applied.ok || applied.looked === true) && applied.generation >= generation',
    in: '(applied.ok || applied.looked === true) && generation > 0',
    why: 'a role has to be given something and to lose it again while one report is on its way, and another one of the account has to keep the same',
    heldBy: 'test/mesh/subscription/readiness.test.ts',
  },
  {
    name: 'sweep: leave a stopped domain half told',
    file: 'lib/control/suspend-domain.ts',
    out: 'if (record.spreading === true) await spread(record, act, deps);',
    in: 'if (record.spreading === false) await spread(record, act, deps);',
    why: 'what is stopped counts from its first write, and the sweep looks at each product anyway: only the record goes on saying that it is not done',
    heldBy: 'test/control/suspend-domain.test.ts',
  },
  {
    name: 'entitlements: keep the grants by LF-Tags of one that is over',
    file: 'lib/control/entitlement/reconcile.ts',
    out: 'const access = await convergeTagAccess(standing, {',
    in: 'const access = await convergeTagAccess(chosen, {',
    why: 'the next look at all entitlements takes away what the last one kept',
    heldBy: 'test/control/entitlement.test.ts',
  },
  {
    name: 'rollout: ignore the share',
    file: 'lib/mesh/product/rollout.ts',
    out: 'if (!isLeading(leader) || !followsFirst(leader.id, share)) return false;',
    in: 'if (!isLeading(leader)) return false;',
    why: 'few seeds have a leader beyond the share; with other seeds `rollout-share` found it',
  },
  {
    name: 'rollout: followers outlive their leader',
    file: 'lib/mesh/product/rollout.ts',
    out: 'leader === undefined || !isLeading(leader) ||',
    in: 'leader === undefined ||',
    why: 'a rollout that stands needs a leader that leaves: few seeds have followers at all',
    heldBy: 'test/control/rollout.test.ts',
  },
  {
    name: 'policies: approve without asking again',
    file: 'lib/control/decide.ts',
    out: '  refuseDenied(verdict, access);\n',
    in: '',
    why: 'a request has to wait while a council forbids it, and somebody has to approve it then',
    heldBy: 'test/control/approvals.test.ts',
  },
  {
    name: 'policies: give a whole account what they forbid',
    file: 'lib/control/entitlement/ask.ts',
    out: "const refused = decision.effect === 'deny' ||",
    in: 'const refused =',
    why: 'a council has to forbid a domain everything before somebody entitles it',
    heldBy: 'test/control/entitlement-policy.test.ts',
  },
  {
    name: 'registry: a repeated transaction is another one',
    file: 'lib/aws/registry.ts',
    out: ', ClientRequestToken: randomUUID() });',
    in: ' });',
    why: 'the answer to a transaction of a command has to be lost',
    heldBy: 'test/aws/registry.test.ts',
  },
  {
    name: 'take before all else is given',
    file: 'lib/mesh/plan/grants.ts',
    out: `    ...widen.map((grant): GrantChange => ({ kind: 'grant', grant })),
    ...[...take, ...gone].map((grant): GrantChange => ({ kind: 'revoke', grant: withoutOrigin(grant) })),
`,
    in: `    ...[...take, ...gone].map((grant): GrantChange => ({ kind: 'revoke', grant: withoutOrigin(grant) })),
    ...widen.map((grant): GrantChange => ({ kind: 'grant', grant })),
`,
    why: 'a role has to get all tables, or lose them, while another subscription of it lives, and a look has to come between the two batches',
    heldBy: 'test/mesh/plan/grants.test.ts',
  },
  {
    name: 'relay: forget refused reconcile requests',
    file: 'lib/control/relay.ts',
    out: 'collect(failed, await deps.queue.send(',
    in: 'collect(new Set(), await deps.queue.send(',
    why: 'the request that the queue refused has to be the last one for its product; with other seeds `honest-status` found it',
    heldBy: 'test/control/relay.test.ts',
  },
];
