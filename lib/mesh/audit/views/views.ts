import { governanceRoleName, roleArn } from '../../topology/names.ts';
import type { Topology } from '../../topology/topology.ts';
import { watchedAccounts } from '../../topology/trails.ts';
import { dataAccess } from './access.ts';
import { QUERIES } from './queries.ts';
import { READS } from './reads.ts';
import { productColumns, subscriptionsAt } from './registry.ts';
import type { AuditView } from './view.ts';

/** The views of the trail's database, each after those that it reads. */
export function auditViews(topology: Topology): AuditView[] {
  const { mesh, governanceAccount, classification } = topology;
  const definer = roleArn(governanceAccount, governanceRoleName(mesh, 'view-definer'));
  return [
    dataAccess(watchedAccounts(topology), definer),
    QUERIES,
    productColumns(classification),
    subscriptionsAt(classification),
    READS,
  ];
}
