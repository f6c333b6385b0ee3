import { type Move, movesOf } from '#mesh/topology/moves.ts';
import { leavingDomains, obstaclesOfChange } from '#mesh/topology/removal.ts';
import type { Invocation } from '../command.ts';
import { connect } from '../connection.ts';
import { holdingsOf, obstacleTable } from '../domain-removal.ts';
import { tone } from '../io.ts';
import { meshFileOf, readMeshFile } from '../mesh-file.ts';

/** Exit code 1 when deploying the file would take something away from somebody, or would make another mesh. */
export async function run(invocation: Invocation): Promise<number> {
  const { io } = invocation;
  const changed = readMeshFile(meshFileOf(invocation), io.cwd);
  const connection = await connect(invocation);
  const moves = movesOf(connection.topology, changed);
  const leaving = leavingDomains(connection.topology, changed);
  const obstacles =
    leaving.length === 0 ? [] : obstaclesOfChange(connection.topology, changed, await holdingsOf(connection));
  const good = moves.length === 0 && obstacles.length === 0;
  if (invocation.json) io.out(`${JSON.stringify({ moves, leaving, obstacles })}\n`);
  else if (good) {
    const what = leaving.length === 0 ? 'no domain leaves' : `${leaving.join(', ')} can leave: nothing is left of it`;
    io.err(`${tone(io, 'good', 'good')}: ${what}\n`);
  } else {
    for (const move of moves) io.err(`${tone(io, 'bad', 'refused')}: ${said(move)}\n`);
    if (obstacles.length > 0) {
      io.out(obstacleTable(io, obstacles));
      io.err(`${tone(io, 'bad', 'refused')}: ${leaving.join(', ')} would leave the mesh with what is listed\n`);
    }
  }
  return good ? 0 : 1;
}

function said({ what, from, to, fix }: Move): string {
  return `"${what}" is "${to}" where the mesh has "${from}", which would be another mesh; ${fix}`;
}
