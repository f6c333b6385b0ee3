import { AccountPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import { DETAILS_PREFIX } from '#mesh/audit/log/tile.ts';
import { governanceRoleName, roleArn } from '#mesh/topology/names.ts';
import type { Topology } from '#mesh/topology/topology.ts';

/**
 * What another account may do with the trail, whole: the relay's role adds long members of entries, each under a key that is free. Nobody there reads,
 * lists, deletes, or sets a retention.
 */
export function admitGovernance(topology: Topology, entries: Bucket): void {
  const { mesh, governanceAccount } = topology;
  entries.addToResourcePolicy(
    new PolicyStatement({
      sid: 'RelayAdds',
      principals: [new AccountPrincipal(governanceAccount)],
      actions: ['s3:PutObject'],
      resources: [entries.arnForObjects(`${DETAILS_PREFIX}*`)],
      conditions: {
        ArnEquals: { 'aws:PrincipalArn': roleArn(governanceAccount, governanceRoleName(mesh, 'relay')) },
        // Only a write that fails where the key is taken: a second version could hide the first from a reader of the newest.
        Null: { 's3:if-none-match': 'false' },
      },
    }),
  );
}
