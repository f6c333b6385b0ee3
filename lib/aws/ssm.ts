import { WeftError } from '#mesh/error.ts';
import { domainParameterPath, meshParameterName } from '#mesh/topology/names.ts';
import type { Domain, Topology } from '#mesh/topology/topology.ts';
import type { JsonCall } from './json-call.ts';

interface ParameterPage {
  readonly Parameters?: readonly { readonly Name: string; readonly Value: string }[];
  readonly NextToken?: string;
}

/** How long a topology that was read is good for, in milliseconds. */
const GOOD_FOR = 5 * 60_000;

/** A reader of the mesh's topology from the governance account's parameters, which keeps what it read for five minutes. */
export function createTopologyReader(call: JsonCall, mesh: string, now: () => number): () => Promise<Topology> {
  let kept: { topology: Topology; until: number } | undefined;
  return async () => {
    if (kept !== undefined && now() < kept.until) return kept.topology;
    const topology = await readTopology(call, mesh);
    kept = { topology, until: now() + GOOD_FOR };
    return topology;
  };
}

/** Everything below `/weft/<mesh>`: the mesh's own parameter and one for each domain. @throws WEFT-TOPOLOGY-090 when it is missing. */
async function readTopology(call: JsonCall, mesh: string): Promise<Topology> {
  const values = new Map<string, string>();
  const Path = meshParameterName(mesh).slice(0, meshParameterName(mesh).lastIndexOf('/'));
  let NextToken: string | undefined;
  do {
    const page = (await call('GetParametersByPath', {
      Path,
      Recursive: true,
      MaxResults: 10,
      NextToken,
    })) as ParameterPage;
    for (const { Name, Value } of page.Parameters ?? []) values.set(Name, Value);
    NextToken = page.NextToken;
  } while (NextToken !== undefined && NextToken !== '');
  const own = values.get(meshParameterName(mesh));
  if (own === undefined) {
    throw new WeftError('WEFT-TOPOLOGY-090', `parameter \`${meshParameterName(mesh)}\` does not exist`, {
      hint: 'deploy the governance foundation stack',
    });
  }
  const domains = [...values]
    .filter(([name]) => name.startsWith(`${domainParameterPath(mesh)}/`))
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([, value]) => JSON.parse(value) as Domain);
  return { ...(JSON.parse(own) as Omit<Topology, 'domains'>), domains };
}
