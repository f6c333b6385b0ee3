import { databaseName } from '../topology/names.ts';
import { domainNamed, type Topology } from '../topology/topology.ts';
import type { GraphEdge, GraphNode, LineageGraph } from './graph.ts';
import { type DatasetId, datasetId, facet, PRODUCER } from './open-lineage.ts';
import { versionOfOwner } from './place.ts';
import { isDirect } from './transformation.ts';

const DATASET_EVENT = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/DatasetEvent';

/** Where a name of the mesh is: tables of products in the catalog of the governance account, a domain's own in its account's, all others by their name alone. */
export function datasetOf({ owner, table }: Pick<GraphNode, 'owner' | 'table'>, topology: Topology): DatasetId {
  const { region, governanceAccount } = topology;
  const version = versionOfOwner(owner);
  if (version !== undefined) {
    const database = databaseName(version.domain, version.name, version.major);
    const site = { account: governanceAccount, region };
    return table === undefined
      ? { namespace: `arn:aws:glue:${region}:${governanceAccount}`, name: `database/${database}` }
      : datasetId(`${database}.${table}`, site);
  }
  const [, domain = '', name = ''] = /^([a-z][a-z0-9-]*):(.+)$/.exec(owner) ?? [];
  const account = domainNamed(topology, domain)?.account;
  return account === undefined ? { namespace: 'urn:weft:declared', name: owner } : datasetId(name, { account, region });
}

/**
 * A graph as OpenLineage dataset events (2-0-2), one for each table that is made of something, with the columnLineage facet. What is of a whole table or
 * product, and so of no column, is in `weft_lineage`, for that facet has no place for it.
 */
export function datasetEvents(graph: LineageGraph, topology: Topology, at: string): Record<string, unknown>[] {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const tables = new Map<string, { node: GraphNode; edges: { edge: GraphEdge; from: GraphNode; to: GraphNode }[] }>();
  for (const edge of graph.edges) {
    const [from, to] = [nodes.get(edge.from), nodes.get(edge.to)];
    if (from === undefined || to === undefined) continue;
    const key = `${to.owner}\n${to.table}`;
    const known = tables.get(key) ?? { node: to, edges: [] };
    known.edges.push({ edge, from, to });
    tables.set(key, known);
  }
  return [...tables.values()].map(({ node, edges }) => {
    const fields: Record<string, { inputFields: object[] }> = {};
    const dataset: object[] = [];
    const wholes: object[] = [];
    for (const { edge, from, to } of edges) {
      const { origin, how, masking } = edge;
      if (from.column === undefined) {
        wholes.push({ ...datasetOf(from, topology), ...(to.column === undefined ? {} : { field: to.column }), origin });
        continue;
      }
      const input = {
        ...datasetOf(from, topology),
        field: from.column,
        transformations: how.map((subtype) => ({
          type: isDirect(subtype) ? 'DIRECT' : 'INDIRECT',
          subtype,
          description: origin,
          masking: masking === true,
        })),
      };
      if (to.column === undefined) dataset.push(input);
      else fields[to.column] = { inputFields: [...(fields[to.column]?.inputFields ?? []), input] };
    }
    return {
      eventTime: at,
      producer: PRODUCER,
      schemaURL: DATASET_EVENT,
      dataset: {
        ...datasetOf(node, topology),
        facets: {
          columnLineage: facet('columnLineage', { fields, dataset }),
          weft_lineage: facet('weft_lineage', { of: node.owner, table: node.table, madeOf: wholes }),
        },
      },
    };
  });
}
