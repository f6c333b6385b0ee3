import { CfnNamedQuery } from 'aws-cdk-lib/aws-athena';
import { Construct } from 'constructs';
import { SAVED_NOW, SAVED_SINCE } from '#mesh/audit/findings/finding.ts';
import { FINDINGS } from '#mesh/audit/findings/findings.ts';
import type { Topology } from '#mesh/topology/topology.ts';

interface SavedFindingsProps {
  readonly topology: Topology;
  /** Name of the auditors' workgroup. */
  readonly workGroup: string;
  readonly database: string;
}

/** Every finding as a query of the auditors' workgroup, to be run as it is: it asks for the present moment. */
export class SavedFindings extends Construct {
  constructor(scope: Construct, id: string, { topology, workGroup, database }: SavedFindingsProps) {
    super(scope, id);
    const { mesh, governanceAccount } = topology;
    const asked = { database, mesh, governanceAccount, now: SAVED_NOW, since: SAVED_SINCE };
    for (const finding of FINDINGS) {
      new CfnNamedQuery(this, finding.id, {
        name: `${mesh}-${finding.id}`,
        description: `${finding.title}: ${finding.why}`,
        database,
        workGroup,
        queryString: `-- ${finding.title}: ${finding.why}\n${finding.sql(asked)}`,
      });
    }
  }
}
