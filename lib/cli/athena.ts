import { randomUUID } from 'node:crypto';
import { AthenaClient } from '@aws-sdk/client-athena';
import { type QueryResult, runQuery } from '#aws/athena.ts';
import { realPatience } from '#aws/retry.ts';
import { userError, WeftError } from '#mesh/error.ts';
import { productId } from '#mesh/product/product.ts';
import { domainRoleName, productOfDatabase, workgroupName } from '#mesh/topology/names.ts';
import { domainOfAccount } from '#mesh/topology/topology.ts';
import type { Connection } from './connection.ts';

/**
 * Runs SQL through Athena as the connection's principal, in the workgroup of its account. A refusal of a read that is for want of a grant says how to
 * ask for one.
 */
export async function query(
  connection: Connection,
  sql: string,
  options: { database?: string; limit?: number } = {},
): Promise<QueryResult> {
  const request = { sql, workgroup: workgroupOf(connection), database: options.database, token: randomUUID() };
  try {
    return await runQuery(new AthenaClient(connection.client), request, realPatience, options.limit);
  } catch (error) {
    throw withWayToAsk(error, connection, sql);
  }
}

function withWayToAsk(error: unknown, { topology }: Connection, sql: string): unknown {
  if (error instanceof WeftError && /Insufficient.* on \w+_audit\b/.test(error.message)) {
    const { code, message, source, details } = error;
    const hint = "the audit tables are the auditor's: --as governance/auditor";
    return new WeftError(code, message, { source, details, hint, cause: error });
  }
  const product = productOfDatabase(/\b[a-z0-9_]+?__[a-z0-9_]+?__v\d+\b/i.exec(sql)?.[0] ?? '');
  const owner = topology.domains.find((entry) => entry.name === product?.domain);
  const reads = /^\s*(?:SELECT|WITH)\b/i.test(sql);
  if (!(error instanceof WeftError) || owner === undefined || product === undefined || !reads) return error;
  if (!/Insufficient|not authorized/.test(error.message)) return error;
  const { code, message, source, details } = error;
  const hint = `ask for it: weft subscription request ${productId(product)} --purpose "…"`;
  return new WeftError(code, message, { source, details, hint, cause: error });
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
