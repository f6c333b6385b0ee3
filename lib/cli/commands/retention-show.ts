import type { RetentionView } from '#control/show-retention.ts';
import type { Invocation } from '../command.ts';
import { connect } from '../connection.ts';
import { type Io, tone } from '../io.ts';
import { retentionsOf } from '../retention.ts';
import { renderTable } from '../table.ts';
import { dayText } from '../time-text.ts';
import { splitProduct } from './product-show.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const [product] = invocation.args;
  if (product !== undefined) splitProduct(product);
  const retention = await retentionsOf(await connect(invocation), product);
  if (invocation.json) io.out(`${JSON.stringify({ retention })}\n`);
  else if (retention.length === 0) io.err('the mesh has no products\n');
  else render(io, retention);
}

function render(io: Io, views: readonly RetentionView[]): void {
  const rows = views.flatMap((view) => view.tables.map((table) => ({ view, table })));
  const columns = [
    { title: 'product', value: ({ view }: (typeof rows)[number]) => `${view.product} v${view.major}` },
    { title: 'table', value: ({ table }: (typeof rows)[number]) => table.table },
    { title: 'kept', value: ({ table }: (typeof rows)[number]) => table.period ?? 'without an end' },
    { title: 'by', value: ({ table }: (typeof rows)[number]) => basisText(table) },
    { title: 'goes next', value: (row: (typeof rows)[number]) => nextOf(row) },
  ];
  io.out(renderTable(rows, columns, io.columns));
  for (const { product, major, holds, held, status } of views) {
    const name = `${product} v${major}`;
    for (const { id, side, at, reason, table } of holds) {
      io.out(
        `${tone(io, 'warn', 'held')}: ${name} ${table ?? 'every table'} since ${at} by ${side}: ${reason} (hold ${id})\n`,
      );
    }
    if (held > holds.length) io.out(`${tone(io, 'warn', 'held')}: ${name}, ${held} holds\n`);
    for (const { table, kind, reasons, by } of status.obstacles ?? []) {
      io.out(`${tone(io, 'warn', 'stays')}: ${name} ${table} in ${by}, ${kind}: ${reasons.join('; ')}\n`);
    }
  }
}

function basisText({ basis, period }: RetentionView['tables'][number]): string {
  if (period === undefined) return '';
  if (basis.kind === 'partition') return basis.keys.map(({ name }) => name).join('/');
  return basis.kind === 'object' ? 'time of writing' : `nothing: ${basis.reason}`;
}

function nextOf({ view, table }: { view: RetentionView; table: RetentionView['tables'][number] }): string {
  if (view.held > 0) return 'held';
  const waiting = (view.status.announced ?? []).filter((one) => one.table === table.table).at(-1);
  const gone = view.status.disposedAt?.[table.table];
  if (waiting !== undefined && (gone ?? '') < waiting.goesAt) {
    return `up to ${dayText(waiting.upTo)} on ${dayText(waiting.goesAt)}`;
  }
  return gone === undefined ? '' : `last removed ${dayText(gone)}`;
}
