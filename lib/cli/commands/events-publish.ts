import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { createBus } from '#aws/eventbridge.ts';
import { realPatience } from '#aws/retry.ts';
import { userError } from '#mesh/error.ts';
import { parseRowsChanged, type RowChange } from '#mesh/event/rows.ts';
import { type ProductRecord, productId } from '#mesh/product/product.ts';
import { domainBusName, ROWS_CHANGED, rowsSource } from '#mesh/topology/names.ts';
import { type Invocation, numberOption, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { tone } from '../io.ts';
import { splitProduct } from './product-show.ts';

/** What the rows of one event weigh at most, in bytes: what consumers get of it has to fit in events too. */
const EVENT_BYTES = 150 * 1024;

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const { domain, name } = splitProduct(invocation.args[0] ?? '');
  const rows = changesIn(await read(invocation, invocation.args[1] ?? ''));
  const connection = await connect(invocation);
  const path = `/products/${domain}/${name}`;
  const query = { major: textOption(invocation, 'major') };
  const { product } = await connection.api<{ product: ProductRecord }>({ method: 'GET', path, query });
  const table = textOption(invocation, 'table') ?? onlyTable(product);
  const sequence = numberOption(invocation, 'sequence') ?? Date.now();
  const source = rowsSource(domain);
  const events = parts(rows).map((part, index) => ({
    specversion: '1.0' as const,
    id: `${productId(product)}/${table}@${sequence + index}`,
    source,
    type: ROWS_CHANGED,
    subject: productId(product),
    time: new Date().toISOString(),
    datacontenttype: 'application/json' as const,
    data: { product: name, major: product.major, table, sequence: sequence + index, rows: part },
  }));
  const problems = events.flatMap((event) => parseRowsChanged(event).problems);
  if (problems.length > 0) throw userError('WEFT-CLI-086', 'the changes are not valid', { problems });
  const bus = createBus(
    new EventBridgeClient(connection.client),
    domainBusName(connection.topology.mesh, domain),
    realPatience,
  );
  const { failed, unclear } = await bus.put(events.map((detail) => ({ source, type: ROWS_CHANGED, detail })));
  const [lost] = [...failed, ...unclear];
  if (lost !== undefined)
    throw userError('WEFT-CLI-087', `the bus did not take the changes: ${lost.symptom.message}`, {
      hint: `say it as ${domain}/producer`,
    });
  const said = events.map(({ id, data }) => ({ id, rows: data.rows.length }));
  if (invocation.json) io.out(`${JSON.stringify({ events: said })}\n`);
  else for (const { id, rows: count } of said) io.out(`${tone(io, 'good', 'said')} ${id}: ${count} row(s) changed\n`);
}

async function read({ io }: Invocation, file: string): Promise<string> {
  return file === '-' ? text(process.stdin) : readFileSync(resolve(io.cwd, file), 'utf8');
}

function changesIn(lines: string): RowChange[] {
  return lines.split('\n').flatMap((line, index): RowChange[] => {
    if (line.trim() === '') return [];
    try {
      return [JSON.parse(line) as RowChange];
    } catch {
      throw userError('WEFT-CLI-088', `line ${index + 1} is not JSON: ${line.slice(0, 60)}`, {
        hint: 'write one change on each line, e.g. { "after": { "id": 1 } }',
      });
    }
  });
}

function onlyTable({ tables }: ProductRecord): string {
  const own = tables.filter(({ view }) => view === undefined).map(({ name }) => name);
  if (own.length === 1) return own[0] ?? '';
  throw userError('WEFT-CLI-089', `the product has the tables ${own.join(', ')}`, { hint: 'name one with --table' });
}

function parts(rows: readonly RowChange[]): RowChange[][] {
  const groups: RowChange[][] = [];
  let bytes = 0;
  for (const row of rows) {
    const own = Buffer.byteLength(JSON.stringify(row));
    bytes += own;
    const last = groups.at(-1);
    if (last !== undefined && bytes <= EVENT_BYTES) last.push(row);
    else {
      groups.push([row]);
      bytes = own;
    }
  }
  return groups;
}
