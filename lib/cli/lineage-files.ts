import { writeFileSync } from 'node:fs';
import { extname, resolve } from 'node:path';
import { userError } from '#mesh/error.ts';
import { datasetEvents } from '#mesh/lineage/dataset-events.ts';
import type { LineageGraph } from '#mesh/lineage/graph.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { lineageSvg } from './lineage-svg.ts';

const WRITERS: Readonly<Record<string, (graph: LineageGraph, topology: Topology) => string>> = {
  '.svg': lineageSvg,
  '.json': (graph) => `${JSON.stringify(graph, undefined, 2)}\n`,
  '.jsonl': (graph, topology) =>
    datasetEvents(graph, topology, new Date().toISOString())
      .map((event) => `${JSON.stringify(event)}\n`)
      .join(''),
};

/** How the file has to be written that `--output` names, by its suffix. @throws WeftError `WEFT-LINEAGE-014` for a suffix that is none of them */
export function lineageWriter(output: string, cwd: string): (graph: LineageGraph, topology: Topology) => void {
  const write = WRITERS[extname(output).toLowerCase()];
  if (write === undefined) {
    throw userError('WEFT-LINEAGE-014', `nothing is known about the format of ${output}`, {
      hint: `end its name with one of ${Object.keys(WRITERS).join(', ')}`,
    });
  }
  return (graph, topology) => writeFileSync(resolve(cwd, output), write(graph, topology));
}
