import { EVERYBODY } from '../../drift/access.ts';
import type { ProductTable } from '../../product/product.ts';
import type { ClassificationLadder } from '../../topology/topology.ts';
import { type Cell, cellsOf, overlap, union, type Via } from './cells.ts';
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
  const tables = (now?.tables ?? []).filter(({ name }) => narrowing.table === undefined || name === narrowing.table);
  if (now === undefined || tables.length === 0) return [];
  const byHand = givenByHand(version.drift, 'governance', when);
  const accounts = new Set(version.shares.map(({ account }) => account));
  const isConsumers = ({ grant }: Via) => grant.principal.split(':').some((part) => accounts.has(part));
  const found: Access[] = [];
  for (const share of version.shares) {
    const central = standing(share.central, 'governance', when);
    const added = byHand.filter(({ grant }) => grant.principal.split(':').includes(share.account));
    const tags = givenByTags(share, now.record, history.entitlements, ladder, when);
    const above = [...central.via, ...added, ...tags];
    const local = standing(share.local, 'consumer', when);
    const below = [...local.via, ...givenByHand(share.drift, 'consumer', when)].filter(({ grant }) =>
      onProduct(grant.resource, share),
    );
    const filters = withChanged(central.filters, version.drift, when);
    for (const table of tables) {
      const order = columnsOf(table, narrowing);
      const show = (via: readonly Via[]) => cellsOf(via, table.name, order, filters);
      const account = show(above.filter(({ grant }) => grant.principal === share.account));
      const direct = Map.groupBy(
        above.filter(({ grant }) => grant.principal !== share.account),
        ({ grant }) => grant.principal,
      );
      const roles = Map.groupBy(below, ({ grant }) => grant.principal);
      for (const principal of new Set([...roles.keys(), ...direct.keys()])) {
        if (!isAsked(principal, narrowing)) continue;
        const capped = overlap(show(roles.get(principal) ?? []), account);
        const cells = union(capped, show(direct.get(principal) ?? []));
        for (const cell of cells.values()) found.push({ ...cell, principal, share, table });
      }
      if (!isAsked(share.account, narrowing)) continue;
      const whole = passesOn(share, when);
      // What its roles have is told of with them; what it got past the mesh it may pass on to anybody.
      const own = whole ? account : show(added.filter(({ grant }) => grant.principal === share.account));
      const given = whole ? { whole: true as const } : {};
      for (const cell of own.values()) found.push({ ...cell, principal: share.account, share, ...given, table });
    }
  }
  const others = standing(version.strangers, 'governance', when);
  const strangers = [...others.via, ...byHand].filter((via) => !isConsumers(via));
  const filters = withChanged(others.filters, version.drift, when);
  for (const [principal, via] of Map.groupBy(strangers, ({ grant }) => grant.principal)) {
    if (!isAsked(principal, narrowing, ownerOf(via))) continue;
    for (const table of tables) {
      const cells = cellsOf(via, table.name, columnsOf(table, narrowing), filters);
      for (const cell of cells.values()) found.push({ ...cell, principal, table });
    }
  }
  return found;
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
