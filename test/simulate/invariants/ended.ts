import { isReported } from '#control/central-access.ts';
import type { Mesh } from '../mesh.ts';
import { Broken } from './broken.ts';
import { liveSourcesOf, uncovered } from './may-read.ts';
import { versionOf, type Watch } from './watch.ts';

/**
 * `ends-without-governance`: where an agent has applied the newest intent, what was live and has ended since then is read by nobody, though nothing but agents has moved. `since` is ISO 8601.
 * @throws Broken
 */
export async function checkEnded(mesh: Mesh, watch: Watch, since: string): Promise<void> {
  const registered = await mesh.registered();
  const now = mesh.world.clock.date().toISOString();
  for (const { role, version: of, table, cells } of watch.sights.now()) {
    const version = versionOf(registered, of);
    const share = version?.shares.find(({ intent }) => role.arn.includes(`:${intent.account}:`));
    if (version === undefined || share === undefined || !isReported(share)) continue;
    const [before, after] = [since, now].map((moment) => liveSourcesOf(version, registered, moment));
    for (const cell of cells) {
      const column = uncovered(cell, table, role.arn, after ?? []);
      if (column === undefined || uncovered(cell, table, role.arn, before ?? []) !== undefined) continue;
      throw new Broken('ends-without-governance', `${role.arn} reads ${of.name}.${table}.${column} after its end`);
    }
  }
}
