import { createHash } from 'node:crypto';
import type { VersionState } from '#aws/registry.ts';
import type { DesiredAccess } from '#mesh/access/compile.ts';
import type { TableInputLike } from '#mesh/contract/glue-table.ts';
import { accessDrift } from '#mesh/drift/access.ts';
import { catalogDrift } from '#mesh/drift/catalog.ts';
import { type DriftEntry, type DriftFinding, severityOf } from '#mesh/drift/finding.ts';
import { driftAfter, NO_DRIFT, openDrift } from '#mesh/drift/history.ts';
import { condition } from '#mesh/record.ts';
import { driftModeOf } from '#mesh/topology/rules.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import type { AccessMode } from './central-access.ts';
import type { ActualAccess, Converged } from './converge.ts';
import type { CatalogConverged } from './converge-catalog.ts';
import { isThorough, type ReconcileRequest } from './reconcile-request.ts';

/** How a run goes about what it finds changed. */
export interface DriftMode extends AccessMode {
  /** What is there is what the last run left, unless somebody changed it since: every difference is drift. */
  readonly watching: boolean;
  /** What is only missing is put right too. */
  readonly mends: boolean;
  /** Of what the run is to leave. */
  readonly fingerprint: string;
}

/** What a run found of drift, and what is known of it from now on. */
export interface DriftOutcome {
  /** What this look found. */
  readonly found: readonly DriftFinding[];
  /** Open and lately mended, for the record. */
  readonly entries: readonly DriftEntry[];
  /** Set when every table was looked at. */
  readonly audited: boolean;
  /** False: what is only missing waits for somebody's word, in the consumers' accounts too. */
  readonly mends: boolean;
  /** Of what the run left; absent when it could not. */
  readonly left?: string;
}

/** The mode of a run. What the last run left is known by its fingerprint: a version that differs from that by the mesh's own doing is not watched. */
export function driftModeFor(
  { product }: VersionState,
  { cause, again }: Pick<ReconcileRequest, 'cause' | 'again'>,
  topology: Topology,
  fingerprint: string,
): DriftMode {
  const settled = (['Registered', 'Shared'] as const).every((type) => {
    const found = condition(product, type);
    return found?.status === 'true' && found.generation >= product.generation;
  });
  const watching = settled && product.status.left === fingerprint && cause !== 'change';
  const mends = cause === 'repair' || driftModeOf(topology) === 'repair';
  return {
    watching,
    mends,
    thorough:
      isThorough(cause) ||
      again === true ||
      openDrift(product.status.drift).some((entry) => severityOf(entry) !== 'risk'),
    narrowOnly: watching && !mends,
    fingerprint,
  };
}

/** What a run is to leave, in short. */
export function fingerprintOf(
  { accountGrants, definerGrants, filters }: DesiredAccess,
  tables: readonly TableInputLike[],
): string {
  return createHash('sha256')
    .update(JSON.stringify([accountGrants, definerGrants, filters, tables]))
    .digest('base64url');
}

/** Compares what a run found with what the one before it had left. `seen` is its first look at the grants. */
export function driftOf(
  state: VersionState,
  run: {
    readonly mode: DriftMode;
    readonly cause: ReconcileRequest['cause'];
    readonly catalog: CatalogConverged;
    readonly grants: Converged;
    readonly desired: ActualAccess;
    readonly seen: ActualAccess | undefined;
    /** What is other in the account's settings; absent when nobody looked at them. */
    readonly settings?: readonly DriftFinding[];
    readonly account: string;
    readonly now: Date;
  },
): DriftOutcome {
  const { mode, catalog, grants, account } = run;
  const inCatalog = catalog.found === undefined ? [] : catalogDrift(catalog.found, account);
  const inGrants = run.seen === undefined ? [] : accessDrift(run.desired, run.seen, { account });
  const mended = (finding: DriftFinding, ok: boolean) => ok && (!mode.narrowOnly || severityOf(finding) === 'leak');
  const settings = run.settings ?? [];
  const found = [...settings, ...(mode.watching ? [...inCatalog, ...inGrants] : [])];
  const isOpen = (finding: DriftFinding) =>
    settings.includes(finding) || !mended(finding, (inCatalog.includes(finding) ? catalog : grants).ok);
  const open = found.filter(isOpen);
  const ok = catalog.ok && grants.ok;
  const known = state.product.status.drift ?? NO_DRIFT;
  return {
    found,
    entries: driftAfter(
      known,
      { found, open, covers: (entry) => ok && (severityOf(entry) !== 'risk' || run.settings !== undefined) },
      run.now.toISOString(),
    ),
    audited: isThorough(run.cause) && ok,
    mends: mode.mends,
    ...(ok ? { left: mode.fingerprint } : {}),
  };
}

/** True where something that a consumer's account needs is gone and waits for somebody's word. */
export function isMissing(entries: readonly DriftEntry[], account: string): boolean {
  return openDrift(entries).some(
    (entry) =>
      severityOf(entry) === 'loss' && (entry.kind !== 'GrantMissing' || entry.on.split(' ')[0]?.includes(account)),
  );
}
