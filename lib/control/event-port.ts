import type { Bus } from '#aws/eventbridge.ts';
import type { MeshApi } from '#aws/mesh-api.ts';
import { type Problem, WeftError } from '#mesh/error.ts';
import type { Audience } from '#mesh/event/audience.ts';
import { type Delivery, productEvents } from '#mesh/event/product-event.ts';
import { checkRow } from '#mesh/event/row-values.ts';
import { parseRowsChanged, type RowsChanged } from '#mesh/event/rows.ts';
import { rowsRefused } from '#mesh/event/rows-refused.ts';

export interface EventPortDeps {
  readonly api: Pick<MeshApi, 'get'>;
  /** The domain's own bus, for what is refused. */
  readonly own: Bus;
  /** The domain bus of a consumer, in its account. */
  busOf(consumer: string, account: string): Bus;
  readonly domain: string;
  readonly account: string;
  now(): Date;
}

/** How a `RowsChanged` ended: how many events went to whom, or why it was refused. */
export type Delivered =
  | { readonly outcome: 'delivered'; readonly events: Readonly<Record<string, number>> }
  | { readonly outcome: 'refused'; readonly problems: readonly Problem[] };

/**
 * Tells each consumer of a product the changes of rows that its subscriptions show now. What cannot be right is refused and told on the
 * domain's own bus as `RowsRefused`.
 * @throws when a bus did not take an event, for the message to come again; whoever has it already gets the same id.
 */
export async function deliverRows(detail: unknown, deps: EventPortDeps): Promise<Delivered> {
  const checked = parseRowsChanged(detail);
  if (!checked.ok) return refuse(detail, checked.problems, deps);
  const rows = checked.value;
  const audience = await ask(rows, deps);
  if ('problems' in audience) return refuse(detail, audience.problems, deps);
  const problems = problemsOf(rows, audience, deps.domain);
  if (problems.length > 0) return refuse(detail, problems, deps);
  return deliver(productEvents(rows, audience, deps.account), deps);
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

async function refuse(detail: unknown, problems: readonly Problem[], deps: EventPortDeps): Promise<Delivered> {
  const event = rowsRefused(detail, problems, { domain: deps.domain, time: deps.now().toISOString() });
  mustBeTaken(await deps.own.put([{ source: event.source, type: event.type, detail: event }]));
  return { outcome: 'refused', problems };
}

/** Every consumer is tried before the first failure is told: one broken bus holds up no other. */
async function deliver(deliveries: readonly Delivery[], deps: EventPortDeps): Promise<Delivered> {
  const events: Record<string, number> = {};
  const failures: unknown[] = [];
  for (const [consumer, own] of Map.groupBy(deliveries, (delivery) => delivery.consumer)) {
    const bus = deps.busOf(consumer, own[0]?.account ?? '');
    try {
      mustBeTaken(await bus.put(own.map(({ event }) => ({ source: event.source, type: event.type, detail: event }))));
      events[consumer] = own.length;
    } catch (cause) {
      failures.push(new Error(`${consumer}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause }));
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('; '));
  return { outcome: 'delivered', events };
}

function mustBeTaken(outcome: Awaited<ReturnType<Bus['put']>>): void {
  const lost = [...outcome.failed, ...outcome.unclear][0];
  if (lost !== undefined) throw new Error(`an event was not taken: ${lost.symptom.name}: ${lost.symptom.message}`);
}
