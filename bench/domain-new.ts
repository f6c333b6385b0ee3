import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processIo } from '#cli/io.ts';
import { openMesh } from '#cli/kit/open-mesh.ts';
import { main } from '#cli/main.ts';
import { linkPackages, tryOutOf } from './made-repository.ts';
import { atMost, type BenchResult, figure } from './result.ts';

const TEMPLATE = 'source-aligned';
const SECONDS = 60;

/** From `weft domain new` to the first answer that a consumer of the domain gets on this machine; `npm install` is the network's. */
export async function run(): Promise<BenchResult[]> {
  const home = mkdtempSync(join(tmpdir(), 'weft-bench-domain-'));
  try {
    const repository = join(home, 'sales');
    const started = performance.now();
    const io = { ...processIo(), cwd: home, err: () => undefined };
    await main(['domain', 'new', 'sales', '--template', TEMPLATE, '--yes'], io);
    const made = performance.now();
    linkPackages(home);
    await using mesh = await openMesh({ repository });
    const up = performance.now();
    await (await tryOutOf(repository))(mesh);
    const seconds = (from: number, to = performance.now()) => (to - from) / 1000;
    return [
      atMost('weft domain new to the first answer', seconds(started), SECONDS, 's'),
      figure('of which: the repository is written', seconds(started, made), 's'),
      figure('of which: the mesh and its own stacks are up', seconds(made, up), 's'),
      figure('of which: data, product, subscription, answer', seconds(up), 's'),
    ];
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
