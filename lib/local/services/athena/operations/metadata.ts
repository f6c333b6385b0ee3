import type {
  GetDatabaseInput,
  GetDataCatalogInput,
  GetTableMetadataInput,
  ListDatabasesInput,
  ListDataCatalogsInput,
  ListTableMetadataInput,
} from '@aws-sdk/client-athena';
import { AwsError } from '../../../core/error.ts';
import type { Context, Operations } from '../../../core/service.ts';
import type { GlueTable } from '../../glue/types.ts';
import { visibleDatabases, visibleTables } from '../../lake-formation/access.ts';
import { type FederatedCatalog, federatedCatalogs } from '../federation/data-catalogs.ts';
import { federated } from '../federation/metadata.ts';
import { invalid, page } from '../model.ts';

/** The Glue catalog of the account, by the one name that Athena gives it. */
const DATA_CATALOG = 'AwsDataCatalog';

export function isGlue(name: string | undefined): boolean {
  return name === undefined || name.toLowerCase() === DATA_CATALOG.toLowerCase();
}

/** @throws AwsError `InvalidRequestException` for a catalog that is not there */
export function checkCatalog(context: Context, name: string | undefined): void {
  if (isGlue(name) || federatedCatalogs.get(context.cloud, context, name ?? '') !== undefined) return;
  throw invalid(`DataCatalog ${name} was not found`);
}

function dataCatalog({ name, description, parameters, connectionType }: FederatedCatalog) {
  return {
    Name: name,
    Description: description,
    Type: 'FEDERATED',
    Parameters: parameters,
    Status: 'CREATE_COMPLETE',
    ConnectionType: connectionType,
  };
}

function database({ cloud, caller }: Context, name: string | undefined) {
  const found = visibleDatabases(cloud, caller, caller.account).find((one) => one.Name === (name ?? '').toLowerCase());
  if (found === undefined) throw missing(`Database ${name} not found.`);
  return found;
}

function missing(message: string): AwsError {
  return new AwsError('MetadataException', `EntityNotFoundException: ${message}`);
}

function toMetadata(table: GlueTable) {
  const column = ({
    Name,
    Type,
    Comment,
  }: {
    Name?: string | undefined;
    Type?: string | undefined;
    Comment?: string | undefined;
  }) => ({ Name, Type, Comment });
  const storage = table.StorageDescriptor;
  return {
    Name: table.Name,
    CreateTime: table.CreateTime,
    LastAccessTime: table.LastAccessTime,
    TableType: table.TableType ?? 'EXTERNAL_TABLE',
    Columns: (storage?.Columns ?? []).map(column),
    PartitionKeys: (table.PartitionKeys ?? []).map(column),
    Parameters: {
      ...table.Parameters,
      ...(storage?.Location === undefined ? {} : { location: storage.Location }),
      ...(storage?.InputFormat === undefined ? {} : { inputformat: storage.InputFormat }),
      ...(storage?.OutputFormat === undefined ? {} : { outputformat: storage.OutputFormat }),
      ...(storage?.SerdeInfo?.SerializationLibrary === undefined
        ? {}
        : { 'serde.serialization.lib': storage.SerdeInfo.SerializationLibrary }),
    },
  };
}

function toDatabase(one: { Name: string; Description?: string; Parameters?: Readonly<Record<string, string>> }) {
  return { Name: one.Name, Description: one.Description, Parameters: one.Parameters ?? {} };
}

/** Every call but the list of catalogs is judged on its catalog. */
function onCatalog(input: { CatalogName?: string; Name?: string }, { region, account }: Context): string[] {
  return [`arn:aws:athena:${region}:${account}:datacatalog/${input.CatalogName ?? input.Name ?? DATA_CATALOG}`];
}

export const metadataOperations: Operations = {
  GetDataCatalog: {
    resources: onCatalog,
    run(input: GetDataCatalogInput, context: Context) {
      checkCatalog(context, input.Name);
      const federated = isGlue(input.Name)
        ? undefined
        : federatedCatalogs.get(context.cloud, context, input.Name ?? '');
      if (federated !== undefined) return { DataCatalog: dataCatalog(federated) };
      return {
        DataCatalog: {
          Name: DATA_CATALOG,
          Type: 'GLUE',
          Parameters: { 'catalog-id': context.account },
          Status: 'CREATE_COMPLETE',
        },
      };
    },
  },
  ListDataCatalogs: {
    run(_input: ListDataCatalogsInput, context: Context) {
      const own = { CatalogName: DATA_CATALOG, Type: 'GLUE', Status: 'CREATE_COMPLETE' };
      const others = federatedCatalogs.list(context.cloud, context).map(dataCatalog);
      return {
        DataCatalogsSummary: [
          own,
          ...others.map(({ Name, Type, Status, ConnectionType }) => ({
            CatalogName: Name,
            Type,
            Status,
            ConnectionType,
          })),
        ],
      };
    },
  },
  GetDatabase: {
    resources: onCatalog,
    run(input: GetDatabaseInput, context: Context) {
      checkCatalog(context, input.CatalogName);
      if (!isGlue(input.CatalogName)) return federated.getDatabase(input, context);
      return { Database: toDatabase(database(context, input.DatabaseName)) };
    },
  },
  ListDatabases: {
    resources: onCatalog,
    run(input: ListDatabasesInput, context: Context) {
      checkCatalog(context, input.CatalogName);
      if (!isGlue(input.CatalogName)) return federated.listDatabases(input, context);
      const { items, ...next } = page(visibleDatabases(context.cloud, context.caller, context.account), input, 50);
      return { DatabaseList: items.map(toDatabase), ...next };
    },
  },
  GetTableMetadata: {
    resources: onCatalog,
    run(input: GetTableMetadataInput, context: Context) {
      checkCatalog(context, input.CatalogName);
      if (!isGlue(input.CatalogName)) return federated.getTableMetadata(input, context);
      const found = tablesOf(context, database(context, input.DatabaseName).Name).find(
        (one) => one.Name === input.TableName?.toLowerCase(),
      );
      if (found === undefined) throw missing(`Table ${input.TableName} not found.`);
      return { TableMetadata: toMetadata(found) };
    },
  },
  ListTableMetadata: {
    resources: onCatalog,
    run(input: ListTableMetadataInput, context: Context) {
      checkCatalog(context, input.CatalogName);
      if (!isGlue(input.CatalogName)) return federated.listTableMetadata(input, context);
      const pattern =
        input.Expression === undefined ? undefined : new RegExp(`^(?:${input.Expression.replaceAll('*', '.*')})$`, 'i');
      const all = tablesOf(context, database(context, input.DatabaseName).Name).filter(
        (one) => pattern?.test(one.Name) ?? true,
      );
      const { items, ...next } = page(all, input, 50);
      return { TableMetadataList: items.map(toMetadata), ...next };
    },
  },
};

function tablesOf({ cloud, caller }: Context, name: string): GlueTable[] {
  return visibleTables(cloud, caller, { catalogId: caller.account, database: name });
}
