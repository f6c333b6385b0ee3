import type { Grant, GrantResource } from '#mesh/access/grant.ts';
import type { Affected } from '#mesh/lineage/impact.ts';
import type { CatalogChange } from '#mesh/plan/catalog.ts';
import type { FilterChange } from '#mesh/plan/filters.ts';
import type { GrantChange } from '#mesh/plan/grants.ts';
import type { LocalPlan, Plan } from '#mesh/plan/plan.ts';
import { type Io, tone } from './io.ts';
import { wayText } from './lineage-tree.ts';
import { verdictLines } from './verdict.ts';

/** True when a plan would change nothing. */
export function isEmptyPlan(plan: Plan): boolean {
  return plan.catalog.length + plan.filters.length + plan.grants.length + plan.local.length === 0;
}

/** A plan for people: the verdict, what broadens access first, then the rest; only what changes. */
export function renderPlan(io: Io, plan: Plan): string {
  const lines = verdictLines(io, plan.verdict);
  section(
    lines,
    io,
    'made of what changes',
    (plan.downstream ?? []).map((affected) => tone(io, 'warn', affectedText(affected))),
  );
  if (isEmptyPlan(plan)) return `${[...lines, 'nothing to change'].join('\n')}\n`;
  const broadens = new Set(plan.broadens.map(keyOf));
  section(
    lines,
    io,
    'broadens access',
    plan.grants.filter((change) => broadens.has(keyOf(change))).map((change) => grantLine(io, change)),
  );
  section(
    lines,
    io,
    'takes access away',
    plan.grants.filter((change) => !broadens.has(keyOf(change))).map((change) => grantLine(io, change)),
  );
  section(
    lines,
    io,
    'filters',
    plan.filters.map((change) => filterLine(io, change)),
  );
  section(
    lines,
    io,
    'central catalog',
    plan.catalog.map((change) => catalogLine(io, change)),
  );
  for (const local of plan.local) section(lines, io, `in ${local.consumer} (${local.account})`, localLines(io, local));
  const calls = Object.entries(plan.calls).map(([name, count]) => `${count} ${name}`);
  if (calls.length > 0) lines.push(tone(io, 'dim', `writes: ${calls.join(', ')}`));
  return `${lines.join('\n')}\n`;
}

/** `finance/revenue v1 daily.total: transformation (WEFT-COMPAT-016)`. */
export function affectedText({ product, major, table, column, how, origin, changes }: Affected): string {
  const part = [table, column].filter((name) => name !== undefined).join('.');
  const ways = how.length === 0 ? origin : how.map(wayText).join(', ');
  return `${product} v${major}${part === '' ? '' : ` ${part}`}: ${ways} (${changes.join(', ')})`;
}

/** A change as text: a plan that came over the wire holds equal changes, not the same ones. */
function keyOf(change: GrantChange): string {
  return JSON.stringify(change);
}

function section(lines: string[], io: Io, title: string, entries: readonly string[]): void {
  if (entries.length === 0) return;
  lines.push(tone(io, 'strong', title), ...entries.map((entry) => `  ${entry}`));
}

function grantLine(io: Io, { kind, grant }: GrantChange): string {
  return kind === 'grant' ? tone(io, 'warn', `+ ${grantText(grant)}`) : tone(io, 'good', `- ${grantText(grant)}`);
}

/** `DESCRIBE, SELECT on table db.t (a, b) to 2100…, may be passed on`. */
export function grantText(grant: Grant): string {
  const onward = grant.grantable.length > 0 ? ', may be passed on inside the account' : '';
  return `${grant.permissions.join(', ')} on ${resourceText(grant.resource)} to ${principalText(grant.principal)}${onward}`;
}

function resourceText(resource: GrantResource): string {
  if (resource.kind === 'other') return resource.id;
  if (resource.kind === 'database') return `database ${resource.database}`;
  const table =
    resource.table === '*' ? `every table of ${resource.database}` : `${resource.database}.${resource.table}`;
  if (resource.kind === 'filter') return `${table} through filter ${resource.name}`;
  if (resource.kind === 'table' || resource.columns === '*') return table;
  return `${table} (${resource.columns.join(', ')})`;
}

function principalText(principal: string): string {
  return /role\/(.+)$/.exec(principal)?.[1] ?? principal;
}

function filterLine(io: Io, { kind, filter }: FilterChange): string {
  const sign = { createFilter: '+', updateFilter: '~', deleteFilter: '-' }[kind];
  const columns = filter.columns === '*' ? 'all columns' : filter.columns.join(', ');
  return (
    tone(io, 'dim', sign) +
    ` ${filter.name} on ${filter.database}.${filter.table}: ${columns}${filter.rows === undefined ? '' : ` where ${filter.rows}`}`
  );
}

function catalogLine(io: Io, change: CatalogChange): string {
  const sign = { createDatabase: '+', createTable: '+', updateTable: '~', deleteTable: '-', deleteDatabase: '-' }[
    change.kind
  ];
  const what =
    change.kind === 'createDatabase' || change.kind === 'deleteDatabase'
      ? `database ${change.database}`
      : `table ${change.database}.${change.kind === 'deleteTable' ? change.name : change.table.Name}`;
  return `${tone(io, 'dim', sign)} ${what}`;
}

function localLines(io: Io, local: LocalPlan): string[] {
  const link =
    local.link === undefined
      ? []
      : [
          `${tone(io, 'dim', '+')} link ${local.link.name} to ${local.link.targetDatabase} of ${local.link.targetCatalogId}`,
        ];
  return [...link, ...local.grants.map((grant) => `${tone(io, 'dim', '=')} ${grantText(grant)}`)];
}
