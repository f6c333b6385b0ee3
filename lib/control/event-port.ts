import type { Bus } from '#aws/eventbridge.ts';
import type { MeshApi } from '#aws/mesh-api.ts';
import type { FifoQueue } from '#aws/sqs.ts';
import { type BreakerState, standingOf } from '#mesh/breaker.ts';
import { type Problem, WeftError } from '#mesh/error.ts';
import type { Audience } from '#mesh/event/audience.ts';
import { heldRows, heldRowsId } from '#mesh/event/held-rows.ts';
import { type Delivery, productEvents } from '#mesh/event/product-event.ts';
import { checkRow } from '#mesh/event/row-values.ts';
import { parseRowsChanged, type RowsChanged } from '#mesh/event/rows.ts';
import { rowsRefused } from '#mesh/event/rows-refused.ts';
import { ROWS_CHANGED } from '#mesh/topology/names.ts';
import type { Breakers } from './breaker.ts';
import { handOver } from './hand-over.ts';

export interface EventPortDeps {
  readonly api: Pick<MeshApi, 'get'>;
  /** The domain's own bus, for what is refused. */
  readonly own: Bus;
  /** The domain bus of a consumer, in its account. */
  busOf(consumer: string, account: string): Bus;
  /** One for each consumer, by its name. */
  readonly breakers: Breakers;
  /** Where what a consumer cannot be given waits, in the group of the consumer. */
  readonly held: FifoQueue;
  /** Ends the wait for one consumer with an error. */
  within<T>(work: Promise<T>): Promise<T>;
  readonly domain: string;
  readonly account: string;
  now(): Date;
}

/** How a `RowsChanged` ended: how many events went to whom and for whom it waits, or why it was refused. */
export type Delivered =
  | {
      readonly outcome: 'delivered';
      readonly events: Readonly<Record<string, number>>;
      /** Why it waits, by consumer. */
      readonly held: Readonly<Record<string, string>>;
      /** Those whose breaker is open. */
      readonly open: readonly string[];
    }
  | Refusal;

interface Refusal {
  readonly outcome: 'refused';
  readonly problems: readonly Problem[];
}

/** Changes of rows that are right, and what each subscription sees of them now. */
export interface Projected {
  readonly outcome: 'projected';
  readonly rows: RowsChanged;
  readonly deliveries: readonly Delivery[];
}

/**
 * Tells each consumer of a product the changes of rows that its subscriptions show now. What cannot be right is refused and told on the
 * domain's own bus as `RowsRefused`. What a consumer's bus does not take waits for that consumer; nobody else waits with it.
 * @throws when it could not even be put aside, for the message to come again; whoever has it already gets the same id.
 */
export async function deliverRows(detail: unknown, deps: EventPortDeps): Promise<Delivered> {
  const projected = await projectRows(detail, deps);
  return projected.outcome === 'refused' ? projected : deliver(detail, projected, deps);
}

/** What each subscription sees of changes of rows at this moment; what cannot be right is refused. */
export async function projectRows(detail: unknown, deps: EventPortDeps): Promise<Projected | Refusal> {
  const checked = parseRowsChanged(detail);
  if (!checked.ok) return refuse(detail, checked.problems, deps);
  const rows = checked.value;
  const audience = await ask(rows, deps);
  if ('problems' in audience) return refuse(detail, audience.problems, deps);
  const problems = problemsOf(rows, audience, deps.domain);
  if (problems.length > 0) return refuse(detail, problems, deps);
  return { outcome: 'projected', rows, deliveries: productEvents(rows, audience, deps.account) };
}

async function ask(rows: RowsChanged, { api, domain }: EventPortDeps): Promise<Audience | { problems: Problem[] }> {
  try {
    const path = `/products/${domain}/${encodeURIComponent(rows.product)}/audience`;
    return await api.get<Audience>(path, { major: String(rows.major) });
  } catch (error) {
    if (!(error instanceof WeftError) || error.source !== 'user') throw error;
    return { problems: [{ code: error.code, severity: 'error', message: error.message, path: 'data.product' }] };
  }
}

