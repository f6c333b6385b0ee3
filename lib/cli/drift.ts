import type { DriftLine } from '#control/drift.ts';
import { mostUrgent } from '#mesh/drift/order.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { type Invocation, textOption } from './command.ts';
import { splitProduct } from './commands/product-show.ts';
import { type Connection, connect } from './connection.ts';
import { type Io, tone } from './io.ts';
import { everyPage } from './pages.ts';
import { renderTable } from './table.ts';
import { momentText } from './time-text.ts';
import { waitForLook } from './wait-drift.ts';

/** `drift show`. */
export async function showDrift(invocation: Invocation): Promise<undefined> {
  const product = textOption(invocation, 'product');
  if (product !== undefined) splitProduct(product);
  const connection = await connect(invocation);
  const lines = await linesOf(connection, product);
  tell(invocation, invocation.options.open === true ? lines.filter(({ open }) => open) : lines);
}

/** `drift check` and `drift repair`: asks for a look, waits until every account was looked at, and shows what it gave. */
export async function lookForDrift(invocation: Invocation, verb: 'check' | 'repair'): Promise<undefined> {
  const [product] = invocation.args;
  if (product !== undefined) splitProduct(product);
  const connection = await connect(invocation);
  const body = product === undefined ? {} : { product };
  const { products } = await connection.api<{ products: ProductRecord[] }>({
    method: 'POST',
    path: `/drift/${verb}`,
    body,
  });
  if (invocation.options.wait !== false) for (const one of products) await waitForLook(connection, one);
  if (products.length === 0 && !invocation.json) invocation.io.err('nothing is open\n');
  else tell(invocation, await linesOf(connection, product));
}

async function linesOf(connection: Connection, product: string | undefined): Promise<DriftLine[]> {
  return mostUrgent((await everyPage<{ drift: DriftLine[] }>(connection, '/drift', { product })).drift);
}

function tell({ io, json }: Invocation, drift: readonly DriftLine[]): void {
  if (json) io.out(`${JSON.stringify({ drift })}\n`);
  else if (drift.length === 0) io.err('no drift\n');
  else io.out(render(io, drift));
}

function render(io: Io, drift: readonly DriftLine[]): string {
  return renderTable(
    drift,
    [
      { title: 'product', value: ({ product, major }) => `${product} v${major}`, whole: true },
      { title: 'state', value: (line) => stateOf(io, line) },
      { title: 'where', value: ({ consumer }) => consumer ?? 'governance' },
      { title: 'kind', value: ({ kind }) => kind },
      { title: 'what', value: ({ what }) => what },
      { title: 'since', value: ({ since, at }) => momentText(since ?? at) },
      { title: 'by', value: ({ who }) => who },
    ],
    io.columns,
  );
}

function stateOf(io: Io, { open, severity }: DriftLine): string {
  if (!open) return tone(io, 'good', 'repaired');
  return severity === 'note' ? 'noted' : tone(io, 'warn', 'open');
}
