import { GetTableCommand, type GlueClient } from '@aws-sdk/client-glue';
import { type Patience, persist } from './retry.ts';

/**
 * What names the data of a table as its caller sees it now: another text, other data or other columns. Undefined for a table whose files change
 * in place, where no text could. Told apart by their own snapshots are Iceberg tables and those that the pipeline makes anew each time.
 * @throws AccessDeniedException, EntityNotFoundException as Glue words them.
 */
export async function tableSnapshot(
  client: GlueClient,
  { database, table }: { readonly database: string; readonly table: string },
  patience: Patience,
): Promise<string | undefined> {
  const command = new GetTableCommand({ DatabaseName: database, Name: table });
  const { Table: found } = await persist(() => client.send(command), patience);
  const { metadata_location: iceberg, table_type: type } = found?.Parameters ?? {};
  const location = found?.StorageDescriptor?.Location;
  const snapshot =
    type?.toUpperCase() === 'ICEBERG'
      ? iceberg
      : location !== undefined && /\/snapshot=[^/]+\/?$/.test(location)
        ? location
        : undefined;
  if (snapshot === undefined) return undefined;
  // Glue leaves out columns that Lake Formation withholds.
  const columns = [...(found?.StorageDescriptor?.Columns ?? []), ...(found?.PartitionKeys ?? [])];
  return JSON.stringify([snapshot, found?.VersionId, columns.map(({ Name, Type }) => [Name, Type])]);
}
