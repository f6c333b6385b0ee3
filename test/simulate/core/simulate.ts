import type { VersionState } from '#aws/registry.ts';
import { bumped } from '#control/bumped.ts';
import { outcomeWrites } from '#control/reconcile-outcome.ts';
import { sync } from '#control/sync.ts';
import { compileAccess } from '#mesh/access/compile.ts';
import type { Grant } from '#mesh/access/grant.ts';
import { NO_DRIFT } from '#mesh/drift/history.ts';
import type { Checked } from '#mesh/error.ts';
import { domainEvent } from '#mesh/event/envelope.ts';
import type { ShareReported } from '#mesh/event/report.ts';
import { diffGrants, type GrantChange } from '#mesh/plan/grants.ts';
import { hasEnded } from '#mesh/subscription/end.ts';
import {
  type AccessScope,
  holdsAccess,
  type ShareIntent,
  type SubscriptionRecord,
} from '#mesh/subscription/subscription.ts';
import { type Act, approve, expire, reject, resume, revoke, suspend } from '#mesh/subscription/transitions.ts';
import { withoutSuspension, withSuspension } from '#mesh/suspension.ts';
import { column, GOVERNANCE, product, role, subscription, TOPOLOGY, table } from '../../mesh/fixtures.ts';
import { Random } from '../random.ts';
import { checkSettled, checkStep } from './invariants.ts';
import { Lake } from './lake.ts';
import { Store } from './store.ts';

const START = Date.parse('2026-03-01T12:00:00Z');
const CONSUMERS = ['finance', 'research'] as const;
const SCOPES: readonly AccessScope[] = [
  { clearance: 'secret' },
  { clearance: 'internal' },
  { clearance: 'secret', tables: ['entries'] },
  { clearance: 'secret', columns: { entries: ['id', 'email'] } },
];
/** After faults stop, that many rounds of reconcile and answers bring everything to what is desired. */
const ROUNDS = 4;

const PRODUCT = product([
  table('entries', [
    column('id', 'int', 'public'),
    column('state', 'string', 'internal'),
    column('email', 'string', 'confidential'),
  ]),
  table('states', [column('state', 'string', 'public'), column('tax', 'double', 'secret')]),
]);

/** An intent on its way to an agent. */
interface Asked {
  readonly intent: ShareIntent;
  readonly generation: number;
}

/** A reconcile that is under way: other things happen between its steps. */
interface Running {
  readonly state: VersionState;
  readonly asOf: string;
  readonly access: ReturnType<typeof compileAccess>;
  open: GrantChange[];
  readonly applied: GrantChange[];
}

/** One account of a consumer: its own grants, its link, and the newest intent that its agent took up. */
interface Account {
  readonly lake: Lake;
  linked: boolean;
  last: number;
}

/**
 * The pure core alone, a step at a time: transitions, the compiler, the plan, what a reconcile leaves and what a report changes, with Lake Formation as a set of grants and everything on its way in lists. Messages
 * come twice, late and out of order; runs and agents end between any two changes; whoever wrote first wins. Some ten thousand times as fast as the mesh on the local cloud, and blind to everything outside.
 */
