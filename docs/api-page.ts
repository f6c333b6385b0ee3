import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { COSTLY_ROUTES, ROUTES } from '#stacks/governance/mesh-api.ts';
import { NOTE, table } from './markdown.ts';

interface Row {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly allowed: readonly string[];
}

interface Access {
  readonly groups: Readonly<Record<string, readonly string[]>>;
  readonly words: Readonly<Record<string, { readonly what: string; readonly to: readonly string[] }>>;
  readonly routes: Readonly<Record<string, readonly Row[]>>;
}

/** Members of a body that decide who may: the rest does not. */
const DECIDING = ['action', 'decision', 'class', 'reach'];

/** The page of every route, who gets through to it and what answers tell to whom: from the table that the tests hold the API to. */
export function apiPage(): string {
  const { groups, words, routes } = parse(
    readFileSync(new URL('../test/cases/api-access.yaml', import.meta.url), 'utf8'),
  ) as Access;
  const rows = ROUTES.flatMap((route) =>
    (routes[route] ?? []).map((row) => [
      `\`${route}\``,
      whenOf(row),
      whoOf(row.allowed),
      COSTLY_ROUTES.includes(route) ? 'less' : '',
    ]),
  );
  const names = Object.entries(groups).map(([name, members]) => [name, members.join(', ')]);
  const told = Object.values(words).map(({ what, to }) => [what, to.join(', ')]);
  return `# API

${NOTE}Each call is signed by a principal of an account of the mesh. The table says who gets through, for a product of the *owner* that the *consumer* uses; whoever is not named is refused with \`WEFT-AUTH\`. Whether the state then permits it, and what policy says, is another matter. The limits are in [ADR 0010](../adr/0010-api-limits.md); *less* marks routes of which fewer are let through at once.

${table(['route', 'when', 'who gets through', 'at once'], unique(rows))}
*everyone* is every role of an account of the mesh, approved applications included, and sees of lists what it may see. *owner/event-port*, *owner/disposal*, *owner/quality* and *audit/audit-rules* are Lambdas. A suspended application is refused everywhere.

${table(['group', 'who'], names)}
## What answers tell to whom

Beside what everyone may know of products, lineage, policies and who takes part:

${table(['what', 'to'], told)}`;
}

function whenOf({ path = {}, query = {}, body = {} }: Row): string {
  const said = [
    ...Object.entries(body).filter(([name]) => DECIDING.includes(name)),
    ...Object.entries(query).filter(([, value]) => !value.startsWith('{')),
    ...Object.entries(path).filter(([, value]) => !value.startsWith('{') && !/^0+$/.test(value)),
    ...('domain' in body ? [['domain', body.domain]] : []),
    ...('scope' in body ? [['scope', body.scope]] : []),
  ];
  return said.map(([name, value]) => `${name}: ${String(value)}`).join(', ');
}

function whoOf(allowed: readonly string[]): string {
  return allowed.length === 0 ? 'nobody, where the decision does not ask for that class' : allowed.join(', ');
}

/** Rows that say the same say it once. */
function unique(rows: readonly (readonly string[])[]): (readonly string[])[] {
  return [...new Map(rows.map((row) => [row.join('|'), row])).values()];
}
