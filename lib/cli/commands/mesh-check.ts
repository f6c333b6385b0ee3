import { leavingDomains, obstaclesOfChange } from '#mesh/topology/removal.ts';
import type { Invocation } from '../command.ts';
import { connect } from '../connection.ts';
import { holdingsOf, obstacleTable } from '../domain-removal.ts';
import { tone } from '../io.ts';
import { meshFileOf, readMeshFile } from '../mesh-file.ts';

/** Exit code 1 when deploying the file would take something away from somebody. */
export async function run(invocation: Invocation): Promise<number> {
  const { io } = invocation;
  const changed = readMeshFile(meshFileOf(invocation), io.cwd);
  const connection = await connect(invocation);
  const leaving = leavingDomains(connection.topology, changed);
  const obstacles =
    leaving.length === 0 ? [] : obstaclesOfChange(connection.topology, changed, await holdingsOf(connection));
  if (invocation.json) io.out(`${JSON.stringify({ leaving, obstacles })}\n`);
  else if (obstacles.length > 0) {
    io.out(obstacleTable(io, obstacles));
    io.err(`${tone(io, 'bad', 'refused')}: ${leaving.join(', ')} would leave the mesh with what is listed\n`);
  } else {
    const what = leaving.length === 0 ? 'no domain leaves' : `${leaving.join(', ')} can leave: nothing is left of it`;
    io.err(`${tone(io, 'good', 'good')}: ${what}\n`);
  }
  return obstacles.length === 0 ? 0 : 1;
}
