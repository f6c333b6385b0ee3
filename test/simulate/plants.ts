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
    foundBy: { invariant: 'events-once', seed: 3, steps: 200 },
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
    foundBy: { invariant: 'converged', seed: 3, steps: 200 },
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
    foundBy: { invariant: 'no-access-without-subscription', seed: 3, steps: 200 },
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
    foundBy: { invariant: 'no-access-without-subscription', seed: 2, steps: 200 },
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
    foundBy: { invariant: 'ends-in-time', seed: 15, steps: 200 },
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
    foundBy: { invariant: 'no-access-without-subscription', seed: 3, steps: 200 },
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
    foundBy: { invariant: 'masked-never-plain', seed: 3, steps: 200 },
  },
  {
    name: 'agent: keep the link',
    file: 'lib/control/share.ts',
    out: '  if (ours) await deps.catalog.deleteLink(intent.linkName);\n',
    in: '',
    foundBy: { invariant: 'converged', seed: 1, steps: 200 },
  },
  {
    name: 'sweep: take the time from the record',
    file: 'lib/control/sweep.ts',
    out: 'holdsAccess(subscription)) && hasEnded(subscription, now.toISOString());',
    in: 'holdsAccess(subscription)) && hasEnded(subscription, subscription.change.at);',
    foundBy: { invariant: 'ends-in-time', seed: 15, steps: 200 },
  },
  {
    name: 'entitlements: one is gone before anybody looked',
    file: 'lib/control/entitlement/reconcile.ts',
    out: ' && !(await isLeftSomewhere(entitlement, context))',
    in: '',
    foundBy: { invariant: 'converged', seed: 1, steps: 200 },
  },
  {
    name: 'entitlements: a stopped domain keeps what it has by names',
    file: 'lib/mesh/access/standing.ts',
    out: ' && !isStopped(product.domain, domain, topology)',
    in: '',
    foundBy: { invariant: 'converged', seed: 1, steps: 200 },
  },
  {
    name: 'agent: forget which intent was the newest',
    file: 'lib/control/answer-share.ts',
    out: 'await deps.generations.last(intent.linkName)',
    in: 'await Promise.resolve(undefined )',
    foundBy: { invariant: 'newest-intent-wins', seed: 9, steps: 200 },
  },
  {
    name: 'agent: apply an intent as if nothing of it had ended',
    file: 'lib/control/answer-share.ts',
    out: 'intentAt(request.intent, moment)',
    in: "intentAt(request.intent, '')",
    foundBy: { invariant: 'ends-without-governance', seed: 2, steps: 200 },
  },
  {
    name: 'retry what is refused for good',
    file: 'lib/aws/retry.ts',
    out: "  return 'permanent';",
    in: "  return 'retry';",
    foundBy: { invariant: 'permanent-not-repeated', seed: 8, steps: 200 },
  },
  {
    name: 'a suspended product keeps its subscribers',
    file: 'lib/mesh/access/compile.ts',
    out: '    !isSuspended(product) &&\n',
    in: '',
    foundBy: { invariant: 'no-access-without-subscription', seed: 2, steps: 200 },
  },
  {
    name: 'ignore the Failures of a batch, and do not read back',
    file: 'lib/control/converge.ts',
    out: 'if (outcome.failed.length > 0 && observed) round = ROUNDS;',
    in: 'return { ok: true, applied, readBack: desired.grants, filters: desired.filters, problems: [] };',
    foundBy: { invariant: 'honest-status', seed: 10, steps: 200 },
  },
  {
    name: 'sync: believe whoever reports',
    file: 'lib/control/own-report.ts',
    out: 'from === domain && domainNamed(topology, from)?.account === account',
    in: "from === domain && domainNamed(topology, from)?.account !== ''",
    foundBy: { invariant: 'forged-changes-nothing', seed: 3, steps: 200 },
  },
  {
    name: 'sync: tell of a delivery as often as it is reported',
    file: 'lib/control/delivery-report.ts',
    out: '  if (isKnown(deliveries, delivery)) return undefined;\n',
    in: '',
    foundBy: { invariant: 'events-once', seed: 2, steps: 200 },
  },
  {
    name: 'entitlements: forget to ask for a look',
    file: 'lib/control/relay.ts',
    out: '  const last = wanted.at(-1);\n  if (last === undefined) return [];',
    in: '  const last = wanted.at(-1);\n  if (last !== null) return [];',
    foundBy: { invariant: 'converged', seed: 1, steps: 200 },
  },
  {
    name: 'policies: go on with those of an earlier look',
    file: 'lib/control/policy-sets.ts',
    out: 'settled.fresh = undefined;',
    in: 'settled.fresh = heads;',
    foundBy: { invariant: 'forbid-in-force', seed: 9, steps: 200 },
  },
  {
    name: 'trail: append what was appended',
    file: 'lib/control/append-log.ts',
    out: 'if (there.get(id) === false && own === entry) fresh.set(id, entry);',
    in: 'if (there.has(id) && own === entry) fresh.set(id, entry);',
    foundBy: { invariant: 'trail-verifies', seed: 1, steps: 200 },
  },
  {
    name: 'revoke before grant',
    file: 'lib/mesh/plan/grants.ts',
    out: "return former.resource.columns === '*' && next.resource.columns !== '*';",
    in: 'return true;',
    foundBy: { invariant: 'kept-while-live', seed: 10, steps: 200 },
  },
];
