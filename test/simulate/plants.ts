/** What finds a defect. */
export interface Found {
  readonly invariant: string;
  readonly seed: number;
  readonly steps: number;
}

/** A defect put into the control plane on purpose: a text of a source file, and what comes in its place. */
export interface Plant {
  readonly name: string;
  readonly file: string;
  readonly out: string;
  readonly in: string;
  /** The invariant and the seed that find it, recorded so that it is found at once. */
  readonly foundBy?: Found;
}

/** Each must be found by some invariant; a text that is no longer there is an error, so that the list keeps step with the code. */
export const PLANTS: readonly Plant[] = [
  {
    name: 'drop the guard of revisions',
    file: 'lib/aws/registry.ts',
    out: "ConditionExpression: '#revision = :revision',",
    in: "ConditionExpression: 'attribute_exists(pk) OR #revision = :revision',",
    foundBy: { invariant: 'honest-status', seed: 1, steps: 200 },
  },
  {
    name: 'relay: forget refused reconcile requests',
    file: 'lib/control/relay.ts',
    out: 'collect(failed, await deps.queue.send(',
    in: 'collect(new Set(), await deps.queue.send(',
    foundBy: { invariant: 'honest-status', seed: 3, steps: 200 },
  },
  {
    name: 'relay: forget refused events',
    file: 'lib/control/relay.ts',
    out: 'collect(failed, await deps.bus.put(',
    in: 'collect(new Set(), await deps.bus.put(',
    foundBy: { invariant: 'one-entry-each', seed: 1, steps: 200 },
  },
  {
    name: 'relay: acknowledge before the trail is written',
    file: 'lib/control/relay.ts',
    out: 'collect(failed, await deps.trail.send(',
    in: 'collect(new Set(), await deps.trail.send(',
    foundBy: { invariant: 'trail-verifies', seed: 1, steps: 200 },
  },
  {
    name: 'relay: ask once for all revisions of a record',
    file: 'lib/control/relay.ts',
    out: 'return `${key.pk} ${key.sk} ${revision}`;',
    in: 'return `${key.pk} ${key.sk} ${revision > 0}`;',
    foundBy: { invariant: 'converged', seed: 1, steps: 200 },
  },
  {
    name: 'events: one id for all revisions',
    file: 'lib/mesh/event/derive.ts',
    out: '@${record.revision}.',
    in: '@1.',
    foundBy: { invariant: 'events-once', seed: 1, steps: 200 },
  },
  {
    name: 'trail: one id for all revisions',
    file: 'lib/mesh/audit/entry.ts',
    out: '@${record.revision}`;',
    in: '@1`;',
    foundBy: { invariant: 'one-entry-each', seed: 1, steps: 200 },
  },
  {
    name: 'a suspended subscription keeps its access',
    file: 'lib/mesh/access/compile.ts',
    out: '!isSuspended(subscription)',
    in: '!isSuspended({})',
    foundBy: { invariant: 'no-access-without-subscription', seed: 2, steps: 200 },
  },
  {
    name: 'a suspended product keeps its subscribers',
    file: 'lib/mesh/access/compile.ts',
    out: '    !isSuspended(product) &&\n',
    in: '',
    foundBy: { invariant: 'no-access-without-subscription', seed: 2, steps: 200 },
  },
  {
    name: 'show what the clearance withholds',
    file: 'lib/mesh/access/clearance.ts',
    out: 'return sensitivity(column, table, ladder) <= ladder.indexOf(clearance);',
    in: 'return sensitivity(column, table, ladder) <= ladder.indexOf(clearance) + 1;',
    foundBy: { invariant: 'no-access-without-subscription', seed: 1, steps: 200 },
  },
  {
    name: 'forget the row filter',
    file: 'lib/mesh/access/share.ts',
    out: '...(view.rows === undefined ? {} : { rows: view.rows }),',
    in: '',
    foundBy: { invariant: 'no-access-without-subscription', seed: 3, steps: 200 },
  },
  {
    name: 'agent: leave local grants behind',
    file: 'lib/control/share.ts',
    out: 'const nothing = { grants: [], filters: [] };',
    in: 'const nothing = await observe();',
    foundBy: { invariant: 'converged', seed: 1, steps: 200 },
  },
  {
    name: 'the end of a subscription never comes',
    file: 'lib/control/sweep.ts',
    out: 'holdsAccess(subscription)) && hasEnded(',
    in: 'holdsAccess(subscription)) && !hasEnded(subscription, now.toISOString()) && hasEnded(',
    foundBy: { invariant: 'ends-in-time', seed: 2, steps: 200 },
  },
  {
    name: 'agent: report success without a look',
    file: 'lib/control/converge.ts',
    out: 'if (done && observed) return',
    in: 'if (done || round > 0) return',
    foundBy: { invariant: 'honest-status', seed: 1, steps: 200 },
  },
  {
    name: 'a revoked subscription is gone before anybody looked',
    file: 'lib/mesh/subscription/readiness.ts',
    out: 'const gone = governanceGrantsOk && around.remains !== undefined && isUnlinked(facts);',
    in: 'const gone = around.remains !== undefined;',
    foundBy: { invariant: 'no-access-without-subscription', seed: 1, steps: 200 },
  },
  {
    name: 'a stopped domain keeps its access',
    file: 'lib/mesh/subscription/stop.ts',
    out: 'export function isStopped(',
    in: 'export function isStopped(...args: unknown[]): boolean { return args.length < 0; }\nfunction wasStopped(',
    foundBy: { invariant: 'converged', seed: 1, steps: 200 },
  },
  {
    name: 'sweep: look at nothing again',
    file: 'lib/control/sweep.ts',
    out: 'deps.queue.send(messages)',
    in: 'deps.queue.send(messages.slice(0, 0))',
    foundBy: { invariant: 'ends-in-time', seed: 1, steps: 200 },
  },
  {
    name: 'grant what only views read',
    file: 'lib/mesh/access/clearance.ts',
    out: 'if (table.internal === true) return [];',
    in: '',
    foundBy: { invariant: 'masked-never-plain', seed: 3, steps: 200 },
  },
  {
    name: 'a view without its mask',
    file: 'lib/mesh/contract/view-query.ts',
    out: "    case 'hash':\n",
    in: "    case 'hash':\n      return value;\n    case undefined:\n",
    foundBy: { invariant: 'masked-never-plain', seed: 1, steps: 200 },
  },
  {
    name: 'agent: keep the link',
    file: 'lib/control/share.ts',
    out: '  if (ours) await deps.catalog.deleteLink(intent.linkName);\n',
    in: '',
    foundBy: { invariant: 'converged', seed: 1, steps: 200 },
  },
  {
    name: 'sync: believe whoever reports',
    file: 'lib/control/own-report.ts',
    out: 'from === domain && domainNamed(topology, from)?.account === account',
    in: "from === domain && domainNamed(topology, from)?.account !== ''",
    foundBy: { invariant: 'kept-while-live', seed: 2, steps: 200 },
  },
  {
    name: 'sync: tell of a delivery as often as it is reported',
    file: 'lib/control/delivery-report.ts',
    out: '  if (isKnown(deliveries, delivery)) return undefined;\n',
    in: '',
    foundBy: { invariant: 'kept-while-live', seed: 2, steps: 200 },
  },
  {
    name: 'sweep: take the time from the record',
    file: 'lib/control/sweep.ts',
    out: 'holdsAccess(subscription)) && hasEnded(subscription, now.toISOString());',
    in: 'holdsAccess(subscription)) && hasEnded(subscription, subscription.change.at);',
    foundBy: { invariant: 'ends-in-time', seed: 2, steps: 200 },
  },
  {
    name: 'entitlements: one is gone before anybody looked',
    file: 'lib/control/entitlement/reconcile.ts',
    out: ' && !(await isLeftSomewhere(entitlement, context))',
    in: '',
    foundBy: { invariant: 'no-access-without-subscription', seed: 1, steps: 200 },
  },
  {
    name: 'entitlements: a stopped domain keeps what it has by names',
    file: 'lib/mesh/access/standing.ts',
    out: ' && !isStopped(product.domain, domain, topology)',
    in: '',
    foundBy: { invariant: 'converged', seed: 1, steps: 200 },
  },
  {
    name: 'entitlements: forget to ask for a look',
    file: 'lib/control/relay.ts',
    out: '  const last = wanted.at(-1);\n  if (last === undefined) return [];',
    in: '  const last = wanted.at(-1);\n  if (last !== null) return [];',
    foundBy: { invariant: 'one-entry-each', seed: 1, steps: 200 },
  },
  {
    name: 'policies: go on with those of an earlier look',
    file: 'lib/control/policy-sets.ts',
    out: 'settled.fresh = undefined;',
    in: 'settled.fresh = heads;',
    foundBy: { invariant: 'converged', seed: 1, steps: 200 },
  },
  {
    name: 'forget where grants of earlier intents stood',
    file: 'lib/control/reconcile-outcome.ts',
    out: 'intent: former === undefined ? intent : { ...intent, former: formerOf(former, run.now) },',
    in: 'intent,',
  },
  {
    name: 'agent: forget which intent was the newest',
    file: 'lib/control/answer-share.ts',
    out: 'await deps.generations.last(intent.linkName)',
    in: 'await Promise.resolve(undefined )',
  },
  {
    name: 'count a share as settled that was not read back',
    file: 'lib/control/reconcile-outcome.ts',
    out: "status: run.grants.ok ? 'true' : 'false',",
    in: "status: 'true',",
  },
  {
    name: 'retry what is refused for good',
    file: 'lib/aws/retry.ts',
    out: "  return 'permanent';",
    in: "  return 'retry';",
  },
  {
    name: 'revoke before grant',
    file: 'lib/mesh/plan/grants.ts',
    out: `    ...widen.map((grant): GrantChange => ({ kind: 'grant', grant })),
    ...[...take, ...gone].map((grant): GrantChange => ({ kind: 'revoke', grant: withoutOrigin(grant) })),
`,
    in: `    ...[...take, ...gone].map((grant): GrantChange => ({ kind: 'revoke', grant: withoutOrigin(grant) })),
    ...widen.map((grant): GrantChange => ({ kind: 'grant', grant })),
`,
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
];
