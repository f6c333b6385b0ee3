import { Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { environmentOf, type MeshSite, tagCosts } from '../mesh-site.ts';
import { WitnessStack } from './witness-stack.ts';

/** The account that keeps a copy of each checkpoint, where nobody of the audit account can change it. */
export class WitnessStage extends Stage {
  constructor(scope: Construct, site: MeshSite, account: string) {
    const { topology } = site;
    const { mesh } = topology;
    super(scope, `${mesh}-witness`, { env: environmentOf(topology, account) });
    tagCosts(this, mesh, 'audit');
    new WitnessStack(this, 'Witness', {
      ...site,
      stackName: `${mesh}-witness`,
      description: `${mesh}: copies of the checkpoints of the audit log`,
    });
  }
}
