import type { Topology } from '#mesh/topology/topology.ts';
import { appOf, type CfnTemplate } from '../../stacks/aviation.ts';

/** A synthesized stack and where it is deployed. */
interface DeployedStack {
  readonly account: string;
  readonly template: CfnTemplate;
}

/** `<account> <stack name>` → the stack. */
export type Deployed = ReadonlyMap<string, DeployedStack>;

const known = new Map<string, Deployed>();

/** The stacks of a mesh; those of a mesh that was asked for before are not synthesized again. */
export function deployedOf(topology: Topology): Deployed {
  const key = JSON.stringify(topology);
  const found = known.get(key) ?? synthesized(topology);
  known.set(key, found);
  return found;
}

function synthesized(topology: Topology): Deployed {
  const stacks = appOf(topology)
    .synth()
    .nestedAssemblies.flatMap(({ nestedAssembly }) => nestedAssembly.stacks);
  return new Map(
    stacks.map(({ stackName, environment: { account }, template }) => [
      `${account} ${stackName}`,
      { account, template: template as CfnTemplate },
    ]),
  );
}
