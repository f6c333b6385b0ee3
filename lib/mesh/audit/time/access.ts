import { EVERYBODY } from '../../drift/access.ts';
import type { DriftFinding } from '../../drift/finding.ts';
import type { ProductTable } from '../../product/product.ts';
import type { ClassificationLadder } from '../../topology/topology.ts';
import { type Cell, type Cells, cellsOf, overlap, union, type Via } from './cells.ts';
import { type DriftSpan, isHeld } from './drift-spans.ts';
import type { AccessHistory, ShareHistory, VersionHistory } from './history.ts';
import { lastOf, type When } from './series.ts';
import { givenByHand, givenByTags, standing, withChanged } from './sides.ts';

/** One column of one table that a principal could read, in some rows or all. */
export interface Access extends Cell {
  /** A role's ARN, an account's id, or another principal of Lake Formation. */
  readonly principal: string;
  /** The consumer whose share it comes by; absent for those who are no consumer's. */
  readonly share?: ShareHistory;
  /** The account as such has it: its own administrator passes it on. */
  readonly whole?: true;
  readonly table: ProductTable;
  /** Set for a column that somebody added to the central catalog past the mesh. */
  readonly finding?: DriftFinding;
}

/** What narrows a question; what is left out narrows nothing. */
export interface Narrowing {
  readonly table?: string;
  readonly column?: string;
  /** A principal as Lake Formation names it; `<account>:IAMPrincipals` counts for every role of the account. */
  readonly principal?: string;
}

/**
 * Who could read what of one product version at a moment, by what was known: what a role was given in its account, as far as the account held it in the
 * governance account; over the tables and columns that the central catalog had then.
 */
export function accessTo(
  version: VersionHistory,
  history: Pick<AccessHistory, 'entitlements'>,
  when: When,
  { ladder, narrowing = {} }: { readonly ladder: ClassificationLadder; readonly narrowing?: Narrowing },
): Access[] {
  const now = lastOf(version.states, when);
  if (now === undefined) return [];
  const tables = tablesAt(now.tables, version.drift, when)
    .filter(({ table: { name } }) => narrowing.table === undefined || name === narrowing.table)
    .map((one) => ({ ...one, order: columnsOf(one.table, narrowing) }));
  if (tables.length === 0) return [];
  const byHand = givenByHand(version.drift, 'governance', when);
  const consumers = version.shares.flatMap((share) => {
    if (narrowing.principal !== undefined && !narrowing.principal.split(':').includes(share.account)) return [];
    const added = byHand.filter(({ grant }) => grant.principal.split(':').includes(share.account));
    const tags = givenByTags(share, now.record, history.entitlements, ladder, when);
    return tables.flatMap((one) => ofConsumer(share, one, [...added, ...tags], version.drift, when, narrowing));
  });
  const accounts = new Set(version.shares.map(({ account }) => account));
  const others = standing(version.strangers, 'governance', when);
  const strangers = [...others.via, ...byHand].filter(
    ({ grant }) => !grant.principal.split(':').some((part) => accounts.has(part)),
  );
  const filters = withChanged(others.filters, version.drift, when);
  const found = [...Map.groupBy(strangers, ({ grant }) => grant.principal)]
    .filter(([principal, via]) => isAsked(principal, narrowing, ownerOf(via)))
    .flatMap(([principal, via]) =>
      tables.flatMap(({ table, order, added }) =>
        [...cellsOf(via, table.name, order, filters).values()].map((cell) => ({
          ...cell,
          ...byHandColumn(added, cell),
          principal,
          table,
        })),
      ),
    );
  return [...consumers, ...found];
}

/** A table at a moment, the columns of it that are asked for, and those among them that somebody added past the mesh. */
interface TableThen {
  readonly table: ProductTable;
  readonly order: readonly string[];
  readonly added: ReadonlyMap<string, DriftSpan>;
}

