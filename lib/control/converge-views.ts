import type { CentralCatalog } from '#aws/glue.ts';
import type { LakeFormation } from '#aws/lake-formation.ts';
import type { MaskKeyStore } from '#aws/mask-keys.ts';
import type { DesiredAccess } from '#mesh/access/compile.ts';
import type { Grant } from '#mesh/access/grant.ts';
import { readByView } from '#mesh/access/resource.ts';
import { keyDatabase, type MaskKey, maskKeys, viewDefiner } from '#mesh/contract/central-tables.ts';
import { type CatalogChange, dismantleCatalog } from '#mesh/plan/catalog.ts';
import { diffGrants } from '#mesh/plan/grants.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { permanentOnly } from './converge.ts';
import { convergeCatalog } from './converge-catalog.ts';

export interface ViewDeps {
  readonly catalog: CentralCatalog;
  readonly lakeFormation: Pick<LakeFormation, 'apply' | 'onTable'>;
  readonly maskKeys: MaskKeyStore;
}

/** What the views of one product version stand on: the keys that they hash with, and what their definer may read. */
export function viewGround(
  product: ProductRecord,
  access: Pick<DesiredAccess, 'definerGrants'>,
  topology: Topology,
  deps: ViewDeps,
) {
  const keys = maskKeys(product, topology);
  const definer = viewDefiner(topology);
  const ensureKeys = async (prune: boolean): Promise<string | undefined> => {
    const [first] = keys;
    if (first === undefined) return undefined;
    try {
      for (const { bucket, object } of keys) await deps.maskKeys.ensure(bucket, object);
      const desired = { database: first.database, tables: keys.map(({ table }) => table) };
      // A key that views still join goes once they join another.
      const selects = ({ kind }: CatalogChange) => prune || kind !== 'deleteTable';
      const { ok, message } = await convergeCatalog(desired, deps.catalog, undefined, selects);
      if (!ok) return message ?? `the tables of ${first.database} are not there`;
      for (const key of keys) {
        const refused = await grantMissing(grantOnKey(definer, key, topology), deps);
        if (refused !== undefined) return refused;
      }
      return undefined;
    } catch (error) {
      return permanentOnly(error);
    }
  };
  return {
    /** Puts the keys back, and takes those away that no view joins any more. */
    mendKeys: () => ensureKeys(true),
    /** Has everything in place before a view changes; what it answers is why not. */
    prepare: async (): Promise<string | undefined> => {
      const refused = await ensureKeys(false);
      if (refused !== undefined) return refused;
      const { failed, unclear } = await deps.lakeFormation.apply(
        access.definerGrants.map((grant) => ({ kind: 'grant', grant })),
      );
      const [first] = [...failed, ...unclear];
      return first && `the definer of the views was not granted what they read: ${first.symptom.message}`;
    },
    /** Takes the database of the keys away; the keys themselves stay where they are. */
    removeKeys: async (): Promise<void> => {
      const database = keyDatabase(product);
      const actual = await deps.catalog.tables(database);
      const inputs = actual?.map(({ input }) => input);
      for (const change of dismantleCatalog(database, inputs)) await deps.catalog.apply(change);
    },
  };
}

function grantOnKey(definer: string, { database, table }: MaskKey, { governanceAccount }: Topology): Grant {
  return readByView(definer, { catalogId: governanceAccount, database }, table.Name);
}

/** Grants what is not there, and takes nothing away. */
async function grantMissing(grant: Grant, { lakeFormation }: ViewDeps): Promise<string | undefined> {
  const { resource } = grant;
  if (resource.kind !== 'columns') return undefined;
  const held = await lakeFormation.onTable(resource);
  const missing = diffGrants([grant], held).filter(({ kind }) => kind === 'grant');
  if (missing.length === 0) return undefined;
  const { failed, unclear } = await lakeFormation.apply(missing);
  const [first] = [...failed, ...unclear];
  return first && `the definer of the views was not granted the key: ${first.symptom.message}`;
}
