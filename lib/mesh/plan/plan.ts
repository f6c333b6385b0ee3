import type { DesiredAccess } from '../access/compile.ts';
import type { CellsFilter, Grant } from '../access/grant.ts';
import type { TableInputLike } from '../contract/glue-table.ts';
import type { Problem } from '../error.ts';
import type { Affected } from '../lineage/impact.ts';
import type { Decision } from '../policy/decision.ts';
import type { ShareIntent } from '../subscription/subscription.ts';
import { type ActualTable, type CatalogChange, diffCatalog } from './catalog.ts';
import { diffFilters, type FilterChange } from './filters.ts';
import { broadens, diffGrants, type GrantChange, toBatches } from './grants.ts';

/** What one consumer account will hold locally. */
export interface LocalPlan {
  readonly consumer: string;
  readonly account: string;
  readonly grants: readonly Grant[];
  readonly link?: ShareIntent['link'];
}

/** Everything that a reconcile would do, as data: shown before, applied after. */
export interface Plan {
  readonly verdict: Decision;
  readonly catalog: readonly CatalogChange[];
  readonly filters: readonly FilterChange[];
  readonly grants: readonly GrantChange[];
  readonly local: readonly LocalPlan[];
  /** The grants among `grants` that give somebody something. */
  readonly broadens: readonly GrantChange[];
  /** What was asked for and cannot be granted. */
  readonly problems: readonly Problem[];
  /** Of a product: what others make of what changes for its readers; absent when nothing is known of any. */
  readonly downstream?: readonly Affected[];
  /** Expected writes in the governance account, e.g. `{ 'glue:CreateTable': 1 }`; a batch is one call. */
  readonly calls: Readonly<Record<string, number>>;
}

export interface PlanInput {
  readonly verdict: Decision;
  readonly database: string;
  readonly tables: readonly TableInputLike[];
  readonly access: DesiredAccess;
  readonly actual: {
    /** Undefined: the central database does not exist. */
    readonly tables: readonly ActualTable[] | undefined;
    readonly filters: readonly CellsFilter[];
    readonly grants: readonly Grant[];
  };
}

/** The plan from what is to what is desired. It is empty when they are equal. */
export function buildPlan({ verdict, database, tables, access, actual }: PlanInput): Plan {
  const former = actual.tables === undefined ? undefined : { tables: actual.tables };
  const catalog = diffCatalog({ database, tables }, former);
  const filters = diffFilters(access.filters, actual.filters);
  const grants = diffGrants([...access.accountGrants, ...access.definerGrants], actual.grants);
  return {
    verdict,
    catalog,
    filters,
    grants,
    local: access.shares.map(({ consumer, account, grants: local, link }) => ({
      consumer,
      account,
      grants: local,
      ...(link === undefined ? {} : { link }),
    })),
    broadens: grants.filter(broadens),
    problems: access.problems,
    calls: countCalls(catalog, filters, grants),
  };
}

/** True when applying the plan would write nothing in the governance account. */
export function isEmptyPlan(plan: Pick<Plan, 'catalog' | 'filters' | 'grants'>): boolean {
  return plan.catalog.length === 0 && plan.filters.length === 0 && plan.grants.length === 0;
}

const OPERATIONS: Readonly<Record<CatalogChange['kind'] | FilterChange['kind'], string>> = {
  createDatabase: 'glue:CreateDatabase',
  createTable: 'glue:CreateTable',
  updateTable: 'glue:UpdateTable',
  deleteTable: 'glue:DeleteTable',
  deleteDatabase: 'glue:DeleteDatabase',
  createFilter: 'lakeformation:CreateDataCellsFilter',
  updateFilter: 'lakeformation:UpdateDataCellsFilter',
  deleteFilter: 'lakeformation:DeleteDataCellsFilter',
};

function countCalls(
  catalog: readonly CatalogChange[],
  filters: readonly FilterChange[],
  grants: readonly GrantChange[],
): Record<string, number> {
  const batches = toBatches(grants).map(([first]) =>
    first?.kind === 'grant' ? 'lakeformation:BatchGrantPermissions' : 'lakeformation:BatchRevokePermissions',
  );
  const calls: Record<string, number> = {};
  for (const operation of [...[...catalog, ...filters].map((change) => OPERATIONS[change.kind]), ...batches]) {
    calls[operation] = (calls[operation] ?? 0) + 1;
  }
  return calls;
}
