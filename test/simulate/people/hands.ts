import { DeleteDatabaseCommand, GlueClient } from '@aws-sdk/client-glue';
import { GrantPermissionsCommand, LakeFormationClient, RevokePermissionsCommand } from '@aws-sdk/client-lakeformation';
import { domainRoleName, roleArn } from '#mesh/topology/names.ts';
import { GOVERNANCE, TOPOLOGY } from '../../control/world.ts';
import { VERSIONS } from '../contract.ts';
import type { Mesh } from '../mesh.ts';
import type { Random } from '../random.ts';

/** Somebody changes grants and links by hand, past the mesh; answers what became of it. */
export async function meddle(mesh: Mesh, random: Random): Promise<string> {
  mesh.faults.count('by hand');
  const version = random.pick(VERSIONS);
  const database = mesh.databaseOf(version);
  const { name, account } = random.pick(TOPOLOGY.domains.filter((domain) => domain.name !== version.domain));
  const agent = mesh.world.cloud.clientConfig(
    roleArn(account, domainRoleName(TOPOLOGY.mesh, name, 'agent')),
    'by-hand',
  );
  const central = mesh.world.cloud.clientConfig(roleArn(GOVERNANCE, 'toy-reconcile'), 'by-hand');
  const analyst = roleArn(account, domainRoleName(TOPOLOGY.mesh, name, 'analyst'));
  const whole = { Table: { CatalogId: GOVERNANCE, DatabaseName: database, TableWildcard: {} } };
  const way = random.pick(['central', 'central', 'local', 'link'] as const);
  try {
    if (way === 'link') await new GlueClient(agent).send(new DeleteDatabaseCommand({ Name: database }));
    else {
      const client = new LakeFormationClient(way === 'local' ? agent : central);
      const Principal = { DataLakePrincipalIdentifier: way === 'local' ? analyst : account };
      const onDatabase = { Database: { CatalogId: GOVERNANCE, Name: database } };
      const Resource = way === 'central' && random.chance(0.5) ? onDatabase : whole;
      const change = {
        Principal,
        Resource,
        Permissions: ['Database' in Resource ? 'DESCRIBE' : 'SELECT'] as 'SELECT'[],
      };
      const command = random.chance(0.5) ? new GrantPermissionsCommand(change) : new RevokePermissionsCommand(change);
      await client.send(command as GrantPermissionsCommand);
    }
    return `${way} done`;
  } catch (error) {
    return `${way} ${error instanceof Error ? error.name : 'failed'}`;
  }
}
