import { createHash } from 'node:crypto';
import type { LakeFormationTags } from '#aws/lake-formation-tags.ts';
import type { RecordWrite, VersionState } from '#aws/registry.ts';
import type { DesiredAccess } from '#mesh/access/compile.ts';
import type { TableInputLike } from '#mesh/contract/glue-table.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { databaseName } from '#mesh/topology/names.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import type { Converged } from './converge.ts';
import type { CatalogConverged } from './converge-catalog.ts';
import { convergeTags, narrowTags } from './converge-tags.ts';
import type { ReconcileRequest } from './reconcile-request.ts';

/** The part of a reconcile that keeps the LF-Tags of one product version; it does nothing where no entitlement ever went by them. */
export interface ProductTagging {
  /** Before the first change to a catalog that is there: answers why nothing may change. */
  narrow(tables: readonly TableInputLike[]): Promise<string | undefined>;
  /** After the catalog: access is not as desired unless the LF-Tags are. */
  settle(catalog: CatalogConverged, grants: Converged): Promise<Converged>;
  /** The run's writes with what is known of the LF-Tags and of the number of grants. */
  noted(writes: readonly RecordWrite[], now: Date): RecordWrite[];
}

export function productTagging(
  { product }: VersionState,
  access: Pick<DesiredAccess, 'tags' | 'accountGrants'>,
  context: {
    readonly tags: LakeFormationTags;
    readonly topology: Topology;
    readonly request: Pick<ReconcileRequest, 'cause' | 'correlation' | 'again'>;
  },
): ProductTagging {
  const { topology, request } = context;
  const database = databaseName(product.domain, product.name, product.major);
  const at = { tags: context.tags, topology, database };
  const desired = access.tags;
  const fingerprint =
    desired &&
    createHash('sha256')
      .update(JSON.stringify([desired, topology.classification]))
      .digest('hex');
  let tagged = product.status.tagged;
  return {
    narrow: async (tables) => {
      if (desired === undefined || tagged === undefined) return undefined;
      const names = tables.map(({ Name }) => Name);
      const problems = await narrowTags(desired, names, at);
      return problems.length === 0
        ? undefined
        : `LF-Tags have to be narrowed before the tables change: ${problems.join('; ')}`;
    },
    settle: async (catalog, grants) => {
      if (desired === undefined) return grants;
      // An earlier run may have set other ones and not lived to write that down.
      const fresh = request.cause === 'change' && request.again !== true;
      const known = tagged === fingerprint && fresh && catalog.applied.length === 0;
      const tables = catalog.ok ? product.tables.map(({ name }) => name) : catalog.tables?.map(({ Name }) => Name);
      if (known || tables === undefined) return grants;
      const problems = await convergeTags(desired, tables, at);
      if (problems.length > 0) return { ...grants, ok: false, problems: [...grants.problems, ...problems] };
      if (catalog.ok) tagged = fingerprint;
      return grants;
    },
    noted: (writes, now) => {
      const noted = (record: ProductRecord): ProductRecord => ({
        ...record,
        status: {
          ...record.status,
          accountGrants: access.accountGrants.length,
          ...(tagged === undefined ? {} : { tagged }),
        },
      });
      const written = writes.some(({ record }) => record.type === 'product');
      if (written) {
        return writes.map((write) =>
          write.record.type === 'product' ? { ...write, record: noted(write.record) } : write,
        );
      }
      if (tagged === product.status.tagged) return [...writes];
      const change = {
        actor: 'weft:reconcile',
        action: 'ProductTagged',
        at: now.toISOString(),
        correlation: request.correlation,
      };
      const record = noted({ ...product, revision: product.revision + 1, change });
      return [...writes, { record, replaces: product.revision }];
    },
  };
}
