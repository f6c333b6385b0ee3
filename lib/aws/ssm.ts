import { WeftError } from '#mesh/error.ts';
import {
  applicationParameterPath,
  domainParameterPath,
  meshParameterName,
  meshParameterPath,
} from '#mesh/topology/names.ts';
import type { Application } from '#mesh/topology/rules.ts';
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

/** The mesh's own parameter, one for each domain, and those of the applications where there are some. @throws WEFT-TOPOLOGY-090 when it is missing. */
async function readTopology(call: JsonCall, mesh: string): Promise<Topology> {
  const found = await below(call, meshParameterPath(mesh));
  const under = (path: string) =>
    [...found].filter(([name]) => name.startsWith(`${path}/`)).map(([, value]) => JSON.parse(value));
  const own = found.get(meshParameterName(mesh));
  if (own === undefined) {
    throw new WeftError('WEFT-TOPOLOGY-090', `parameter \`${meshParameterName(mesh)}\` does not exist`, {
      hint: 'deploy the governance stack',
    });
  }
  const { withApplications, ...rest } = JSON.parse(own) as Omit<Topology, 'domains'> & { withApplications?: boolean };
  const domains = under(domainParameterPath(mesh)) as Domain[];
  if (withApplications !== true) return { ...rest, domains };
  return { ...rest, applications: (under(applicationParameterPath(mesh)) as Application[][]).flat(), domains };
}

/** Every parameter below a path with its value, in the order of their names. */
async function below(call: JsonCall, Path: string): Promise<Map<string, string>> {
  const values = new Map<string, string>();
  let NextToken: string | undefined;
  do {
    const page = (await call('GetParametersByPath', {
      Path,
      Recursive: true,
      MaxResults: 10,
      NextToken,
    })) as ParameterPage;
    for (const parameter of page.Parameters ?? []) values.set(parameter.Name, parameter.Value);
    NextToken = page.NextToken;
  } while (NextToken !== undefined && NextToken !== '');
  return new Map([...values].sort(([a], [b]) => (a < b ? -1 : 1)));
}