/** What one consumer's roles could read of one table; and the account as such, where it may pass it on. `more` is what no look at the product shows. */
function ofConsumer(
  share: ShareHistory,
  { table, order, added }: TableThen,
  more: readonly Via[],
  drift: readonly DriftSpan[],
  when: When,
  narrowing: Narrowing,
): Access[] {
  const central = standing(share.central, 'governance', when);
  const above = [...central.via, ...more];
  const local = standing(share.local, 'consumer', when);
  const below = [...local.via, ...givenByHand(share.drift, 'consumer', when)].filter(({ grant }) =>
    onProduct(grant.resource, share),
  );
  const filters = withChanged(central.filters, drift, when);
  const show = (via: readonly Via[]) => cellsOf(via, table.name, order, filters);
  const account = show(above.filter(({ grant }) => grant.principal === share.account));
  const direct = Map.groupBy(
    above.filter(({ grant }) => grant.principal !== share.account),
    ({ grant }) => grant.principal,
  );
  const roles = Map.groupBy(below, ({ grant }) => grant.principal);
  const found: Access[] = [];
  const note = (principal: string, cells: Cells, whole: boolean) => {
    const given = whole ? { whole: true as const } : {};
    for (const cell of cells.values())
      found.push({ ...cell, ...byHandColumn(added, cell), principal, share, ...given, table });
  };
  for (const principal of new Set([...roles.keys(), ...direct.keys()])) {
    if (!isAsked(principal, narrowing)) continue;
    const capped = overlap(show(roles.get(principal) ?? []), account);
    note(principal, union(capped, show(direct.get(principal) ?? [])), false);
  }
  if (!isAsked(share.account, narrowing)) return found;
  const whole = passesOn(share, when);
  // What its roles have is told of with them; what it got past the mesh it may pass on to anybody.
  const handMade = more.filter(({ grant, finding }) => finding !== undefined && grant.principal === share.account);
  note(share.account, whole ? account : show(handMade), whole);
  return found;
}

/** The catalog's tables with what somebody added to them past the mesh. */
function tablesAt(
  tables: readonly ProductTable[],
  drift: readonly DriftSpan[],
  when: When,
): Omit<TableThen, 'order'>[] {
  const more = drift.filter((span) => span.finding.added !== undefined && isHeld(span, when));
  if (more.length === 0) return tables.map((table) => ({ table, added: NOTHING_ADDED }));
  const known = new Map(tables.map((table) => [table.name, { table, added: new Map<string, DriftSpan>() }]));
  for (const span of more) {
    const { table: name, columns } = span.finding.added as NonNullable<DriftFinding['added']>;
    const { table, added } = known.get(name) ?? { table: nobodys(name), added: new Map<string, DriftSpan>() };
    const fresh = columns.filter((one) => !table.columns.some((column) => column.name === one));
    for (const column of fresh) added.set(column, span);
    const wider = { ...table, columns: [...table.columns, ...fresh.map((one) => ({ name: one, type: 'string' }))] };
    known.set(name, { table: wider, added });
  }
  return [...known.values()];
}

const NOTHING_ADDED: ReadonlyMap<string, DriftSpan> = new Map();

/** A table that is none of the product's: nothing is known of it but its columns. */
function nobodys(name: string): ProductTable {
  const source = { database: '', table: name };
  return { name, columns: [], partitionKeys: [], location: '', format: 'parquet', source };
}

function byHandColumn(added: TableThen['added'], cell: Cell): Partial<Access> {
  const span = added.get(cell.column);
  return span === undefined ? {} : { finding: span.finding, recorded: Math.max(cell.recorded, span.recorded) };
}

/** The account whose catalog the grants are on. */
function ownerOf(via: readonly Via[]): string | undefined {
  return via.flatMap(({ grant: { resource } }) => ('catalogId' in resource ? [resource.catalogId] : []))[0];
}

function onProduct(resource: Via['grant']['resource'], { target }: ShareHistory): boolean {
  return 'database' in resource && resource.database === target.database && resource.catalogId === target.catalogId;
}

/** The columns of a table that are asked for, partition keys last. */
function columnsOf({ columns, partitionKeys }: ProductTable, { column }: Narrowing): string[] {
  const names = [...columns, ...partitionKeys].map(({ name }) => name);
  return column === undefined ? names : names.filter((name) => name === column);
}

function isAsked(principal: string, { principal: asked }: Narrowing, owner?: string): boolean {
  if (asked === undefined || principal === asked) return true;
  const account = /^arn:[^:]+:iam::(\d{12}):/.exec(asked)?.[1] ?? asked;
  if (principal === `${account}:IAMPrincipals`) return true;
  // Where IAM alone decides, everybody in the account of the catalog may.
  if (principal === EVERYBODY) return account === owner;
  // Who asks for an account asks for everybody in it.
  return /^\d{12}$/.test(asked) && principal.split(':').includes(asked);
}

/** True for an account that was given the product whole: until the intent without it was made and read back. */
function passesOn({ states }: ShareHistory, when: When): boolean {
  const intent = lastOf(states, when)?.intent;
  return intent?.passesOn !== undefined || intent?.former?.passedOn === true;
}
