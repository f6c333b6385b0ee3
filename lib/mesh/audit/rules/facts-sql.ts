import { accountOf, type Fact, roleOf } from './fact.ts';

/** A span of time: ISO 8601 in UTC, the end not included. */
export interface Span {
  readonly since: string;
  readonly until: string;
}

/** Rows as Athena answers them. */
type Rows = readonly (readonly (string | null)[])[];

/**
 * What was read within a span, one row for each table of a query; other engines than Athena name no query, so there each moment is one. `reads` is a query with the columns of the view `reads` of the audit tables.
 */
export function readsSql(span: Span, reads: string): string {
  return `
    SELECT coalesce(queryid, "at") AS access, min("at") AS first_at, principal, session, account, domain, product, major, tablename,
           array_join(array_agg(DISTINCT columnname), ',') AS columns_read,
           array_join(array_agg(DISTINCT subscription), ',') AS subscriptions_read,
           max(scannedbytes) AS bytes
    FROM (${reads}) AS r
    WHERE ${within('"at"', span)} AND product IS NOT NULL AND coalesce(state, '') <> 'FAILED'
    GROUP BY coalesce(queryid, "at"), principal, session, account, domain, product, major, tablename`;
}

/** The facts in the answer of `readsSql`. */
export function readFacts(rows: Rows): Fact[] {
  return rows.map(([id, at, principal, session, account, domain, product, major, table, columns, through, bytes]) => ({
    kind: 'read',
    id: id ?? '',
    at: instant(at),
    principal: roleOf(principal ?? '').principal,
    session: session || roleOf(principal ?? '').session,
    account: account || accountOf(principal ?? ''),
    domain: domain ?? '',
    product: product ?? '',
    ...(major === null || major === undefined ? {} : { major: Number(major) }),
    ...(table === null || table === undefined ? {} : { table }),
    columns: listed(columns),
    subscriptions: listed(through),
    bytes: Number(bytes ?? 0),
  }));
}

/** What was denied within a span: commands by the mesh, and calls by AWS in the accounts whose trail is kept. */
export function denialsSql(database: string, span: Span): string {
  return `
    SELECT id, "at" AS denied_at, actor, domain, product
    FROM ${database}.entries
    WHERE kind = 'denied' AND ${within('"at"', span)}
    UNION ALL
    SELECT eventid, eventtime, useridentity.arn, CAST(NULL AS varchar), CAST(NULL AS varchar)
    FROM ${database}.trail
    WHERE errorcode IN ('AccessDenied', 'AccessDeniedException') AND useridentity.arn IS NOT NULL
      AND day >= '${dayOf(span.since)}' AND ${within('eventtime', span)}`;
}

/** The facts in the answer of `denialsSql`. */
export function denialFacts(rows: Rows): Fact[] {
  return rows.map(([id, at, actor, domain, product]) => ({
    kind: 'denial',
    id: id ?? '',
    at: instant(at),
    ...roleOf(actor ?? ''),
    account: accountOf(actor ?? ''),
    ...(domain === null || domain === undefined || domain === '' ? {} : { domain }),
    ...(product === null || product === undefined || product === '' ? {} : { product }),
    columns: [],
    subscriptions: [],
    bytes: 0,
  }));
}

/** Instants are texts in the audit tables, and of one form, so that their order is that of time. */
function within(column: string, { since, until }: Span): string {
  return `${column} >= '${toSecond(since)}' AND ${column} < '${toSecond(until)}'`;
}

/** `2026-03-01T08:00:00`: what begins with it, whatever its fraction, is not before it. */
function toSecond(at: string): string {
  return new Date(at).toISOString().slice(0, 19);
}

function instant(at: string | null | undefined): string {
  return new Date(at ?? '').toISOString();
}

function dayOf(at: string): string {
  return new Date(at).toISOString().slice(0, 10).replaceAll('-', '/');
}

function listed(text: string | null | undefined): string[] {
  return [...new Set((text ?? '').split(/[,\s]+/).filter((part) => part !== ''))].toSorted();
}
