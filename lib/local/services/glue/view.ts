import { callerFor } from '../../core/cloud.ts';
import { AwsError } from '../../core/error.ts';
import type { Context } from '../../core/service.ts';
import { columnsOf } from '../lake-formation/cells.ts';
import { isOpen, tableRights } from '../lake-formation/rights.ts';
import { catalog } from './catalog.ts';
import { connections } from './connection-store.ts';
import { entityNotFound, invalidInput } from './errors.ts';
import {
  columnNames,
  type GlueDatabase,
  type GlueTable,
  type GlueTableInput,
  type GlueTableStatus,
  type GlueViewDefinition,
} from './types.ts';

/** What an update says about a view beside its table. */
export interface ViewUpdate {
  readonly ViewUpdateAction?: string;
  readonly Force?: boolean;
}

/** An engine that can tell whether a view's text runs as its definer; Athena is one. */
interface Engine {
  validateView(context: Context, view: GlueTable): Promise<string | undefined>;
}

/**
 * What Lake Formation asks of a view before it is made: a database that is not open to everybody, tables of the same catalog that are neither
 * views nor links, a definer that may pass on SELECT on every column of each, and a connection for the engine that validates the text.
 * @throws AwsError InvalidInputException, EntityNotFoundException, AccessDeniedException
 */
export function requireViewable(context: Context, database: GlueDatabase, view: GlueViewDefinition): void {
  const { cloud } = context;
  if (isOpen(cloud, database)) {
    throw invalidInput(`Views cannot be created in ${database.Name}: IAMAllowedPrincipals has permissions on it`);
  }
  const connection = view.Representations[0]?.ValidationConnection;
  if (connection === undefined) throw invalidInput('ValidationConnection is required for the dialect ATHENA');
  if (connections.get(cloud, database.CatalogId, connection) === undefined) {
    throw entityNotFound(`Connection ${connection} not found.`);
  }
  // Whoever makes a view hands its definer and its connection to Glue.
  const passing = { caller: context.caller, keys: { 'iam:PassedToService': 'glue.amazonaws.com' } };
  cloud.tell({ ...passing, action: 'iam:PassRole', resource: view.Definer });
  const resource = `arn:aws:glue:${cloud.region}:${database.CatalogId}:connection/${connection}`;
  cloud.tell({ caller: context.caller, action: 'glue:PassConnection', resource });
  const definer = callerFor(view.Definer, 'view');
  for (const arn of view.SubObjects) {
    const [, account, name, table] = /^arn:aws:glue:[^:]+:(\d{12}):table\/([^/]+)\/([^/]+)$/.exec(arn) ?? [];
    if (account === undefined || name === undefined || table === undefined) {
      throw invalidInput(`${arn} is not the ARN of a table`);
    }
    if (account !== database.CatalogId)
      throw invalidInput(`A view cannot reference a table in another account: ${arn}`);
    const found = catalog.table(cloud, account, name, table);
    if (found === undefined) throw entityNotFound(`Table ${table} not found.`);
    if (found.TargetTable !== undefined) throw invalidInput(`A view cannot reference a resource link: ${arn}`);
    if (found.TableType === 'VIRTUAL_VIEW') throw invalidInput(`A view cannot reference another view: ${arn}`);
    const order = columnNames(found);
    const { permissions, cells } = tableRights(cloud, definer, found, 'grantable');
    const everyRow = columnsOf(
      cells.filter(({ rows }) => rows === undefined),
      order,
    );
    if (!permissions.has('SELECT') || everyRow.length < order.length) {
      throw new AwsError(
        'AccessDeniedException',
        `Insufficient Lake Formation permission(s): Required Select with grant option on ${found.Name} for the definer`,
      );
    }
  }
}

/** A view is updated by name of what is done with its text, and stays a view; a table stays a table. @throws AwsError */
export function requireViewUpdate(
  context: Context,
  { ViewUpdateAction, Force }: ViewUpdate,
  table: GlueTable,
  given: GlueTableInput,
): void {
  if (given.ViewDefinition === undefined && table.IsMultiDialectView !== true) {
    if (ViewUpdateAction === undefined && Force === undefined) return;
    throw invalidInput('ViewUpdateAction and Force are for views only');
  }
  if (given.ViewDefinition === undefined || table.IsMultiDialectView !== true) {
    throw invalidInput(`${table.Name} cannot change from a view to a table or back`);
  }
  if (ViewUpdateAction !== 'REPLACE' && ViewUpdateAction !== 'ADD_OR_REPLACE') {
    throw new AwsError(
      'WeftLocalNotImplemented',
      `weft local does not implement glue:UpdateTable on a view with ViewUpdateAction ${ViewUpdateAction}`,
      501,
    );
  }
  if (Force !== true && JSON.stringify(columnNames(table)) !== JSON.stringify(columnNames({ ...table, ...given }))) {
    throw invalidInput('The columns of a view change only with Force');
  }
  const database = catalog.database(context.cloud, table.CatalogId, table.DatabaseName);
  if (database !== undefined) requireViewable(context, database, given.ViewDefinition);
}

/**
 * The table with the outcome of its validation. AWS validates after its answer; here it is done before, so `Status` never says that it is under
 * way. A view that fails is left without its text, or as it was when it is there already.
 */
export async function asValidated(
  context: Context,
  Action: GlueTableStatus['Action'],
  table: GlueTable,
  former?: GlueTable,
): Promise<GlueTable> {
  if (table.ViewDefinition === undefined) return table;
  const { arn } = context.caller;
  const time = Math.floor(context.now / 1000);
  const status = { Action, RequestedBy: arn, UpdatedBy: arn, RequestTime: time, UpdateTime: time };
  const engine: unknown = context.cloud.serviceNamed('athena');
  const failure = isEngine(engine) ? await engine.validateView(context, table) : undefined;
  if (failure === undefined) return { ...table, IsMultiDialectView: true, Status: { ...status, State: 'SUCCESS' } };
  const fault = { ErrorCode: 'InvalidInputException', ErrorMessage: failure };
  const { ViewDefinition: _, ...bare } = former ?? table;
  const kept = former ?? bare;
  return { ...kept, IsMultiDialectView: true, Status: { ...status, State: 'FAILED', Error: fault } };
}

function isEngine(service: unknown): service is Engine {
  return typeof service === 'object' && service !== null && 'validateView' in service;
}
