import type { CentralCatalog } from '#aws/glue.ts';
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
}

/** After that many rounds of plan, apply and read back, what still differs is reported. */
const ROUNDS = 3;

/** Makes the central database equal to the product's tables; `ok` only after reading back that they are, and that Lake Formation governs them. */
export async function convergeCatalog(
  desired: { readonly database: string; readonly tables: readonly TableInputLike[] },
  catalog: CentralCatalog,
): Promise<CatalogConverged> {
  const applied: string[] = [];
  try {
    let actual = await catalog.tables(desired.database);
    const created = actual === undefined;
    for (let round = 1; ; round += 1) {
      const changes = diffCatalog(desired, actual && { tables: actual.map(({ input }) => input) });
      if (changes.length === 0) {
        const open = (actual ?? []).filter(({ registered }) => !registered).map(({ input }) => input.Name);
        if (open.length === 0) return { ok: true, created, reason: 'TablesInCatalog', applied };
        const message = `Lake Formation does not govern the location of ${open.join(', ')}`;
        return { ok: false, created, reason: 'LocationNotRegistered', message, applied };
      }
      if (round > ROUNDS) {
        const message = `still open after ${ROUNDS} rounds: ${changes.map(({ kind }) => kind).join(', ')}`;
        return { ok: false, created, reason: 'NotConverged', message, applied };
      }
      for (const change of changes) {
        await catalog.apply(change);
        applied.push(change.kind);
      }
      actual = await catalog.tables(desired.database);
    }
  } catch (error) {
    return { ok: false, created: false, reason: 'RefusedByGlue', message: permanentOnly(error), applied };
  }
}
