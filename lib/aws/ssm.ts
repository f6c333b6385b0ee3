import { WeftError } from '#mesh/error.ts';
import { domainParameterPath, meshParameterName } from '#mesh/topology/names.ts';
import type { Domain, Topology } from '#mesh/topology/topology.ts';
import type { JsonCall } from './json-call.ts';
import { isNamed } from './retry.ts';

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

/** The mesh's own parameter, and one for each domain. @throws WEFT-TOPOLOGY-090 when it is missing. */
async function readTopology(call: JsonCall, mesh: string): Promise<Topology> {
  const Name = meshParameterName(mesh);
  const own = await call('GetParameter', { Name }).catch((cause: unknown) => {
    if (!isNamed(cause, 'ParameterNotFound')) throw cause;
    const hint = 'deploy the governance stack';
    throw new WeftError('WEFT-TOPOLOGY-090', `parameter \`${Name}\` does not exist`, { cause, hint });
  });
  const values = new Map<string, string>();
  const Path = domainParameterPath(mesh);
  let NextToken: string | undefined;
  do {
    const page = (await call('GetParametersByPath', { Path, MaxResults: 10, NextToken })) as ParameterPage;
    for (const parameter of page.Parameters ?? []) values.set(parameter.Name, parameter.Value);
    NextToken = page.NextToken;
  } while (NextToken !== undefined && NextToken !== '');
  const rest = JSON.parse((own as { Parameter: { Value: string } }).Parameter.Value) as Omit<Topology, 'domains'>;
  const domains = [...values].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => JSON.parse(value) as Domain);
  return { ...rest, domains };
}
