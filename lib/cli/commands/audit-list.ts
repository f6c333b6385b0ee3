import { setTimeout as sleep } from 'node:timers/promises';
import { ENTRY_KINDS } from '#mesh/audit/kind.ts';
import { userError } from '#mesh/error.ts';
import { type AuditOptions, auditEntries, auditReads, type EntryRow, type ReadRow } from '../audit.ts';
import { type Invocation, numberOption, textOption } from '../command.ts';
import { type Connection, connect } from '../connection.ts';
import { type Column, renderTable } from '../table.ts';
import { momentText } from '../time-text.ts';
import { splitProduct } from './product-show.ts';

const DEFAULT_LIMIT = 100;

/** Seconds between two looks: the trail is a table, and each look is a query. */
const DEFAULT_PAUSE = 15;

export async function run(invocation: Invocation): Promise<undefined> {
  const product = textOption(invocation, 'product');
  if (product !== undefined) splitProduct(product);
  const options = { product, kinds: kindsOf(invocation), limit: numberOption(invocation, 'limit') ?? DEFAULT_LIMIT };
  const connection = await connect(invocation);
  if (invocation.options.reads === true) show(invocation, await auditReads(connection, options), READ_COLUMNS);
  else if (invocation.options.follow === true) await follow(invocation, connection, options);
  else show(invocation, await auditEntries(connection, options), ENTRY_COLUMNS);
}

/** @throws WEFT-CLI-055 for a kind that no entry has. */
function kindsOf(invocation: Invocation): readonly string[] {
  const kinds = (textOption(invocation, 'kind') ?? '').split(',').flatMap((kind) => kind.trim() || []);
  const unknown = kinds.filter((kind) => !(ENTRY_KINDS as readonly string[]).includes(kind));
  if (unknown.length === 0) return kinds;
  throw userError('WEFT-CLI-055', `no entry is of the kind ${unknown.join(', ')}`, {
    hint: `kinds are ${ENTRY_KINDS.join(', ')}`,
  });
}

/** Tells each entry once, oldest first, as it comes to the trail. */
async function follow(invocation: Invocation, connection: Connection, options: AuditOptions): Promise<void> {
  invocation.io.progress?.pause();
  const { io } = invocation;
  const pause = (numberOption(invocation, 'every', 86_400) ?? DEFAULT_PAUSE) * 1000;
  const seconds = numberOption(invocation, 'for', 86_400);
  const until = seconds === undefined ? Number.POSITIVE_INFINITY : performance.now() + seconds * 1000;
  const told = new Set<string>();
  for (;;) {
    for (const entry of (await auditEntries(connection, options)).toReversed()) {
      if (told.has(entry.id)) continue;
      told.add(entry.id);
      io.out(`${invocation.json ? JSON.stringify(entry) : lineOf(entry)}\n`);
    }
    if (performance.now() + pause > until) return;
    await sleep(pause);
  }
}

function lineOf(entry: EntryRow): string {
  return ENTRY_COLUMNS.map(({ value }) => value(entry))
    .filter((part) => part !== '')
    .join('  ');
}

function show<T>(invocation: Invocation, entries: readonly T[], columns: readonly Column<T>[]): void {
  const { io } = invocation;
  if (invocation.json) io.out(`${JSON.stringify({ entries })}\n`);
  else if (entries.length === 0) io.err('the trail has nothing of the kind\n');
  else io.out(renderTable(entries, columns, io.columns));
}

const ENTRY_COLUMNS: readonly Column<EntryRow>[] = [
  { title: 'at', value: (entry) => momentText(entry.at), whole: true },
  { title: 'kind', value: (entry) => entry.kind, whole: true },
  { title: 'who', value: (entry) => person(entry.actor) },
  { title: 'what', value: (entry) => entry.action, whole: true },
  { title: 'about', value: (entry) => [entry.product, entry.consumer].filter((part) => part !== '').join(' for ') },
  { title: 'summary', value: (entry) => (entry.reason === '' ? entry.summary : `${entry.summary} (${entry.reason})`) },
];

const READ_COLUMNS: readonly Column<ReadRow>[] = [
  { title: 'at', value: (read) => momentText(read.at), whole: true },
  { title: 'who', value: (read) => person(read.principal) },
  { title: 'through', value: (read) => read.service },
  { title: 'table', value: (read) => read.table },
];

/** The last two parts of an ARN's path: role and session, or the role. */
function person(arn: string): string {
  return arn.includes(':assumed-role/') ? arn.split('/').slice(-2).join('/') : (arn.split('/').at(-1) ?? arn);
}
