import type { CentralCatalog, CentralTable } from '#aws/glue.ts';
import type { TableInputLike } from '#mesh/contract/glue-table.ts';
import type { CatalogLook, TableOrigin } from '#mesh/drift/catalog.ts';
import { type CatalogChange, diffCatalog, isView } from '#mesh/plan/catalog.ts';
import { permanentOnly } from './converge.ts';

export interface CatalogConverged {
  readonly ok: boolean;
  /** True when the database was made just now: nothing can be granted on it yet. */
  readonly created: boolean;
  readonly reason: string;
  readonly message?: string;
  /** The kinds of the changes made, in order. */
  readonly applied: readonly string[];
  /** The tables as they were last read; absent when they could not be, or there is no database. */
  readonly tables?: readonly TableInputLike[];
  /** What the first look found, and what it would have taken to put it right. */
  readonly found?: CatalogLook;
}

/** After that many rounds of plan, apply and read back, what still differs is reported. */
const ROUNDS = 3;

/** Makes the central database equal to the product's tables; `ok` only after reading back that they are, and that Lake Formation governs them. */
export async function convergeCatalog(
  desired: { readonly database: string; readonly tables: readonly TableInputLike[] },
  catalog: CentralCatalog,
  /** Sees the tables as they are before the first change to a database that is there; what it answers is why nothing may change. */
  beforeChange: (tables: readonly TableInputLike[]) => Promise<string | undefined> = async () => undefined,
  /** The changes that are made; what is left out stays as it is, and is in `found`. */
  selects: (change: CatalogChange, tables: readonly TableInputLike[]) => boolean = () => true,
  /** Runs once the tables are there and before the first view changes; what it answers is why no view may change. */
  beforeViews: () => Promise<string | undefined> = async () => undefined,
): Promise<CatalogConverged> {
  const applied: string[] = [];
  let actual: CentralTable[] | undefined;
  let found: CatalogLook | undefined;
  let prepared = false;
  try {
    actual = await catalog.tables(desired.database);
    const created = actual === undefined;
    for (let round = 1; ; round += 1) {
      const tables = (actual ?? []).map(({ input }) => input);
      const all = diffCatalog(desired, actual && { tables });
      found ??= { changes: all, tables, origins: (actual ?? []).map(originOf) };
      const changes = all.filter((change) => selects(change, tables));
      if (changes.length === 0) {
        const open = (actual ?? [])
          .filter(({ registered, input }) => !registered && !isView(input))
          .map(({ input }) => input.Name);
        if (open.length === 0) return { ok: true, created, reason: 'TablesInCatalog', applied, found };
        const message = `Lake Formation does not govern the location of ${open.join(', ')}`;
        return {
          ok: false,
          created,
          reason: 'LocationNotRegistered',
          message,
          applied,
          tables: inputsOf(actual),
          found,
        };
      }
      if (round > ROUNDS) {
        const message = `still open after ${ROUNDS} rounds: ${changes.map(({ kind }) => kind).join(', ')}`;
        return { ok: false, created, reason: 'NotConverged', message, applied, tables: inputsOf(actual), found };
      }
      if (round === 1 && actual !== undefined) {
        const message = await beforeChange(tables);
        if (message !== undefined)
          return { ok: false, created, reason: 'AccessNotNarrowed', message, applied, tables, found };
      }
      for (const change of changes) {
        if (!prepared && isOnView(change)) {
          const message = await beforeViews();
          if (message !== undefined)
            return { ok: false, created, reason: 'ViewsNotReady', message, applied, tables, found };
          prepared = true;
        }
        await catalog.apply(change);
        applied.push(change.kind);
      }
      actual = await catalog.tables(desired.database);
      const refused = faultOf(changes, actual);
      if (refused !== undefined) {
        return {
          ok: false,
          created,
          reason: 'ViewRefused',
          message: refused,
          applied,
          tables: inputsOf(actual),
          found,
        };
      }
    }
  } catch (error) {
    const tables = inputsOf(actual);
    return {
      ok: false,
      created: false,
      reason: 'RefusedByGlue',
      message: permanentOnly(error),
      applied,
      tables,
      found,
    };
  }
}

function isOnView(change: CatalogChange): boolean {
  return 'table' in change && isView(change.table);
}

/** Why Glue did not take a view that was just changed. */
function faultOf(changes: readonly CatalogChange[], actual: readonly CentralTable[] | undefined): string | undefined {
  const changed = new Set(
    changes.flatMap((change) => ('table' in change && isView(change.table) ? change.table.Name : [])),
  );
  const refused = actual?.find(({ fault, input }) => fault !== undefined && changed.has(input.Name));
  return refused && `Glue does not take the view ${refused.input.Name}: ${refused.fault}`;
}

function inputsOf(tables: readonly CentralTable[] | undefined): TableInputLike[] | undefined {
  return tables?.map(({ input }) => input);
}

function originOf({ input, createdBy, updatedAt }: CentralTable): TableOrigin {
  return { name: input.Name, createdBy, updatedAt };
}
