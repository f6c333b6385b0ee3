import type { CellsFilter, Grant } from '../access/grant.ts';

/**
 * What a finding does to data: a `leak` shows somebody more than was granted, a `loss` takes away what was, `form` does neither. A `risk` is a setting
 * of the account, which people of the account put right and the mesh does not; a `note` is another administrator's right.
 */
export type DriftSeverity = 'leak' | 'loss' | 'form' | 'risk' | 'note';

interface DriftKindSpec {
  readonly severity: DriftSeverity;
  /** The events of CloudTrail that say who did it, where AWS's own lists do not. */
  readonly events: string;
}

const GRANTING = 'GrantPermissions, BatchGrantPermissions';
const REVOKING = 'RevokePermissions, BatchRevokePermissions';
const SETTING = 'PutDataLakeSettings';

/** Every kind of change past the mesh, worst first. */
export const DRIFT_KINDS = {
  PlainGrantBesideFilter: { severity: 'leak', events: GRANTING },
  OpenToEverybody: { severity: 'leak', events: GRANTING },
  GrantAdded: { severity: 'leak', events: GRANTING },
  FilterChanged: { severity: 'leak', events: 'UpdateDataCellsFilter' },
  TableRepointed: { severity: 'leak', events: 'UpdateTable' },
  TableAdded: { severity: 'leak', events: 'CreateTable' },
  LocalGrantAdded: { severity: 'leak', events: GRANTING },
  GrantMissing: { severity: 'loss', events: REVOKING },
  FilterMissing: { severity: 'loss', events: 'DeleteDataCellsFilter' },
  DatabaseMissing: { severity: 'loss', events: 'DeleteDatabase' },
  TableMissing: { severity: 'loss', events: 'DeleteTable, BatchDeleteTable' },
  LinkMissing: { severity: 'loss', events: 'DeleteDatabase' },
  LinkElsewhere: { severity: 'loss', events: 'CreateDatabase, UpdateDatabase' },
  LocalGrantMissing: { severity: 'loss', events: REVOKING },
  FilterAdded: { severity: 'form', events: 'CreateDataCellsFilter' },
  TableChanged: { severity: 'form', events: 'UpdateTable' },
  AdministratorAdded: { severity: 'risk', events: SETTING },
  AdministratorRemoved: { severity: 'risk', events: SETTING },
  DefaultsOpened: { severity: 'risk', events: SETTING },
  SettingChanged: { severity: 'risk', events: SETTING },
  PassedOn: { severity: 'note', events: GRANTING },
} as const satisfies Readonly<Record<string, DriftKindSpec>>;

export type DriftKind = keyof typeof DRIFT_KINDS;

/** One thing that somebody changed past the mesh. */
export interface DriftFinding {
  readonly kind: DriftKind;
  /** The account where it was found. */
  readonly account: string;
  /** What it is on and for whom, in a stable form: with kind and account it tells one finding from another. */
  readonly on: string;
  /** One lower-case sentence. */
  readonly what: string;
  /** ARN of who did it, where AWS says so. */
  readonly by?: string;
  /** ISO 8601: when it was done, where AWS says so. */
  readonly since?: string;
  /** Of a grant that the mesh never gave: the grant. A list of more than 50 columns is told as every column. */
  readonly grant?: Pick<Grant, 'principal' | 'resource' | 'permissions'>;
  /** Of a data cells filter that was changed: what it was changed to. */
  readonly filter?: CellsFilter;
  /** Of a table in the central catalog: the columns that it has beside the product's own, at most 50. */
  readonly added?: { readonly table: string; readonly columns: readonly string[] };
}

/** A finding as the registry keeps it. */
export interface DriftEntry extends DriftFinding {
  /** ISO 8601: when it was first found. */
  readonly at: string;
  /** ISO 8601: when it was found mended; absent while it is open. */
  readonly repaired?: string;
}

/** Who or what is behind it: the principal, or the events of CloudTrail to look for. */
export function whoOf({ kind, by, account }: DriftFinding): string {
  return by ?? `see ${DRIFT_KINDS[kind].events} in CloudTrail of ${account}`;
}

export function severityOf({ kind }: Pick<DriftFinding, 'kind'>): DriftSeverity {
  return DRIFT_KINDS[kind].severity;
}

/** Equal for the same change found twice. */
export function driftKey({ kind, account, on }: DriftFinding): string {
  return `${kind} ${account} ${on}`;
}

/** Worst first, in the order of `DRIFT_KINDS`. */
export function byWeight(a: DriftFinding, b: DriftFinding): number {
  const order = Object.keys(DRIFT_KINDS);
  return order.indexOf(a.kind) - order.indexOf(b.kind) || (driftKey(a) < driftKey(b) ? -1 : 1);
}

/** Columns that a finding names at most: a report has to fit into an event. */
export const NAMED_COLUMNS = 50;

/** A grant as a finding tells it. */
export function foundGrant({ principal, resource, permissions }: Grant): NonNullable<DriftFinding['grant']> {
  const long = resource.kind === 'columns' && resource.columns.length > NAMED_COLUMNS;
  return { principal, resource: long ? { ...resource, columns: '*' } : resource, permissions };
}
