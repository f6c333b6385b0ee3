import {
  BatchGrantPermissionsCommand,
  BatchRevokePermissionsCommand,
  CreateDataCellsFilterCommand,
  type DataCellsFilter,
  DeleteDataCellsFilterCommand,
  GetDataLakeSettingsCommand,
  type LakeFormationClient,
  ListDataCellsFilterCommand,
  ListPermissionsCommand,
  type ListPermissionsCommandInput,
  type PrincipalResourcePermissions,
  UpdateDataCellsFilterCommand,
} from '@aws-sdk/client-lakeformation';
import type { CellsFilter, Grant } from '#mesh/access/grant.ts';
import type { LakeSettingsLike } from '#mesh/drift/settings.ts';
import type { FilterChange } from '#mesh/plan/filters.ts';
import { type GrantChange, toBatches } from '#mesh/plan/grants.ts';
import { type BatchOutcome, sendAll } from './batch.ts';
import { fromFilter, toEntry, toFilterInput, toGrants } from './lake-formation-shape.ts';
import { createPace } from './pace.ts';
import { type Failure, isNamed, type Patience, type Symptom } from './retry.ts';

/** A table in somebody's catalog. */
export interface TableName {
  readonly catalogId: string;
  readonly database: string;
  readonly table: string;
}

/** Lake Formation's permissions and data cells filters, in the mesh's own terms. */
export interface LakeFormation {
  /** Applies the changes in order, at most 20 in a call; every entry of each answer is judged. */
  apply(changes: readonly GrantChange[]): Promise<BatchOutcome<GrantChange>>;
  /** Every grant on the database itself. */
  onDatabase(catalogId: string, database: string): Promise<Grant[]>;
  /** Every grant on the table wildcard of the database. */
  onAllTables(catalogId: string, database: string): Promise<Grant[]>;
  /** Every grant on one table, on its columns and on its filters. */
  onTable(table: TableName): Promise<Grant[]>;
  /** A principal's grants on the tables and columns of one database; not those on filters, which AWS leaves out here. */
  ofPrincipal(principal: string, catalogId: string, database: string): Promise<Grant[]>;
  /** The data cells filters of one table; none of a table that is gone. */
  filters(table: TableName): Promise<CellsFilter[]>;
  /** The account's own settings. */
  settings(): Promise<LakeSettingsLike>;
  /** Applies one filter change; what is already so counts as applied. */
  applyFilter(change: FilterChange): Promise<void>;
}

/** BatchGrantPermissions and BatchRevokePermissions take that many entries; the service model does not say so. */
const ENTRIES = 20;

