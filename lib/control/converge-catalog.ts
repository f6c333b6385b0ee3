import type { CentralCatalog, CentralTable } from '#aws/glue.ts';
import type { TableInputLike } from '#mesh/contract/glue-table.ts';
import { diffCatalog } from '#mesh/plan/catalog.ts';
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
}

/** After that many rounds of plan, apply and read back, what still differs is reported. */
const ROUNDS = 3;

/** Makes the central database equal to the product's tables; `ok` only after reading back that they are, and that Lake Formation governs them. */
export async function convergeCatalog(
  desired: { readonly database: string; readonly tables: readonly TableInputLike[] },
  catalog: CentralCatalog,
  /** Sees the tables as they are before the first change to a database that is there; what it answers is why nothing may change. */
  beforeChange: (tables: readonly TableInputLike[]) => Promise<string | undefined> = async () => undefined,
): Promise<CatalogConverged> {
  const applied: string[] = [];
  let actual: CentralTable[] | undefined;
  try {
    actual = await catalog.tables(desired.database);
    const created = actual === undefined;
    for (let round = 1; ; round += 1) {
      const changes = diffCatalog(desired, actual && { tables: actual.map(({ input }) => input) });
      if (changes.length === 0) {
        const open = (actual ?? []).filter(({ registered }) => !registered).map(({ input }) => input.Name);
        if (open.length === 0) return { ok: true, created, reason: 'TablesInCatalog', applied };
        const message = `Lake Formation does not govern the location of ${open.join(', ')}`;
        return { ok: false, created, reason: 'LocationNotRegistered', message, applied, tables: inputsOf(actual) };
      }
      if (round > ROUNDS) {
        const message = `still open after ${ROUNDS} rounds: ${changes.map(({ kind }) => kind).join(', ')}`;
        return { ok: false, created, reason: 'NotConverged', message, applied, tables: inputsOf(actual) };
      }
      if (round === 1 && actual !== undefined) {
        const tables = actual.map(({ input }) => input);
        const message = await beforeChange(tables);
        if (message !== undefined) return { ok: false, created, reason: 'AccessNotNarrowed', message, applied, tables };
      }
      for (const change of changes) {
        await catalog.apply(change);
        applied.push(change.kind);
      }
      actual = await catalog.tables(desired.database);
    }
  } catch (error) {
    const tables = inputsOf(actual);
    return { ok: false, created: false, reason: 'RefusedByGlue', message: permanentOnly(error), applied, tables };
  }
}

function inputsOf(tables: readonly CentralTable[] | undefined): TableInputLike[] | undefined {
  return tables?.map(({ input }) => input);
}
