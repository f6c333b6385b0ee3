import { randomUUID } from 'node:crypto';
import { AthenaClient } from '@aws-sdk/client-athena';
import { type QueryResult, runQuery } from '#aws/athena.ts';
import { realPatience } from '#aws/retry.ts';
import { userError } from '#mesh/error.ts';
import { workgroupName } from '#mesh/topology/names.ts';
import { domainOfAccount } from '#mesh/topology/topology.ts';
import type { Connection } from './connection.ts';

/** Runs SQL through Athena as the connection's principal, in the workgroup of its account. */
export async function query(
  connection: Connection,
  sql: string,
  options: { database?: string; limit?: number } = {},
): Promise<QueryResult> {
  const request = { sql, workgroup: workgroupOf(connection), database: options.database, token: randomUUID() };
  return runQuery(new AthenaClient(connection.client), request, realPatience, options.limit);
}

/** The workgroup in which this caller's account queries. */
function workgroupOf(connection: Connection): string {
  const { topology, account } = connection;
  const owner = account === topology.governanceAccount ? 'auditor' : domainOfAccount(topology, account)?.name;
  if (owner === undefined) throw userError('WEFT-CLI-018', `account ${account} has no part in mesh ${topology.mesh}`);
  return workgroupName(topology.mesh, owner);
}
