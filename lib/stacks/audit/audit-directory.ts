import { AccountPrincipal, PolicyDocument, PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledge, INLINE_POLICY } from '#constructs/acknowledge.ts';
import { apiParameterName, auditDirectoryRoleName, governanceRoleName, roleArn } from '#mesh/topology/names.ts';
import type { Topology } from '#mesh/topology/topology.ts';

/** Lets the Lambda that evaluates the audit rules read the address of the API, and nothing else. */
export function auditDirectory(scope: Construct, { mesh, region, governanceAccount, auditAccount }: Topology): Role {
  const directory = new Role(scope, 'AuditDirectory', {
    roleName: auditDirectoryRoleName(mesh),
    description: 'Tells the audit rules where the API is',
    assumedBy: new AccountPrincipal(auditAccount).withConditions({
      ArnEquals: { 'aws:PrincipalArn': roleArn(auditAccount, governanceRoleName(mesh, 'audit-rules')) },
    }),
    inlinePolicies: {
      address: new PolicyDocument({
        statements: [
          new PolicyStatement({
            actions: ['ssm:GetParameter'],
            resources: [`arn:aws:ssm:${region}:${governanceAccount}:parameter${apiParameterName(mesh)}`],
          }),
        ],
      }),
    },
  });
  acknowledge(directory, INLINE_POLICY);
  return directory;
}
