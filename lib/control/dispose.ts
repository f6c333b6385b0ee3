import { createHash } from 'node:crypto';
import type { Bus } from '#aws/eventbridge.ts';
import type { MeshApi } from '#aws/mesh-api.ts';
import { canonicalText } from '#mesh/canonical.ts';
import { domainEvent } from '#mesh/event/envelope.ts';
import type { DisposalReported } from '#mesh/event/report.ts';
import { chunks, pieces } from '#mesh/retention/chunks.ts';
import { type KnownQuery, planCopies, queryOf, type ResultPlace } from '#mesh/retention/copies.ts';
import type { CopyDuty, Duties, TableDuty } from '#mesh/retention/duty.ts';
import { planTable, type Slice, type StoredVersion, type TablePlan } from '#mesh/retention/plan.ts';
import type { DisposalIntent } from '#mesh/retention/record.ts';
import type { Disposable } from '#mesh/retention/status.ts';
import { DISPOSALS, domainSource } from '#mesh/topology/names.ts';
import { type CarryOutDeps, Held, readBack, remove } from './carry-out.ts';
import type { DisposalBook } from './disposal-record.ts';

export interface DisposeDeps extends CarryOutDeps {
  readonly mesh: string;
  readonly domain: string;
  readonly account: string;
  readonly api: Pick<MeshApi, 'list'>;
  /** The domain's bus, to report on. */
  readonly bus: Bus;
  readonly book: DisposalBook;
  readonly results: readonly ResultPlace[];
  queries(ids: readonly string[]): Promise<KnownQuery[]>;
}

/** What a run did; `failed`: what it could not, for the next one to try again. */
export interface Disposed {
  readonly announced: number;
  readonly records: readonly string[];
  readonly objects: number;
  readonly held: readonly string[];
  readonly failed: readonly string[];
}

type Name = Pick<TableDuty, 'domain' | 'product' | 'major'>;

/**
 * Removes from the domain's account what is past its retention and was announced, and copies of what was removed anywhere; announces what goes next. Each
 * table by itself: what stands in the way of one is told, and holds up no other.
 */
export async function dispose(deps: DisposeDeps): Promise<Disposed> {
  const run = new Run(deps);
  for (const intent of await deps.book.open())
    await run.attempt(nameOf(intent), intent.table ?? intent.what, () => run.close(intent));
  const { tables, copies } = await deps.api.list<Duties>(`/domains/${deps.domain}/disposals`, {});
  for (const duty of tables) await run.attempt(duty, duty.table, () => run.table(duty));
  for (const place of deps.results) await run.copies(copies, place);
  return run.outcome();
}

/** What would be done about the tables of one product now, and nothing of it is. */
export async function planDisposal(
  product: string,
  deps: Pick<DisposeDeps, 'api' | 'domain' | 'partitions' | 'objects' | 'now'>,
): Promise<{ readonly duty: TableDuty; readonly plan: TablePlan }[]> {
  const { tables } = await deps.api.list<Duties>(`/domains/${deps.domain}/disposals`, { product });
  return Promise.all(tables.map(async (duty) => ({ duty, plan: await look(duty, deps) })));
}

async function look(duty: TableDuty, deps: Pick<DisposeDeps, 'partitions' | 'objects' | 'now'>): Promise<TablePlan> {
  const { hostname: bucket, pathname } = new URL(duty.location);
  const partitions = duty.basis.kind === 'partition' ? await deps.partitions.list(duty.source) : [];
  const found = duty.basis.kind === 'none' ? [] : await deps.objects.versions(bucket, decodeURI(pathname.slice(1)));
  // Of a table that is the whole bucket the records are no part.
  const versions = found.filter(({ key }) => !key.startsWith(DISPOSALS));
  return planTable(duty, { partitions, versions }, deps.now());
}

class Run {
  readonly #deps: DisposeDeps;
  readonly #records: string[] = [];
  readonly #held: string[] = [];
  readonly #failed: string[] = [];
  #announced = 0;
  #objects = 0;

  constructor(deps: DisposeDeps) {
    this.#deps = deps;
  }

  outcome(): Disposed {
    return {
      announced: this.#announced,
      records: this.#records,
      objects: this.#objects,
      held: this.#held,
      failed: this.#failed,
    };
  }

