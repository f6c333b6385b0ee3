import { userError } from '#mesh/error.ts';
import type { FeedbackRecord } from '#mesh/product/feedback.ts';
import { type ProductColumn, type ProductRecord, type ProductTable, productId } from '#mesh/product/product.ts';
import type { ShareRecord, SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { databaseName } from '#mesh/topology/names.ts';
import { type Invocation, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { type Io, tone } from '../io.ts';
import { everyPage } from '../pages.ts';
import { lifeLines } from '../product-life-lines.ts';
import { subscriptionTable } from '../subscriptions.ts';
import { renderTable } from '../table.ts';

interface Answer {
  readonly product: ProductRecord;
  readonly subscriptions: readonly SubscriptionRecord[];
  readonly shares: readonly ShareRecord[];
  readonly feedback: readonly FeedbackRecord[];
}

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const connection = await connect(invocation);
  const { domain, name } = splitProduct(invocation.args[0] ?? '');
  const query = { major: textOption(invocation, 'major') };
  const answer = await everyPage<Answer>(connection, `/products/${domain}/${name}`, query, io);
  if (invocation.json) io.out(`${JSON.stringify(answer)}\n`);
  else io.out(render(io, answer));
}

/**
 * The two halves of `<domain>/<product>`.
 * @throws WeftError `WEFT-CLI-014` when it is something else.
 */
export function splitProduct(id: string): { domain: string; name: string } {
  const match = /^([a-z0-9-]+)\/([a-z0-9-]+)$/.exec(id);
  if (match === null)
    throw userError('WEFT-CLI-014', `${JSON.stringify(id)} is not a product`, {
      hint: '<domain>/<product>, as weft product list shows them',
    });
  return { domain: match[1] ?? '', name: match[2] ?? '' };
}

function render(io: Io, { product, subscriptions, feedback }: Answer): string {
  const database = databaseName(product.domain, product.name, product.major);
  const lines = [
    `${tone(io, 'strong', productId(product))} ${product.version}, ${product.state}, ${product.classification}`,
    product.description,
    `owner ${product.owner}${product.contact === undefined ? '' : `, contact ${product.contact}`}`,
    `database ${database}, ports ${product.ports.join(', ')}`,
  ];
  if (product.quarantine !== undefined) {
    lines.push(
      `${tone(io, 'bad', 'quarantined')} ${product.quarantine.table}: ${product.quarantine.reasons.join('; ')}`,
    );
  }
  for (const { side, at, reason } of product.suspensions ?? []) {
    lines.push(`${tone(io, 'bad', 'suspended')} by ${side} at ${at}${reason === undefined ? '' : `: ${reason}`}`);
  }
  lines.push(...lifeLines(io, product, feedback));
  for (const entry of product.status.conditions) {
    lines.push(
      `${entry.type} ${tone(io, entry.status === 'true' ? 'good' : 'warn', entry.status)} ${entry.reason}${entry.message === undefined ? '' : `: ${entry.message}`}`,
    );
  }
  if (product.status.timeToRegisterMs !== undefined)
    lines.push(`registered ${product.status.timeToRegisterMs} ms after the command`);
  const tables = product.tables.map(
    (table) => `\n${tone(io, 'strong', `${database}.${table.name}`)} ${kindOf(table)}\n${columnTable(io, table)}`,
  );
  const subscribed = subscriptions.length === 0 ? '' : `\n${subscriptionTable(io, subscriptions)}`;
  return `${lines.join('\n')}\n${tables.join('')}${subscribed}`;
}

function kindOf({ view, internal, format, location }: ProductTable): string {
  if (view !== undefined) return `view of ${view.table}`;
  return `${format} ${location}${internal === true ? ', internal: only views read it' : ''}`;
}

/** How a view shows the column: as it is, or how it is masked. */
function maskOf({ shows }: ProductColumn): string {
  if (shows === undefined) return '';
  return shows.mask === 'partial' ? `last ${shows.keep} of each value` : shows.mask;
}

function columnTable(io: Io, table: ProductTable): string {
  return renderTable(
    [...table.columns, ...table.partitionKeys],
    [
      { title: 'column', value: (column) => column.name },
      { title: 'type', value: (column) => column.type },
      { title: 'class', value: (column) => column.classification ?? table.defaultClassification ?? 'unclassified' },
      ...(table.view === undefined ? [] : [{ title: 'shown', value: maskOf }]),
      { title: 'description', value: (column) => column.description ?? '' },
    ],
    io.columns,
  );
}
