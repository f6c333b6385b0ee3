import { governanceRoleName, roleArn } from '../../topology/names.ts';
import type { Topology } from '../../topology/topology.ts';
import { watchedAccounts } from '../../topology/trails.ts';
import type { Period } from '../period.ts';
import { dataAccess } from './access.ts';
import { objectReads } from './objects.ts';
import { queries } from './queries.ts';
import { READS } from './reads.ts';
import { entitlementsAt, productColumns, RECORDS, subscriptionsAt } from './registry.ts';
import type { AuditView } from './view.ts';
import { daysOf, type WhoRead, whoReadSql } from './who-read.ts';

/** The views of the trail's database, each after those that it reads. */
export function auditViews(topology: Topology): AuditView[] {
  const { classification } = topology;
  return [
    access(topology),
    queries(),
    RECORDS,
    productColumns(classification),
    subscriptionsAt(classification),
    entitlementsAt(classification),
    READS,
    objectReads(topology.mesh),
  ];
}

/**
 * The one query that answers who read what of a product, oldest first: the view `reads`, with the days that are asked for put where the trail is read. A view cannot
 * do that, and would read every day that there ever was.
 */
export function whoReadQuery(topology: Topology, asked: WhoRead): string {
  return `${readsWithin(topology, asked)}\n${whoReadSql(asked)}`;
}

/** The rows of `reads` of some days, as a query by itself: the days are put where the trail is read. */
export function readsOfDays(topology: Topology, days: Period): string {
  return `${readsWithin(topology, days)}\nSELECT * FROM reads`;
}

function readsWithin(topology: Topology, days: Period): string {
  const within = daysOf(days);
  const [vends, executions] = [access(topology, within), queries(within)];
  return `WITH data_access AS (${vends.sql}\n), queries AS (${executions.sql}\n), reads AS (${READS.sql}\n)`;
}

function access(topology: Topology, within?: string): AuditView {
  const { mesh, governanceAccount } = topology;
  const definer = roleArn(governanceAccount, governanceRoleName(mesh, 'view-definer'));
  return dataAccess(watchedAccounts(topology), definer, within);
}