function problemsOf(rows: RowsChanged, audience: Audience, domain: string): Problem[] {
  const wrong = (path: string, message: string): Problem => ({
    code: 'WEFT-EVENT-004',
    severity: 'error',
    path,
    message,
  });
  if (rows.from !== domain) return [wrong('source', `the rows are those of ${rows.from}, this is ${domain}`)];
  const table = audience.tables.find(({ name }) => name === rows.table);
  if (table === undefined || table.viewOf !== undefined) {
    const known = audience.tables.flatMap(({ name, viewOf }) => (viewOf === undefined ? [name] : [])).join(', ');
    return [wrong('data.table', `the product has no table \`${rows.table}\`, it has ${known}`)];
  }
  return rows.rows
    .flatMap(({ before, after }, index) => [
      ...(before === undefined ? [] : checkRow(before, table, `data.rows[${index}].before`)),
      ...(after === undefined ? [] : checkRow(after, table, `data.rows[${index}].after`)),
    ])
    .slice(0, 100)
    .map(({ path, expected }) =>
      wrong(path, `the row does not fit its contract at "${path}": expected is ${expected}`),
    );
}

async function refuse(detail: unknown, problems: readonly Problem[], deps: EventPortDeps): Promise<Refusal> {
  const event = rowsRefused(detail, problems, { domain: deps.domain, time: deps.now().toISOString() });
  mustBeTaken(await deps.own.put([{ source: event.source, type: event.type, detail: event }]));
  return { outcome: 'refused', problems };
}

/** All consumers at once, each for as long as it is allowed: none waits for another. */
async function deliver(detail: unknown, { rows, deliveries }: Projected, deps: EventPortDeps): Promise<Delivered> {
  const byConsumer = [...Map.groupBy(deliveries, ({ consumer }) => consumer)];
  const known = byConsumer.length === 0 ? new Map<string, BreakerState>() : await deps.breakers.all();
  const held: Record<string, string> = {};
  const open: string[] = [];
  const events: Record<string, number> = {};
  await Promise.all(
    byConsumer.map(async ([consumer, own]) => {
      const outcome = await tell(consumer, own, known.get(consumer), deps);
      if (outcome.why === undefined) events[consumer] = own.length;
      else held[consumer] = outcome.why;
      if (outcome.open) open.push(consumer);
    }),
  );
  await putAside(Object.keys(held), rows, detail, deps);
  return { outcome: 'delivered', events, held, open };
}

/** Tells one consumer; `why` says that it was not told. An open breaker is left to what waits already, of which one message is the probe. */
async function tell(
  consumer: string,
  own: readonly Delivery[],
  state: BreakerState | undefined,
  { breakers, busOf, within, now }: EventPortDeps,
): Promise<{ readonly why?: string; readonly open: boolean }> {
  if (state !== undefined && standingOf(state, now().getTime()) !== 'closed') return { why: state.why, open: true };
  const ticket = { by: consumer };
  const handed = await handOver(busOf(consumer, own[0]?.account ?? ''), own, within);
  if (handed.taken) {
    if (state !== undefined) await breakers.succeeded(consumer, ticket);
    return { open: false };
  }
  const next = handed.of === 'bus' ? await breakers.failed(consumer, ticket, handed.why) : state;
  return { why: handed.why, open: next?.open !== undefined };
}

async function putAside(
  consumers: readonly string[],
  rows: RowsChanged,
  detail: unknown,
  deps: EventPortDeps,
): Promise<void> {
  if (consumers.length === 0) return;
  const messages = consumers.map((consumer) => ({
    group: consumer,
    deduplication: heldRowsId(rows, consumer),
    body: heldRows(ROWS_CHANGED, consumer, detail),
  }));
  const { failed, unclear } = await deps.held.send(messages);
  const [lost] = [...failed, ...unclear];
  if (lost === undefined) return;
  throw new Error(`rows for ${lost.entry.group} could not be put aside: ${lost.symptom.name}: ${lost.symptom.message}`);
}

function mustBeTaken(outcome: Awaited<ReturnType<Bus['put']>>): void {
  const lost = [...outcome.failed, ...outcome.unclear][0];
  if (lost !== undefined) throw new Error(`an event was not taken: ${lost.symptom.name}: ${lost.symptom.message}`);
}
