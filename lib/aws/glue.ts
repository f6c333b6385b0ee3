import {
  CreateDatabaseCommand,
  CreateTableCommand,
  DeleteDatabaseCommand,
  DeleteTableCommand,
  GetDatabaseCommand,
  GetTableCommand,
  GetTablesCommand,
  type GlueClient,
  type Table,
  type TableInput,
  UpdateTableCommand,
  type ViewDefinition,
} from '@aws-sdk/client-glue';
import type { GlueTableLike, TableInputLike } from '#mesh/contract/glue-table.ts';
import type { ActualTable, CatalogChange } from '#mesh/plan/catalog.ts';
import type { ShareIntent } from '#mesh/subscription/subscription.ts';
import { classify, isNamed, type Patience, persist, symptomOf } from './retry.ts';

/** A table of the central catalog as Glue answers. */
export interface CentralTable {
  readonly input: ActualTable;
  /** Glue's own word on whether Lake Formation governs the table's location. */
  readonly registered: boolean;
  /** ARN of who made it. */
  readonly createdBy?: string;
  /** ISO 8601: its last change. */
  readonly updatedAt?: string;
  /** Why the last change of a view was not taken. */
  readonly fault?: string;
}

/** A table of a domain's own catalog, as catalog-watch needs it. */
export interface DomainTable {
  readonly table: GlueTableLike;
  /** A resource link: its schema is another account's. */
  readonly link: boolean;
}

/** The central catalog as the reconcile Lambda uses it. */
export interface CentralCatalog {
  /** Every table of the database, or undefined when there is no such database. */
  tables(database: string): Promise<CentralTable[] | undefined>;
  /** Applies one change; what is already so counts as applied. */
  apply(change: CatalogChange): Promise<void>;
}

/** Database links in a consumer's catalog. */
export interface LinkCatalog {
  /** What stands under the name: a link with its target, another database, or nothing. */
  link(name: string): Promise<{ target?: { catalogId: string; database: string } } | undefined>;
  createLink(link: NonNullable<ShareIntent['link']>): Promise<void>;
  /** Deletes the link; a link that is gone counts as deleted. */
  deleteLink(name: string): Promise<void>;
}

/** A domain's own catalog. */
export interface DomainCatalog {
  /** The table, or undefined when it does not exist. */
  table(database: string, name: string): Promise<DomainTable | undefined>;
}

export function createCentralCatalog(client: GlueClient, patience: Patience): CentralCatalog {
  return {
    async tables(database) {
      const found: Table[] = [];
      let NextToken: string | undefined;
      try {
        do {
          const command = new GetTablesCommand({ DatabaseName: database, MaxResults: 100, NextToken });
          const answer = await persist(() => client.send(command), patience);
          found.push(...(answer.TableList ?? []));
          NextToken = answer.NextToken;
        } while (NextToken !== undefined && NextToken !== '');
      } catch (error) {
        if (isNamed(error, 'EntityNotFoundException')) return undefined;
        throw error;
      }
      return found.map((table) => ({
        input: toActual(table),
        registered: table.IsRegisteredWithLakeFormation ?? false,
        ...(table.Status?.State === 'FAILED'
          ? { fault: table.Status.Error?.ErrorMessage ?? 'no reason is given' }
          : {}),
        createdBy: table.CreatedBy,
        updatedAt: table.UpdateTime?.toISOString(),
      }));
    },
    async apply(change) {
      switch (change.kind) {
        case 'createDatabase': {
          // Without defaults of its own a database hands each new table to IAM_ALLOWED_PRINCIPALS.
          const DatabaseInput = { Name: change.database, CreateTableDefaultPermissions: [] };
          return idempotent(
            () => client.send(new CreateDatabaseCommand({ DatabaseInput })),
            'AlreadyExistsException',
            patience,
          );
        }
        case 'createTable': {
          const command = new CreateTableCommand({ DatabaseName: change.database, TableInput: toInput(change.table) });
          await idempotent(() => client.send(command), 'AlreadyExistsException', patience);
          return validated(client, change, patience);
        }
        case 'updateTable': {
          const command = new UpdateTableCommand({
            DatabaseName: change.database,
            TableInput: toInput(change.table),
            VersionId: change.versionId,
            SkipArchive: true,
            ...(change.table.ViewDefinition === undefined ? {} : { ViewUpdateAction: 'ADD_OR_REPLACE', Force: true }),
          });
          // A version that somebody else has passed stays passed: the next round observes the new one.
          const retryable = (error: unknown) =>
            !isNamed(error, 'ConcurrentModificationException') && classify(symptomOf(error)) === 'retry';
          await persist(() => client.send(command), patience, retryable);
          return validated(client, change, patience);
        }
        case 'deleteTable': {
          const command = new DeleteTableCommand({ DatabaseName: change.database, Name: change.name });
          return idempotent(() => client.send(command), 'EntityNotFoundException', patience);
        }
        case 'deleteDatabase': {
          const command = new DeleteDatabaseCommand({ Name: change.database });
          return idempotent(() => client.send(command), 'EntityNotFoundException', patience);
        }
      }
    },
  };
}

