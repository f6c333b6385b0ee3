import { createHash } from 'node:crypto';
import { AthenaClient } from '@aws-sdk/client-athena';
import { GlueClient } from '@aws-sdk/client-glue';
import { earlierAnswer, type QueryResult } from '#aws/athena.ts';
import { realPatience } from '#aws/retry.ts';
import { tableSnapshot } from '#aws/table-snapshot.ts';
import type { OwnAccess } from '#control/own-access.ts';
import { type ProductTable, repeatable } from '#mesh/answer/repeatable.ts';
import { canonicalText } from '#mesh/canonical.ts';
import { query, workgroupOf } from '../athena.ts';
import type { Connection } from '../connection.ts';
import type { Io } from '../io.ts';
import { localSqlParser } from '../sql-parser.ts';
import { KeptAnswers } from './kept-answers.ts';

/** A result, and where it is from. */
export interface Answer {
  readonly result: QueryResult;
  /** True for an earlier result; nothing was run. */
  readonly reused: boolean;
  /** Why Athena was asked; absent when an earlier result was taken or there was none. */
  readonly because?: string;
}

/**
 * Answers from an earlier result of the same caller that is no older than `age` milliseconds, if nothing that decides the answer has changed since: the
 * product, who may read it and how, policies, switches, and the snapshot of each table. Where that cannot be told, Athena is asked.
 */
export async function queryOrReuse(
  connection: Connection,
  sql: string,
  options: { readonly database?: string; readonly limit?: number },
  age: number,
  io: Pick<Io, 'env'>,
): Promise<Answer> {
  const steady = repeatable(sql, options.database, await localSqlParser());
  const ask = () => (steady.ok ? question(connection, sql, options.database, steady.tables) : steady);
  const about = await ask();
  if ('reason' in about) return { result: await query(connection, sql, options), reused: false, because: about.reason };
  const kept = new KeptAnswers(io);
  const found = kept.find(about.key);
  if (found !== undefined && Date.now() - Date.parse(found.submittedAt) <= age) {
    const client = new AthenaClient(connection.client);
    const earlier = await earlierAnswer(client, { id: found.id, sql }, realPatience, options.limit);
    if (earlier !== undefined) return { result: earlier, reused: true };
  }
  const result = await query(connection, sql, options);
  // What changed while it ran may be in the answer or not: it is kept only when nothing did.
  const after = await ask();
  if ('key' in after && after.key === about.key)
    kept.keep(about.key, { id: result.id, submittedAt: result.submittedAt.toISOString() });
  return { result, reused: false };
}

/** The digest of all that decides the answer, or why there is none. */
async function question(
  connection: Connection,
  sql: string,
  database: string | undefined,
  tables: readonly ProductTable[],
): Promise<{ readonly key: string } | { readonly reason: string }> {
  const versions = new Map(tables.map((table) => [`${table.domain}/${table.product}@${table.major}`, table]));
  const digests: string[] = [];
  for (const [name, version] of versions) {
    const access = await accessTo(version, connection);
    if (access?.settled !== true) return { reason: `your access to ${name} is not there, or about to change` };
    digests.push(access.digest);
  }
  const snapshots: string[] = [];
  for (const table of tables) {
    const snapshot = await snapshotOf(table, connection);
    if (snapshot === undefined)
      return { reason: `${table.databaseName}.${table.tableName} changes in place: nobody can tell whether it did` };
    snapshots.push(snapshot);
  }
  const { principal } = connection;
  const facts = { principal, workgroup: workgroupOf(connection), sql, database: database ?? null, digests, snapshots };
  return { key: createHash('sha256').update(canonicalText(facts)).digest('hex') };
}

/** Undefined when the mesh does not say. */
async function accessTo({ domain, product, major }: ProductTable, connection: Connection) {
  try {
    const path = `/products/${domain}/${product}/access`;
    const { access } = await connection.api<{ access: OwnAccess }>({
      method: 'GET',
      path,
      query: { major: String(major) },
    });
    return access;
  } catch {
    return undefined;
  }
}

/** Undefined when Glue does not say. */
async function snapshotOf({ databaseName, tableName }: ProductTable, connection: Connection) {
  try {
    const place = { database: databaseName, table: tableName };
    return await tableSnapshot(new GlueClient(connection.client), place, realPatience);
  } catch {
    return undefined;
  }
}
