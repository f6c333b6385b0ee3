import type { DesiredAccess } from '../access/compile.ts';
import type { CellsFilter, Grant } from '../access/grant.ts';
import type { TableInputLike } from '../contract/glue-table.ts';
import type { Decision } from '../policy/decide.ts';
import type { ShareIntent } from '../subscription/subscription.ts';
import type { ActualTable, CatalogChange } from './catalog.ts';
import type { FilterChange } from './filters.ts';
import type { GrantChange } from './grants.ts';

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
  /** Expected writes per operation, e.g. `{ 'glue:CreateTable': 1 }`. */
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

/** The plan from what is to what is desired. */
export declare function buildPlan(input: PlanInput): Plan;