export function createLinkCatalog(client: GlueClient, patience: Patience): LinkCatalog {
  return {
    async link(name) {
      try {
        const { Database } = await persist(() => client.send(new GetDatabaseCommand({ Name: name })), patience);
        const target = Database?.TargetDatabase;
        return target === undefined
          ? {}
          : { target: { catalogId: target.CatalogId ?? '', database: target.DatabaseName ?? '' } };
      } catch (error) {
        if (isNamed(error, 'EntityNotFoundException')) return undefined;
        throw error;
      }
    },
    async createLink({ name, targetCatalogId, targetDatabase }) {
      const TargetDatabase = { CatalogId: targetCatalogId, DatabaseName: targetDatabase };
      const command = new CreateDatabaseCommand({ DatabaseInput: { Name: name, TargetDatabase } });
      await idempotent(() => client.send(command), 'AlreadyExistsException', patience);
    },
    async deleteLink(name) {
      await idempotent(
        () => client.send(new DeleteDatabaseCommand({ Name: name })),
        'EntityNotFoundException',
        patience,
      );
    },
  };
}

export function createDomainCatalog(client: GlueClient, patience: Patience): DomainCatalog {
  return {
    async table(database, name) {
      try {
        const command = new GetTableCommand({ DatabaseName: database, Name: name });
        const { Table: table } = await persist(() => client.send(command), patience);
        return table === undefined
          ? undefined
          : { table: table as GlueTableLike, link: table.TargetTable !== undefined };
      } catch (error) {
        if (isNamed(error, 'EntityNotFoundException')) return undefined;
        throw error;
      }
    },
  };
}

/** How often, and with which pause in milliseconds, Glue is asked whether it has validated a view. */
const VALIDATION_LOOKS = 30;
const VALIDATION_PAUSE = 1_000;

/** Waits until Glue has validated a view; what it found stands in the view's status. A table has nothing to wait for. */
async function validated(
  client: GlueClient,
  { database, table }: { readonly database: string; readonly table: TableInputLike },
  patience: Patience,
): Promise<void> {
  if (table.ViewDefinition === undefined) return;
  const command = new GetTableCommand({ DatabaseName: database, Name: table.Name });
  for (let look = 0; look < VALIDATION_LOOKS; look += 1) {
    const { Table: found } = await persist(() => client.send(command), patience);
    const state = found?.Status?.State;
    if (state !== 'QUEUED' && state !== 'IN_PROGRESS') return;
    await patience.sleep(VALIDATION_PAUSE);
  }
  const message = `Glue is still validating the view ${database}.${table.Name}`;
  throw Object.assign(new Error(message), { name: 'ResourceNotReadyException' });
}

async function idempotent(work: () => Promise<unknown>, already: string, patience: Patience): Promise<void> {
  try {
    await persist(work, patience);
  } catch (error) {
    if (!isNamed(error, already)) throw error;
  }
}

/** What Weft writes of a table, taken from Glue's answer: read-only members are left out. */
function toActual(table: Table): ActualTable {
  const {
    Name = '',
    Description,
    TableType = '',
    Parameters = {},
    PartitionKeys = [],
    StorageDescriptor = {},
    VersionId,
  } = table;
  const { Columns = [], Location = '', InputFormat, OutputFormat, SerdeInfo } = StorageDescriptor;
  return {
    Name,
    Description,
    TableType,
    Parameters,
    PartitionKeys: PartitionKeys.map(toColumn),
    StorageDescriptor: {
      Columns: Columns.map(toColumn),
      Location,
      InputFormat,
      OutputFormat,
      SerdeInfo:
        SerdeInfo === undefined
          ? undefined
          : { SerializationLibrary: SerdeInfo.SerializationLibrary ?? '', Parameters: SerdeInfo.Parameters },
    },
    ...(table.ViewDefinition === undefined ? {} : { ViewDefinition: toView(table.ViewDefinition) }),
    VersionId,
  };
}

function toView({ Definer = '', IsProtected = false, SubObjects = [], Representations = [] }: ViewDefinition) {
  return {
    Definer,
    IsProtected,
    SubObjects,
    Representations: Representations.map(({ Dialect = 'ATHENA', ViewOriginalText = '', IsStale = false }) => ({
      Dialect,
      ViewOriginalText,
      IsStale,
    })),
  };
}

function toColumn(column: { Name?: string; Type?: string; Comment?: string; Parameters?: Record<string, string> }) {
  return { Name: column.Name ?? '', Type: column.Type ?? '', Comment: column.Comment, Parameters: column.Parameters };
}

function toInput(table: TableInputLike): TableInput {
  const input = structuredClone(table) as TableInput;
  if (table.ViewDefinition === undefined) return input;
  return { ...input, StorageDescriptor: { Columns: input.StorageDescriptor?.Columns } };
}
