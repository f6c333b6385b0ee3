import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Problem } from '#mesh/error.ts';
import { edgesOf } from '#mesh/lineage/edges.ts';
import { graphAround, type LineageGraph } from '#mesh/lineage/graph.ts';
import type { LineageUse } from '#mesh/lineage/record.ts';
import { type Repository, repositoryLineage, type StepLineage } from '#mesh/lineage/repository.ts';
import { type Invocation, textOption } from '../command.ts';
import { type Io, tone } from '../io.ts';
import { lineageWriter } from '../lineage-files.ts';
import { readRepository } from '../lineage-folder.ts';
import { waysText } from '../lineage-tree.ts';
import { readMeshFile } from '../mesh-file.ts';
import { EXIT, renderProblem } from '../report.ts';
import { localSqlParser } from '../sql-parser.ts';
import { renderTable } from '../table.ts';

export async function run(invocation: Invocation): Promise<number> {
  const { io } = invocation;
  const folder = invocation.args[0] ?? '.';
  const output = textOption(invocation, 'output');
  const write = output === undefined ? undefined : lineageWriter(output, io.cwd);
  const beside = join(folder, 'mesh.yaml');
  const mesh = textOption(invocation, 'mesh') ?? (existsSync(resolve(io.cwd, beside)) ? beside : undefined);
  const topology = readMeshFile(mesh, io.cwd);
  const repository = readRepository(folder, topology, io.cwd);
  const { steps, problems } = repositoryLineage(repository, await localSqlParser());
  const graph = graphOf(repository, steps);
  write?.(graph, topology);
  const ok = problems.every(({ severity }) => severity !== 'error');
  if (invocation.json) io.out(`${JSON.stringify({ ok, problems, graph })}\n`);
  else tell(io, steps, problems);
  return ok ? EXIT.ok : EXIT.error;
}

/** The whole of the repository: what its tables are made of, and what else its contracts say. */
function graphOf({ domain, products }: Repository, steps: readonly StepLineage[]): LineageGraph {
  const edges = edgesOf({ products, reported: steps });
  const limits = { depth: 50, most: 5000 };
  const parts = products.map((product) => {
    const owner = `${product.domain}/${product.name}@${product.major}`;
    return graphAround({ owner }, ['up', 'down'], edges, [], limits);
  });
  const unique = <T extends { readonly id: string }>(items: readonly T[]) => [
    ...new Map(items.map((item) => [item.id, item])).values(),
  ];
  const whole = parts.flatMap((part) => part.edges.map((edge) => ({ ...edge, id: JSON.stringify(edge) })));
  return {
    of: { id: domain, owner: domain },
    owners: unique(parts.flatMap((part) => part.owners)),
    nodes: unique(parts.flatMap((part) => part.nodes)),
    edges: unique(whole).map(({ id: _, ...edge }) => edge),
    truncated: parts.some((part) => part.truncated),
    causes: [],
  };
}

function tell(io: Io, steps: readonly StepLineage[], problems: readonly Problem[]): void {
  for (const step of steps) {
    const names = step.sources.map(({ table }) => table);
    io.out(`${tone(io, 'strong', `${step.product}.${step.table}`)} ${tone(io, 'dim', step.file)}\n`);
    const rows = [...Object.entries(step.columns), ['(rows)', step.dataset] as const].flatMap(([column, uses]) =>
      usesByColumn(uses).map((use, index) => ({ column: index === 0 ? column : '', names, use })),
    );
    io.out(
      renderTable(
        rows,
        [
          { title: 'column', value: (row) => row.column },
          { title: 'made of', value: (row) => `${row.names[row.use[0]?.source ?? 0]}.${row.use[0]?.column}` },
          { title: 'how', value: (row) => howOf(row.use) },
        ],
        io.columns,
      ),
    );
  }
  for (const problem of problems) io.err(`${renderProblem(io, problem)}\n`);
}

function usesByColumn(uses: readonly LineageUse[]): (readonly LineageUse[])[] {
  const byColumn = new Map<string, LineageUse[]>();
  for (const use of uses) {
    const key = `${use.source}\n${use.column}`;
    byColumn.set(key, [...(byColumn.get(key) ?? []), use]);
  }
  return [...byColumn.values()];
}

function howOf(uses: readonly LineageUse[]): string {
  const masking = uses.every((use) => use.masking === true);
  return waysText({
    how: uses.map(({ how }) => how),
    origin: 'reported',
    ...(masking ? { masking: true as const } : {}),
  });
}
