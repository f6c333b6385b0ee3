import { AwsError } from '../../../core/error.ts';
import type { Context } from '../../../core/service.ts';
import { catalog } from '../../glue/catalog.ts';
import { resolveDatabase, resolveTable } from '../../glue/link.ts';
import type { GlueDatabase, GlueTable } from '../../glue/types.ts';
import { visibleTables } from '../../lake-formation/access.ts';
import { databaseRights, tableRights } from '../../lake-formation/rights.ts';
import { QueryFailure } from '../sql/gate.ts';

/** Calls Glue as the one who sent the statement, so that IAM and Lake Formation judge it. */
export async function callGlue(context: Context, operation: string, input: unknown): Promise<unknown> {
  const { cloud, caller, region } = context;
  const glue = cloud.serviceNamed('glue');
  if (glue === undefined) throw new QueryFailure('GENERIC_INTERNAL_ERROR: there is no Glue', 1);
  try {
    return await cloud.invoke(glue, operation, input, cloud.contextFor(caller, region));
  } catch (error) {
    throw failureOf(error);
  }
}

/** A service's refusal in Athena's words. */
function failureOf(error: unknown): unknown {
  if (!(error instanceof AwsError)) return error;
  if (error.code === 'AccessDeniedException')
    return new QueryFailure(
      `FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. ${error.message} (Service: AmazonDataCatalog; Status Code: 400; Error Code: AccessDeniedException)`,
    );
  return new QueryFailure(
    `FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask. ${error.code}(message:${error.message})`,
  );
}

/** `[database, table]` of a path of one to three names. */
export function split(path: readonly string[], database: string): { database: string; table: string } {
  if (path.length > 2 && path[0] !== 'awsdatacatalog')
    throw new QueryFailure(`CATALOG_NOT_FOUND: Catalog '${path[0]}' not found`);
  const [table = '', named = database] = [...path].reverse();
  return { database: named, table };
}

/** A table that the caller may see, without the columns it may not. */
export function seen(context: Context, at: { database: string; table: string }): GlueTable {
  const { cloud, caller } = context;
  const all = visibleTables(cloud, caller, { catalogId: caller.account, database: at.database });
  const found = all.find((table) => table.Name === at.table);
  if (found === undefined)
    throw new QueryFailure(`FAILED: SemanticException [Error 10001]: Table not found ${at.database}.${at.table}`);
  return found;
}

/** The table that a name leads to, whatever the caller may do with it. */
export function targetOf(context: Context, at: { database: string; table: string }): GlueTable | undefined {
  const database = databaseOf(context, at.database);
  const named =
    database === undefined ? undefined : catalog.table(context.cloud, database.CatalogId, database.Name, at.table);
  return named === undefined ? undefined : resolveTable(context.cloud, named).target;
}

export function databaseOf(context: Context, name: string): GlueDatabase | undefined {
  const named = catalog.database(context.cloud, context.caller.account, name);
  return named === undefined ? undefined : resolveDatabase(context.cloud, named).target;
}

/** @throws QueryFailure when Lake Formation does not let the caller make tables in that database. */
export function requireCreateTable(context: Context, name: string): GlueDatabase {
  const database = databaseOf(context, name);
  if (database === undefined) throw new QueryFailure(`SCHEMA_NOT_FOUND: Schema '${name}' does not exist`);
  if (!databaseRights(context.cloud, context.caller, database).has('CREATE_TABLE')) {
    throw new QueryFailure(
      `Insufficient permissions to execute the query. Insufficient Lake Formation permission(s): Required Create Table on ${name}`,
    );
  }
  return database;
}

/** @throws QueryFailure when Lake Formation does not let the caller insert into that table. */
export function requireInsert(context: Context, at: { database: string; table: string }): GlueTable {
  const table = targetOf(context, at);
  if (table === undefined)
    throw new QueryFailure(`TABLE_NOT_FOUND: Table 'awsdatacatalog.${at.database}.${at.table}' does not exist`);
  if (!tableRights(context.cloud, context.caller, table).permissions.has('INSERT')) {
    throw new QueryFailure(
      `Insufficient permissions to execute the query. Insufficient Lake Formation permission(s): Required Insert on ${at.table}`,
    );
  }
  return table;
}
