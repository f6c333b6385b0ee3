import { randomUUID } from 'node:crypto';
import { AthenaClient } from '@aws-sdk/client-athena';
import { type QueryResult, runQuery } from '#aws/athena.ts';
import { realPatience } from '#aws/retry.ts';
import { userError } from '#mesh/error.ts';
import { domainRoleName, workgroupName } from '#mesh/topology/names.ts';
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

/** The workgroup of this caller: the auditors', its domain's, or the one that its domain's producers have to themselves. */
export function workgroupOf({ topology, account, principal }: Connection): string {
  const { mesh } = topology;
  if (account === topology.auditAccount) return workgroupName(mesh, 'auditor');
  const domain = domainOfAccount(topology, account)?.name;
  if (domain === undefined)
    throw userError('WEFT-CLI-018', `account ${account} has no workgroup in mesh ${mesh}`, {
      hint: 'ask as a role of a domain, or as governance/auditor',
    });
  const producer = principal.includes(`/${domainRoleName(mesh, domain, 'producer')}`);
  return workgroupName(mesh, producer ? `${domain}-producer` : domain);
}
