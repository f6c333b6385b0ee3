import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import { type Cloud, callerFor } from '../../../core/cloud.ts';
import { AwsError } from '../../../core/error.ts';
import type { Caller } from '../../../core/service.ts';
import type { GlueConnection } from '../../glue/connection-store.ts';
import { QueryFailure } from '../sql/gate.ts';
import { connectorArn, type FederatedCatalog, federatedCatalogs } from './data-catalogs.ts';

/** How the database of a catalog is reached. */
export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  readonly ssl: false | ConnectionOptions;
}

/** A database as one who asks reaches it, and how its failures are worded. */
export interface Reached {
  readonly catalog: FederatedCatalog;
  readonly address: DatabaseAddress;
  fail(doing: string, error: unknown): QueryFailure;
}

/**
 * Finds the database behind a catalog, each step as the one who takes it on AWS: the asker must know the catalog and be able to invoke its function; the function,
 * by its role, reads the connection and the secret.
 * @throws AwsError what IAM refuses the asker; QueryFailure for what fails in the function
 */
export async function reach(cloud: Cloud, caller: Caller, name: string, place: string): Promise<Reached> {
  const catalog = federatedCatalogs.get(cloud, { account: caller.account, region: cloud.region }, name);
  if (catalog === undefined) throw new QueryFailure(`CATALOG_NOT_FOUND: ${place}: Catalog '${name}' not found`);
  const context = cloud.contextFor(caller, catalog.region);
  await invoke(cloud, 'athena', 'GetDataCatalog', { Name: catalog.name }, caller);
  const lambda = connectorArn(catalog);
  cloud.tell({ caller, action: 'lambda:InvokeFunction', resource: lambda });
  cloud.permit?.(context, 'lambda:InvokeFunction', lambda);
  const fail = (doing: string, error: unknown) => failure(lambda, doing, error);
  try {
    return { catalog, address: await addressOf(cloud, catalog, lambda), fail };
  } catch (error) {
    throw error instanceof QueryFailure ? error : fail('opening the connection', error);
  }
}

async function addressOf(cloud: Cloud, catalog: FederatedCatalog, lambda: string): Promise<DatabaseAddress> {
  const role = callerFor(catalog.parameters['lambda-role-arn'] ?? '', lambda.slice(lambda.lastIndexOf(':') + 1));
  const arn = catalog.parameters['connection-arn'] ?? '';
  const { Connection } = (await invoke(
    cloud,
    'glue',
    'GetConnection',
    { Name: arn.slice(arn.indexOf('/') + 1) },
    role,
  )) as { Connection: GlueConnection };
  const { AuthenticationConfiguration, ConnectionProperties: properties } = Connection;
  const { SecretString = '{}' } = (await invoke(
    cloud,
    'secretsmanager',
    'GetSecretValue',
    { SecretId: AuthenticationConfiguration?.SecretArn },
    role,
  )) as { SecretString?: string };
  const { username = '', password = '' } = credentialsIn(SecretString);
  return {
    host: properties.HOST ?? '',
    port: Number(properties.PORT ?? '5432'),
    database: properties.DATABASE ?? '',
    user: username,
    password,
    ssl: tlsOf(properties.JDBC_PARAMS ?? ''),
  };
}

async function invoke(cloud: Cloud, name: string, operation: string, input: object, caller: Caller): Promise<unknown> {
  const service = cloud.serviceNamed(name);
  if (service === undefined) throw new QueryFailure(`GENERIC_INTERNAL_ERROR: there is no ${name}`, 1);
  return cloud.invoke(service, operation, input, cloud.contextFor(caller));
}

/** What is wrong with a secret is said without a letter of it. */
function credentialsIn(text: string): { username?: string; password?: string } {
  try {
    return JSON.parse(text) as { username?: string; password?: string };
  } catch {
    throw new AwsError('InvalidSecret', 'the secret is not JSON with username and password');
  }
}

/** pgjdbc's `sslmode`; what may fall back to no TLS is not taken. @throws AwsError */
function tlsOf(parameters: string): false | ConnectionOptions {
  const given = new URLSearchParams(parameters);
  const mode = given.get('sslmode') ?? (given.get('ssl') === 'true' ? 'verify-full' : 'prefer');
  const root = given.get('sslrootcert');
  const ca = root === null ? {} : { ca: readFileSync(root, 'utf8') };
  if (mode === 'disable') return false;
  if (mode === 'require') return { rejectUnauthorized: false };
  if (mode === 'verify-ca') return { ...ca, rejectUnauthorized: true, checkServerIdentity: () => undefined };
  if (mode === 'verify-full') return { ...ca, rejectUnauthorized: true };
  throw new AwsError(
    'InvalidConnection',
    `sslmode=${mode} may fall back to a connection without TLS; weft local takes require, verify-ca, verify-full, and disable`,
  );
}

function failure(lambda: string, doing: string, error: unknown): QueryFailure {
  const text = (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
  return new QueryFailure(
    `GENERIC_USER_ERROR: Encountered an exception from your LambdaFunction[${lambda}] executed in context[${doing}] with message[${text}]`,
  );
}
