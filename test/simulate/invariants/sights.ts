import { callerFor } from '#local/core/cloud.ts';
import { catalog } from '#local/services/glue/catalog.ts';
import { readTable } from '#local/services/lake-formation/access.ts';
import type { Cell } from '#local/services/lake-formation/cells.ts';
import { domainRoleName, roleArn } from '#mesh/topology/names.ts';
import { TOPOLOGY } from '../../control/world.ts';
import { INTERNAL_TABLE, MASKED, type SimulatedVersion, TABLES, VERSIONS } from '../contract.ts';
import type { Mesh } from '../mesh.ts';
import { Broken } from './broken.ts';

const ROLES = TOPOLOGY.domains.flatMap(({ name, account }) =>
  (['analyst', 'service'] as const).map((kind) => ({
    domain: name,
    account,
    arn: roleArn(account, domainRoleName(TOPOLOGY.mesh, name, kind as 'analyst')),
  })),
);

/** One place where a role reads a table of a product. */
export interface Sight {
  readonly role: (typeof ROLES)[number];
  readonly version: SimulatedVersion;
  readonly table: string;
  readonly cells: readonly Cell[];
}

/** What every role reads, as Lake Formation itself says: through its own account's link, and straight at the central catalog. Looked at anew only when something changed. */
export class Sights {
  readonly #mesh: Mesh;
  #at = -1;
  #seen: readonly Sight[] = [];

  constructor(mesh: Mesh) {
    this.#mesh = mesh;
  }

  /** @throws Broken `masked-never-plain` when what is masked could be read as it is */
  now(): readonly Sight[] {
    const at = this.#mesh.lake();
    if (at === this.#at) return this.#seen;
    this.#at = at;
    this.#seen = VERSIONS.flatMap((version) =>
      ROLES.filter(({ domain }) => domain !== version.domain).flatMap((role) => this.#of(role, version)),
    );
    this.#masked();
    return this.#seen;
  }

  #of(role: (typeof ROLES)[number], version: SimulatedVersion): Sight[] {
    const { cloud } = this.#mesh.world;
    const database = this.#mesh.databaseOf(version);
    if (catalog.database(cloud, TOPOLOGY.governanceAccount, database) === undefined) return [];
    const caller = callerFor(role.arn, 'looks');
    return TABLES.flatMap((table): Sight[] => {
      if (catalog.table(cloud, TOPOLOGY.governanceAccount, database, table) === undefined) return [];
      const cells = [role.account, TOPOLOGY.governanceAccount].flatMap((catalogId) => {
        try {
          return readTable(cloud, caller, { catalogId, database, table }).cells;
        } catch {
          return [];
        }
      });
      return [{ role, version, table, cells }];
    });
  }

  /** Nobody but a view reads the internal table, and the view's text gives no column that is masked as it is. */
  #masked(): void {
    for (const { role, version, table, cells } of this.#seen) {
      if (table === INTERNAL_TABLE && cells.length > 0)
        throw new Broken('masked-never-plain', `${role.arn} reads ${version.name}.${table} itself`);
      if (table !== MASKED.table || cells.length === 0) continue;
      const { governanceAccount } = TOPOLOGY;
      const view = catalog.table(this.#mesh.world.cloud, governanceAccount, this.#mesh.databaseOf(version), table);
      const text = JSON.stringify(view);
      if (!text.includes('hmac_sha256(') || text.includes(`base.\\\\\\"${MASKED.column}\\\\\\" AS`))
        throw new Broken('masked-never-plain', `${version.name}.${table} gives ${MASKED.column} as it is`);
    }
  }
}
