import type {
  GetDatabaseInput,
  GetTableMetadataInput,
  ListDatabasesInput,
  ListTableMetadataInput,
} from '@aws-sdk/client-athena';
import { AwsError } from '../../../core/error.ts';
import type { Context } from '../../../core/service.ts';
import { page } from '../model.ts';
import { QueryFailure } from '../sql/gate.ts';
import { reach } from './connector.ts';
import { type Reader, reading } from './postgres.ts';

/** What the metadata operations answer of a catalog behind a connector: what its user may read in the database, now. */
export const federated = {
  async getDatabase(input: GetDatabaseInput, context: Context) {
    return { Database: { Name: await schemaNamed(input.CatalogName, input.DatabaseName, context) } };
  },
  async listDatabases(input: ListDatabasesInput, context: Context) {
    const schemas = await read(input.CatalogName, context, (reader) => reader.schemas());
    const { items, ...next } = page(schemas, input, 50);
    return { DatabaseList: items.map((Name) => ({ Name })), ...next };
  },
  async getTableMetadata(input: GetTableMetadataInput, context: Context) {
    const schema = (input.DatabaseName ?? '').toLowerCase();
    const table = (input.TableName ?? '').toLowerCase();
    const found = await read(input.CatalogName, context, (reader) => metadata(reader, schema, table));
    if (found.Columns.length === 0) throw missing(`Table ${input.TableName} not found.`);
    return { TableMetadata: found };
  },
  async listTableMetadata(input: ListTableMetadataInput, context: Context) {
    const schema = (input.DatabaseName ?? '').toLowerCase();
    const pattern = new RegExp(`^(?:${(input.Expression ?? '*').replaceAll('*', '.*')})$`, 'i');
    return read(input.CatalogName, context, async (reader) => {
      const { items, ...next } = page(
        (await reader.tables(schema)).filter((name) => pattern.test(name)),
        input,
        50,
      );
      const list = [];
      for (const name of items) list.push(await metadata(reader, schema, name));
      return { TableMetadataList: list, ...next };
    });
  },
};

async function schemaNamed(catalog: string | undefined, name: string | undefined, context: Context): Promise<string> {
  const schemas = await read(catalog, context, (reader) => reader.schemas());
  const found = schemas.find((schema) => schema === name?.toLowerCase());
  if (found === undefined) throw missing(`Database ${name} not found.`);
  return found;
}

async function metadata(reader: Reader, schema: string, name: string) {
  const columns = await reader.columns(schema, name);
  return {
    Name: name,
    TableType: 'EXTERNAL_TABLE',
    Columns: columns.map(({ name, glueType }) => ({ Name: name, Type: glueType })),
  };
}

async function read<T>(
  catalog: string | undefined,
  context: Context,
  work: (reader: Reader) => Promise<T>,
): Promise<T> {
  const { cloud, caller } = context;
  try {
    const { address, catalog: found, fail } = await reach(cloud, caller, catalog ?? '', 'line 1:1');
    return await reading(address, found.name, work).catch((error: unknown) => {
      throw fail('retrieving meta-data', error);
    });
  } catch (error) {
    throw error instanceof QueryFailure ? new AwsError('MetadataException', error.message) : error;
  }
}

function missing(message: string): AwsError {
  return new AwsError('MetadataException', `EntityNotFoundException: ${message}`);
}