export class Core {
  readonly store = new Store(PRODUCT);
  readonly central = new Lake();
  readonly accounts = new Map<string, Account>(
    CONSUMERS.map((name) => [name, { lake: new Lake(), linked: false, last: -1 }]),
  );
  readonly asked: Asked[] = [];
  readonly reports: ShareReported[] = [];
  readonly #random: Random;
  #clock = START;
  #running: Running | undefined;
  #faults = true;
  #count = 0;
  steps = 0;
  /** How often each action was written, to show that there was something to look at. */
  readonly actions = new Map<string, number>();

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  now(): string {
    return new Date(this.#clock).toISOString();
  }

  async step(): Promise<void> {
    this.steps += 1;
    this.#clock += 1000;
    const roll = this.#random.below(20);
    if (roll < 5) await this.#act();
    else if (roll < 11) await this.#reconcile('change');
    else if (roll < 15) await this.#agent();
    else if (roll < 19) await this.#sync();
    else this.#clock += this.#random.below(5) * 3_600_000;
    this.#relay();
    checkStep(this);
  }

  /** Faults stop; everything is worked off, and then is as the registry wants it. */
  async settle(): Promise<void> {
    this.#faults = false;
    for (let round = 0; round < ROUNDS; round += 1) {
      this.#clock += 900_000;
      await this.#sweep();
      this.#running = undefined;
      do await this.#reconcile('sweep');
      while (this.#running !== undefined);
      this.#relay();
      while (this.asked.length > 0 || this.reports.length > 0) {
        await this.#agent();
        await this.#sync();
        this.#relay();
      }
    }
    checkSettled(this);
  }

  /** The stream: what was written becomes what agents are asked. */
  #relay(): void {
    for (const record of this.store.written) {
      const { action } = record.change;
      this.actions.set(action, (this.actions.get(action) ?? 0) + 1);
      if (record.type !== 'share' || !['ShareRequested', 'ShareInspected'].includes(action)) continue;
      const asked = { intent: record.intent, generation: record.generation };
      this.asked.push(asked);
      if (this.#strikes(0.1)) this.asked.push(asked);
    }
    this.store.written = [];
  }

  #strikes(chance: number): boolean {
    return this.#faults && this.#random.chance(chance);
  }

  async #act(): Promise<void> {
    if (this.#random.chance(0.08)) return this.#switch();
    const consumer = this.#random.pick(CONSUMERS);
    const own = [...this.store.subscriptions.values()].filter((entry) => entry.consumer === consumer);
    const open = own.filter(
      ({ state, status }) => !['revoked', 'rejected'].includes(state) && status.endedAt === undefined,
    );
    const one = open.length === 0 ? undefined : this.#random.pick(open);
    if (one === undefined || (open.length < 2 && this.#random.chance(0.3))) return this.#request(consumer);
    const act: Act = {
      actor: `arn:aws:iam::222222222222:role/steward/o${this.steps}`,
      at: this.now(),
      correlation: `c${this.steps}`,
    };
    const side = this.#random.pick(['sales', consumer]);
    const word = { side, by: act.actor, at: act.at };
    const acts: readonly (() => Checked<SubscriptionRecord>)[] = [
      () => approve(one, act, {}, TOPOLOGY.classification),
      () => approve(one, act, {}, TOPOLOGY.classification),
      () => reject(one, act),
      () => revoke(one, act),
      () => suspend(one, act, word),
      () => resume(one, act, side),
    ];
    await this.#decide(one, this.#random.pick(acts)(), act);
  }

  /** The owner suspends the whole product, or takes that back. */
  async #switch(): Promise<void> {
    const before = this.store.product;
    const word = { side: before.domain, by: 'arn:aws:iam::222222222222:role/steward', at: this.now() };
    const isOn = before.suspensions !== undefined;
    const next = isOn ? withoutSuspension(before, before.domain) : withSuspension(before, word);
    const action = isOn ? 'ProductResumed' : 'ProductSuspended';
    const change = { actor: word.by, action, at: word.at, correlation: `p${this.steps}` };
    await this.store.write([{ record: bumped(next, change), replaces: before.revision }]);
  }

  async #decide(before: SubscriptionRecord, checked: Checked<SubscriptionRecord>, act: Act): Promise<void> {
    if (!checked.ok) return;
    const after = bumped(this.store.product, {
      actor: act.actor,
      action: 'Decided',
      at: act.at,
      correlation: act.correlation,
    });
    await this.store.write([
      { record: after, replaces: this.store.product.revision },
      {
        record: { ...checked.value, revision: before.revision + 1, generation: after.generation },
        replaces: before.revision,
      },
    ]);
  }

  async #request(consumer: string): Promise<void> {
    this.#count += 1;
    const scope = this.#random.pick(SCOPES);
    const ends = this.#random.chance(0.4) ? { expiresAt: new Date(this.#clock + 7_200_000).toISOString() } : {};
    const wish = subscription(consumer, scope, {
      id: `sales.orders.v1.${consumer}.${this.#count}`,
      principals: [role(consumer, this.#random.pick(['analyst', 'service']))],
      state: 'pending',
      approved: undefined,
      generation: this.store.product.generation,
      createdAt: this.now(),
      ...ends,
    });
    await this.store.write([{ record: wish, replaces: undefined }]);
  }

  /** What the clock ends. */
  async #sweep(): Promise<void> {
    for (const entry of this.store.subscriptions.values()) {
      if (!(entry.state === 'pending' || holdsAccess(entry)) || !hasEnded(entry, this.now())) continue;
      const act = { actor: 'weft:sweep', at: this.now(), correlation: 'sweep' };
      await this.#decide(entry, expire(entry, act), act);
    }
  }

  /** One step of a run: its look, one change, or its end. */
  async #reconcile(cause: 'change' | 'sweep'): Promise<void> {
    const running = this.#running;
    if (running === undefined) {
      const state = this.store.now();
      const asOf = this.now();
      const access = compileAccess(state.product, state.subscriptions, state.shares, TOPOLOGY, asOf);
      this.#running = {
        state,
        asOf,
        access,
        open: diffGrants(access.accountGrants, this.central.grants()),
        applied: [],
      };
      return;
    }
    if (this.#strikes(0.05)) {
      // The process ends, and another one looks again.
      this.#running = undefined;
      return;
    }
    const [change, ...rest] = running.open;
    if (change !== undefined) {
      running.open = rest;
      if (this.#strikes(0.05)) return;
      this.central.apply(change);
      running.applied.push(change);
      return;
    }
    this.#running = undefined;
    await this.#conclude(running, cause);
  }

