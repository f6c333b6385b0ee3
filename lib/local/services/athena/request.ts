import type { StartQueryExecutionInput, WorkGroupConfiguration } from '@aws-sdk/client-athena';
import type { Cloud } from '../../core/cloud.ts';
import type { Context } from '../../core/service.ts';
import { invalid } from './model.ts';
import { preparedStatement } from './operations/saved.ts';
import { bindParameters } from './parameters.ts';
import { placeOf } from './relation/partition.ts';
import { placeFor, type ResultPlace } from './results.ts';
import { QueryFailure } from './sql/gate.ts';
import type { Statement } from './sql/kinds.ts';
import { readStatement } from './sql/statement.ts';
import { storageOf } from './storage.ts';

/** Where results go: the workgroup's location when it enforces its configuration, else the client's; undefined with managed results. */
export function outputLocation(
  cloud: Cloud,
  input: StartQueryExecutionInput,
  configuration: WorkGroupConfiguration,
): string | undefined {
  const ofGroup = configuration.ResultConfiguration?.OutputLocation;
  const ofClient = input.ResultConfiguration?.OutputLocation;
  if (configuration.ManagedQueryResultsConfiguration?.Enabled === true) return undefined;
  const chosen = configuration.EnforceWorkGroupConfiguration === true ? (ofGroup ?? ofClient) : (ofClient ?? ofGroup);
  if (chosen === undefined) {
    throw invalid(
      'No output location provided. An output location is required either through the Workgroup result configuration setting or as an API input.',
    );
  }
  if (!chosen.startsWith('s3://')) throw invalid(`outputLocation is not a valid S3 path: ${chosen}`);
  const { bucket } = placeOf(chosen);
  if (!storageOf(cloud).hasBucket(bucket)) throw invalid(`Unable to verify/create output bucket ${bucket}`);
  return chosen;
}

/** The object that holds the result of a statement: `.csv` for rows, `.txt` for what DDL says, below `tables/` for CTAS. */
export function resultPlace(cloud: Cloud, location: string | undefined, statement: Statement, id: string): ResultPlace {
  const { kind } = statement;
  if (kind === 'ctas') return placeFor(cloud, location, `tables/${id}`);
  if (kind === 'insert') return placeFor(cloud, location, id);
  const isCsv = kind === 'query' || kind === 'execute' || kind === 'unload';
  return placeFor(cloud, location, `${id}${isCsv ? '.csv' : '.txt'}`);
}

/** The context of a query as it is told back, lower-case. */
export function contextOf(input: StartQueryExecutionInput) {
  const { Database, Catalog } = input.QueryExecutionContext ?? {};
  return {
    ...(Database === undefined ? {} : { Database: Database.toLowerCase() }),
    ...(Catalog === undefined ? {} : { Catalog: Catalog.toLowerCase() }),
  };
}

/** EXECUTE becomes the statement that was prepared; parameters take their places. */
export function resolveStatement(
  given: Statement,
  input: StartQueryExecutionInput,
  context: Context,
  group: string,
): Statement {
  const parameters = input.ExecutionParameters ?? [];
  if (given.kind === 'execute') {
    const prepared = preparedStatement(context, group, given.name);
    if (prepared === undefined) throw new QueryFailure(`NOT_FOUND: Prepared statement not found: ${given.name}`);
    return readStatement(
      bindParameters(prepared.QueryStatement, given.arguments.length > 0 ? given.arguments : parameters),
    );
  }
  if (given.kind === 'prepare') return given;
  const text = input.QueryString ?? '';
  return parameters.length === 0 && !text.includes('?') ? given : readStatement(bindParameters(text, parameters));
}