  /** What fails of one table is told to its owner and tried again by the next run. */
  async attempt(of: Name, what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      // A hold that came in between is no failure: the next run tells it as what it is.
      if (error instanceof Held) {
        this.#held.push(`${of.domain}/${of.product} v${of.major} ${what}`);
        return;
      }
      const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      this.#failed.push(`${of.domain}/${of.product} v${of.major} ${what}: ${reason}`);
      await this.#obstacle(of, what, 'failed', [reason.slice(0, 500)]).catch(() => undefined);
    }
  }

  async table(duty: TableDuty): Promise<void> {
    const plan = await look(duty, this.#deps);
    await this.#tellObstacles(duty, plan);
    if (plan.upTo !== undefined) await this.#announce(duty, plan.news, plan.upTo);
    for (const slices of chunks(plan.goes)) {
      const basis =
        duty.basis.kind === 'partition' ? duty.basis.keys.map(({ name }) => name).join('/') : 'time of writing';
      const upTo = slices.at(-1)?.end ?? plan.cutoff;
      const announced = duty.announced.filter((one) => one.period === duty.period && one.upTo >= upTo);
      const from = duty.from === undefined ? '' : ` of ${duty.from}`;
      await this.#carryOut(
        duty,
        {
          what: 'table',
          table: duty.table,
          rule: `retention ${duty.period}${from}, by ${basis}`,
          upTo,
          ...(announced[0] === undefined ? {} : { announcedAt: announced.map(({ at }) => at).toSorted()[0] }),
          catalog: duty.source,
          partitions: slices.flatMap(({ partition }) => (partition === undefined ? [] : [partition])),
          objects: slices.flatMap(({ versions }) => versions),
        },
        () => this.#mayGoOn(duty, 'table', duty.table),
      );
    }
    await this.#obstacle(duty, duty.table, 'failed', [], duty);
  }

  async copies(duties: readonly CopyDuty[], place: ResultPlace): Promise<void> {
    if (duties.length === 0) return;
    const versions = await this.#deps.objects.versions(place.bucket, place.prefix);
    const newest =
      duties
        .map(({ disposedAt }) => disposedAt)
        .toSorted()
        .at(-1) ?? '';
    const old = versions.filter(({ modified }) => modified < newest);
    const ids = new Set(old.flatMap(({ key }) => queryOf(key, place) ?? []));
    const queries = await this.#deps.queries([...ids]);
    const plan = planCopies(duties, place, { versions: old, queries });
    for (const { what, duty, versions: own } of plan.held) {
      this.#held.push(`${own.length} ${what} of ${duty.domain}/${duty.product}`);
    }
    for (const { what, duty, versions: own } of plan.goes) {
      await this.attempt(duty, what, async () => {
        for (const objects of pieces(own)) {
          const rule = `copies of what was removed from ${duty.domain}/${duty.product} by ${duty.disposedAt}`;
          const mayGoOn = () => this.#copiesMayGo(duty, what, place, { versions: objects, queries });
          await this.#carryOut(duty, { what, rule, upTo: duty.disposedAt, partitions: [], objects }, mayGoOn);
        }
      });
    }
  }

  async #carryOut(
    of: Name,
    what: Pick<
      DisposalIntent,
      'what' | 'table' | 'rule' | 'upTo' | 'announcedAt' | 'catalog' | 'partitions' | 'objects'
    >,
    mayGoOn: () => Promise<void>,
  ): Promise<void> {
    const { mesh, domain, account, book, now } = this.#deps;
    const startedAt = now().toISOString();
    const core = { mesh, domain, account, product: `${of.domain}/${of.product}`, major: of.major, startedAt, ...what };
    const digest = createHash('sha256').update(canonicalText(core)).digest('hex');
    const id = `${startedAt.replaceAll(/[-:.]/g, '')}-${digest.slice(0, 12)}`;
    await mayGoOn();
    let intent: DisposalIntent = { format: 'weft.disposal-intent/1', id, ...core };
    // The same again is another removal: its record must not be taken for that of the first.
    for (let again = 2; !(await book.begin(intent)); again += 1) intent = { ...intent, id: `${id}-${again}` };
    const ended = await remove(intent, mayGoOn, this.#deps);
    await this.close(intent, ended?.message);
    if (ended !== undefined) throw ended;
  }

  /** Ends an intent: says what of it is gone, signs it, and tells the mesh. Nothing more is removed for it. */
  async close(intent: DisposalIntent, reason?: string): Promise<void> {
    const { book } = this.#deps;
    const { record, digest, signature } = await book.record(await readBack(intent, reason, this.#deps));
    const { id, what, table, upTo, completedAt, totals } = record;
    if (totals.objects + totals.partitions > 0) {
      const location = book.locationOf(id);
      await this.#report('DataRemoved', nameOf(record), id, {
        disposal: {
          id,
          at: completedAt,
          what,
          ...(table === undefined ? {} : { table }),
          upTo,
          ...totals,
          digest,
          key: signature.publicKey,
          location,
        },
      });
      this.#records.push(id);
      this.#objects += totals.objects;
    }
    await book.told(id);
  }

  /** Right before each call that deletes: a hold may have been placed since the plan. */
  async #mayGoOn(of: Name, what: Disposable, table: string | undefined): Promise<void> {
    const product = `${of.domain}/${of.product}`;
    const { tables, copies } = await this.#deps.api.list<Duties>(`/domains/${this.#deps.domain}/disposals`, {
      product,
    });
    const duty =
      what === 'table'
        ? tables.find((one) => one.major === of.major && one.table === table)
        : copies.find((one) => one.major === of.major);
    // Whoever took the retention away, or the product, wants nothing removed.
    const holds = duty === undefined ? ['a change of the contract'] : duty.holds;
    if (holds.length > 0) throw new Held(holds);
  }

  /** The same for copies, which may hold what of another product is held. */
  async #copiesMayGo(
    of: CopyDuty,
    what: Disposable,
    place: ResultPlace,
    there: Parameters<typeof planCopies>[2],
  ): Promise<void> {
    await this.#mayGoOn(of, what, undefined);
    const { copies } = await this.#deps.api.list<Duties>(`/domains/${this.#deps.domain}/disposals`, {});
    if (planCopies(copies, place, there).held.length > 0) throw new Held(['a hold on another product']);
  }

  async #announce(duty: TableDuty, news: readonly Slice[], upTo: string): Promise<void> {
    const versions = news.flatMap((slice) => slice.versions);
    const { table, period } = duty;
    await this.#report('DisposalForeseen', duty, `${table} ${period} ${upTo}`, {
      announcement: { table, period, upTo, slices: news.length, objects: versions.length, bytes: bytesOf(versions) },
    });
    this.#announced += 1;
  }

  async #tellObstacles(duty: TableDuty, { held, untouched }: TablePlan): Promise<void> {
    const holds = held.length === 0 ? [] : duty.holds;
    if (holds.length > 0) this.#held.push(`${duty.domain}/${duty.product} v${duty.major} ${duty.table}`);
    await this.#obstacle(duty, duty.table, 'held', holds, duty);
    const reasons = untouched.slice(0, 20).map(({ what, reason }) => `${what}: ${reason}`);
    await this.#obstacle(duty, duty.table, 'impossible', reasons, duty);
  }

  /** Told when it is another than the mesh knows; without reasons it is gone. */
  async #obstacle(
    of: Name,
    table: string,
    kind: 'held' | 'impossible' | 'failed',
    reasons: readonly string[],
    known?: Pick<TableDuty, 'obstacles'>,
  ): Promise<void> {
    const former = known?.obstacles.find((one) => one.kind === kind && one.by === this.#deps.domain);
    if (known !== undefined && (former?.reasons ?? []).join('\n') === reasons.join('\n')) return;
    const id = createHash('sha256')
      .update(JSON.stringify([table, kind, reasons, former?.at ?? '']))
      .digest('hex')
      .slice(0, 16);
    await this.#report('DisposalHindered', of, id, { obstacle: { table, kind, reasons } });
  }

  async #report(
    type: DisposalReported['type'],
    { domain, product, major }: Name,
    id: string,
    said: Pick<DisposalReported, 'announcement' | 'disposal' | 'obstacle'>,
  ): Promise<void> {
    const { bus, domain: from, now } = this.#deps;
    const report: DisposalReported = {
      type,
      id: `${domain}/${product}#${major}/disposal/${id}:${from}`.slice(0, 255),
      time: now().toISOString(),
      from,
      domain,
      product,
      major,
      ...said,
    };
    const outcome = await bus.put([{ source: domainSource(from), type, detail: domainEvent(report) }]);
    const lost = [...outcome.failed, ...outcome.unclear][0];
    if (lost !== undefined) throw new Error(`the report was not taken: ${lost.symptom.name}: ${lost.symptom.message}`);
  }
}

function nameOf({ product: id, major }: Pick<DisposalIntent, 'product' | 'major'>): Name {
  const [domain = '', product = ''] = id.split('/');
  return { domain, product, major };
}

function bytesOf(versions: readonly StoredVersion[]): number {
  return versions.reduce((sum, { bytes }) => sum + bytes, 0);
}
