import { WeftError } from '#mesh/error.ts';
import { applicationParameterPath, domainParameterPath, meshParameterName } from '#mesh/topology/names.ts';
import type { Application } from '#mesh/topology/rules.ts';
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

/** The mesh's own parameter, one for each domain, and those of the applications where there are some. @throws WEFT-TOPOLOGY-090 when it is missing. */
async function readTopology(call: JsonCall, mesh: string): Promise<Topology> {
  const Name = meshParameterName(mesh);
  const own = await call('GetParameter', { Name }).catch((cause: unknown) => {
    if (!isNamed(cause, 'ParameterNotFound')) throw cause;
    const hint = 'deploy the governance stack';
    throw new WeftError('WEFT-TOPOLOGY-090', `parameter \`${Name}\` does not exist`, { cause, hint });
  });
  const { withApplications, ...rest } = JSON.parse((own as { Parameter: { Value: string } }).Parameter.Value) as Omit<
    Topology,
    'domains'
  > & { withApplications?: boolean };
  const domains = (await below(call, domainParameterPath(mesh))) as Domain[];
  if (withApplications !== true) return { ...rest, domains };
  const applications = (await below(call, applicationParameterPath(mesh))) as Application[][];
  return { ...rest, applications: applications.flat(), domains };
}

/** The values of every parameter below a path, in the order of their names. */
async function below(call: JsonCall, Path: string): Promise<unknown[]> {
  const values = new Map<string, string>();
  let NextToken: string | undefined;
  do {
    const page = (await call('GetParametersByPath', { Path, MaxResults: 10, NextToken })) as ParameterPage;
    for (const parameter of page.Parameters ?? []) values.set(parameter.Name, parameter.Value);
    NextToken = page.NextToken;
  } while (NextToken !== undefined && NextToken !== '');
  return [...values].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => JSON.parse(value) as unknown);
}