export function createLakeFormation(client: LakeFormationClient, patience: Patience): LakeFormation {
  const pace = createPace(patience);
  const list = async (input: ListPermissionsCommandInput): Promise<Grant[]> => {
    const found: PrincipalResourcePermissions[] = [];
    let NextToken: string | undefined;
    try {
      do {
        const command = new ListPermissionsCommand({ MaxResults: 1000, ...input, NextToken });
        const answer = await pace.call(() => client.send(command));
        found.push(...(answer.PrincipalResourcePermissions ?? []));
        NextToken = answer.NextToken;
      } while (NextToken !== undefined && NextToken !== '');
    } catch (error) {
      if (isNamed(error, 'EntityNotFoundException')) return [];
      throw error;
    }
    return toGrants(found);
  };
  const sendBatch = async (kind: GrantChange['kind'], group: readonly GrantChange[]) => {
    const Entries = group.map(({ grant }, index) => toEntry(grant, String(index)));
    const command =
      kind === 'grant' ? new BatchGrantPermissionsCommand({ Entries }) : new BatchRevokePermissionsCommand({ Entries });
    const answer = await pace.call(() => client.send(command as BatchGrantPermissionsCommand));
    return (answer.Failures ?? []).map(({ RequestEntry, Error: error }) => ({
      index: Number(RequestEntry?.Id),
      symptom: { name: error?.ErrorCode ?? 'Unknown', message: error?.ErrorMessage ?? 'no reason was given' },
    }));
  };
  return {
    async apply(changes) {
      const outcomes: BatchOutcome<GrantChange>[] = [];
      // A run of one kind may change its order, and runs may not: what is taken is taken after what is given.
      for (const run of toBatches(changes, Number.POSITIVE_INFINITY)) {
        const kind = run[0]?.kind ?? 'grant';
        outcomes.push(
          await sendAll(run, (group) => sendBatch(kind, group), {
            size: ENTRIES,
            patience,
            refill: true,
            classify: classifyEntry,
          }),
        );
      }
      return {
        done: outcomes.flatMap((outcome) => outcome.done),
        unclear: outcomes.flatMap((outcome) => outcome.unclear),
        failed: outcomes.flatMap((outcome) => outcome.failed),
      };
    },
    onDatabase(catalogId, database) {
      return list({ Resource: { Database: { CatalogId: catalogId, Name: database } } });
    },
    onAllTables(catalogId, database) {
      return list({ Resource: { Table: { CatalogId: catalogId, DatabaseName: database, TableWildcard: {} } } });
    },
    onTable({ catalogId, database, table }) {
      const Resource = { Table: { CatalogId: catalogId, DatabaseName: database, Name: table } };
      return list({ Resource, IncludeRelated: 'TRUE' });
    },
    async ofPrincipal(principal, catalogId, database) {
      const Principal = { DataLakePrincipalIdentifier: principal };
      const grants = await list({ Principal, ResourceType: 'TABLE', CatalogId: catalogId });
      return grants.filter(({ resource }) => resource.kind !== 'other' && resource.database === database);
    },
    async filters({ catalogId, database, table }) {
      const found: DataCellsFilter[] = [];
      let NextToken: string | undefined;
      try {
        do {
          const Table = { CatalogId: catalogId, DatabaseName: database, Name: table };
          const command = new ListDataCellsFilterCommand({ Table, MaxResults: 1000, NextToken });
          const answer = await pace.call(() => client.send(command));
          found.push(...(answer.DataCellsFilters ?? []));
          NextToken = answer.NextToken;
        } while (NextToken !== undefined && NextToken !== '');
      } catch (error) {
        if (isNamed(error, 'EntityNotFoundException')) return [];
        throw error;
      }
      return found.map(fromFilter);
    },
    async settings() {
      const { DataLakeSettings: found = {} } = await pace.call(() => client.send(new GetDataLakeSettingsCommand({})));
      const { DataLakeAdmins = [], CreateDatabaseDefaultPermissions = [], CreateTableDefaultPermissions = [] } = found;
      return {
        admins: DataLakeAdmins.map(({ DataLakePrincipalIdentifier = '' }) => DataLakePrincipalIdentifier),
        openByDefault: [...CreateDatabaseDefaultPermissions, ...CreateTableDefaultPermissions].length > 0,
        parameters: found.Parameters ?? {},
      };
    },
    async applyFilter({ kind, filter }) {
      const send = {
        createFilter: () => client.send(new CreateDataCellsFilterCommand({ TableData: toFilterInput(filter) })),
        updateFilter: () => client.send(new UpdateDataCellsFilterCommand({ TableData: toFilterInput(filter) })),
        deleteFilter: () =>
          client.send(
            new DeleteDataCellsFilterCommand({
              TableCatalogId: filter.catalogId,
              DatabaseName: filter.database,
              TableName: filter.table,
              Name: filter.name,
            }),
          ),
      }[kind];
      try {
        await pace.call<unknown>(send);
      } catch (error) {
        const already = kind === 'createFilter' ? 'AlreadyExistsException' : 'EntityNotFoundException';
        if (kind === 'updateFilter' || !isNamed(error, already)) throw error;
      }
    },
  };
}

/** Revoking what is not held, or on what is gone, is done; Lake Formation says so with an InvalidInputException. */
function classifyEntry(symptom: Symptom, { kind }: GrantChange): Failure | 'done' | undefined {
  if (kind === 'grant') return undefined;
  if (/no permissions revoked/i.test(symptom.message)) return 'done';
  return symptom.name === 'EntityNotFoundException' ? 'done' : undefined;
}