  async #conclude({ state, asOf, access, applied }: Running, cause: 'change' | 'sweep'): Promise<void> {
    const readBack: Grant[] = this.central.grants();
    const ok = diffGrants(access.accountGrants, readBack).length === 0;
    const { writes } = outcomeWrites(state, {
      topology: TOPOLOGY,
      left: [],
      asOf,
      access,
      catalog: { ok: true, created: false, reason: 'Ready', applied: [] },
      grants: { ok, applied, readBack, filters: [], problems: ok ? [] : ['something is open'] },
      drift: { found: [], entries: NO_DRIFT, audited: false, mends: true },
      request: { correlation: `r${this.steps}`, cause },
      now: new Date(this.#clock),
    });
    await this.store.write(writes).catch((error: Error & { code?: string }) => {
      // Whoever wrote first is looked at by the run that its change asks for.
      if (error.code !== 'WEFT-REGISTRY-001') throw error;
    });
  }

  /** An agent takes up one of the intents on their way, whichever comes first now. */
  async #agent(): Promise<void> {
    if (this.asked.length === 0) return;
    const index = this.#faults ? this.#random.below(this.asked.length) : 0;
    const { intent, generation } = this.asked[index] as Asked;
    const account = this.accounts.get(intent.consumer) as Account;
    const late = generation < account.last;
    let ok = true;
    if (!late) {
      account.last = generation;
      for (const change of diffGrants(intent.grants, account.lake.grants())) {
        // It ends here, and the message comes again; or one entry of a batch is refused.
        if (this.#strikes(0.03)) return;
        if (this.#strikes(0.03)) ok = false;
        else account.lake.apply(change);
      }
      account.linked = intent.link !== undefined;
    }
    this.asked.splice(index, 1);
    const at = this.now();
    this.#tell(intent, {
      ...(late ? { overtakenBy: account.last } : { looked: true }),
      generation,
      ok: ok && !late,
      at,
      linkExists: late ? false : account.linked,
      readBack: late ? [] : account.lake.grants(),
      ...(ok && !late ? {} : { error: 'not all was applied' }),
    });
  }

  #tell({ domain, product: name, major, consumer }: ShareIntent, report: ShareReported['report']): void {
    const id = `${consumer}-${this.steps}-${this.reports.length}`;
    const type = report.ok ? 'ShareApplied' : 'ShareFailed';
    const said: ShareReported = {
      type,
      id,
      time: report.at,
      from: consumer,
      domain,
      product: name,
      major,
      consumer,
      report,
    };
    this.reports.push(said);
    if (this.#strikes(0.1)) this.reports.push(said);
  }

  async #sync(): Promise<void> {
    if (this.reports.length === 0) return;
    const index = this.#faults ? this.#random.below(this.reports.length) : 0;
    const [said] = this.reports.splice(index, 1) as [ShareReported];
    const account = TOPOLOGY.domains.find(({ name }) => name === said.consumer)?.account ?? GOVERNANCE;
    await sync(
      { id: said.id, account, detail: domainEvent(said) },
      { registry: this.store, topology: async () => TOPOLOGY, now: () => new Date(this.#clock) },
    );
  }
}

/** Plays that many steps from a seed, and lets it settle. @throws Broken at the first invariant that does not hold. */
export async function simulateCore(seed: number, steps: number): Promise<Core> {
  const core = new Core(seed);
  for (let step = 0; step < steps; step += 1) await core.step();
  await core.settle();
  return core;
}
