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
  },
  {
    name: 'relay: forget refused reconcile requests',
    file: 'lib/control/relay.ts',
    out: 'collect(failed, await deps.queue.send(',
    in: 'collect(new Set(), await deps.queue.send(',
  },
  {
    name: 'relay: forget refused events',
    file: 'lib/control/relay.ts',
    out: 'collect(failed, await deps.bus.put(',
    in: 'collect(new Set(), await deps.bus.put(',
  },
  {
    name: 'relay: acknowledge before the trail is written',
    file: 'lib/control/relay.ts',
    out: 'collect(failed, await deps.trail.send(',
    in: 'collect(new Set(), await deps.trail.send(',
  },
  {
    name: 'relay: ask once for all revisions of a record',
    file: 'lib/control/relay.ts',
    out: 'return `${key.pk} ${key.sk} ${revision}`;',
    in: 'return `${key.pk} ${key.sk} ${revision > 0}`;',
  },
  {
    name: 'events: one id for all revisions',
    file: 'lib/mesh/event/derive.ts',
    out: '@${record.revision}.',
    in: '@1.',
  },
  {
    name: 'trail: one id for all revisions',
    file: 'lib/mesh/audit/entry.ts',
    out: '@${record.revision}`;',
    in: '@1`;',
  },
  {
    name: 'a suspended subscription keeps its access',
    file: 'lib/mesh/access/compile.ts',
    out: '!isSuspended(subscription)',
    in: '!isSuspended({})',
  },
  {
    name: 'a suspended product keeps its subscribers',
    file: 'lib/mesh/access/compile.ts',
    out: '    !isSuspended(product) &&\n',
    in: '',
  },
  {
    name: 'show what the clearance withholds',
    file: 'lib/mesh/access/clearance.ts',
    out: 'return sensitivity(column, table, ladder) <= ladder.indexOf(clearance);',
    in: 'return sensitivity(column, table, ladder) <= ladder.indexOf(clearance) + 1;',
  },
  {
    name: 'forget the row filter',
    file: 'lib/mesh/access/share.ts',
    out: '...(view.rows === undefined ? {} : { rows: view.rows }),',
    in: '',
  },
  {
    name: 'agent: leave local grants behind',
    file: 'lib/control/share.ts',
    out: 'convergeAccess({ grants: [], filters: [] }, {',
    in: 'convergeAccess(await observe(), {',
  },
  {
    name: 'the end of a subscription never comes',
    file: 'lib/control/sweep.ts',
    out: 'holdsAccess(subscription)) && hasEnded(',
    in: 'holdsAccess(subscription)) && !hasEnded(subscription, now.toISOString()) && hasEnded(',
  },
  {
    name: 'forget where grants of earlier intents stood',
    file: 'lib/control/reconcile-outcome.ts',
    out: 'principals: unique([...intent.grants.map(({ principal }) => principal), ...(earlier?.principals ?? [])]),',
    in: 'principals: unique([]),',
  },
  {
    name: 'agent: forget which intent was the newest',
    file: 'lib/control/answer-share.ts',
    out: 'await deps.generations.last(intent.linkName)',
    in: 'await Promise.resolve(undefined )',
  },
  {
    name: 'agent: report success without a look',
    file: 'lib/control/converge.ts',
    out: 'if (done && observed) return',
    in: 'if (done || round > 0) return',
  },
  {
    name: 'a revoked subscription is gone before anybody looked',
    file: 'lib/mesh/subscription/readiness.ts',
    out: 'const gone = governanceGrantsOk && around.remains !== undefined && isUnlinked(facts);',
    in: 'const gone = around.remains !== undefined;',
  },
  {
    name: 'a stopped domain keeps its access',
    file: 'lib/mesh/subscription/stop.ts',
    out: 'export function isStopped(',
    in: 'export function isStopped(...args: unknown[]): boolean { return args.length < 0; }\nfunction wasStopped(',
  },
  {
    name: 'sweep: look at nothing again',
    file: 'lib/control/sweep.ts',
    out: 'deps.queue.send(messages)',
    in: 'deps.queue.send(messages.slice(0, 0))',
  },
  {
    name: 'count a share as settled that was not read back',
    file: 'lib/control/reconcile-outcome.ts',
    out: "status: run.grants.ok ? 'true' : 'false',",
    in: "status: 'true',",
  },
];
