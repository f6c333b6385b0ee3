import { userError, WeftError } from '#mesh/error.ts';
import type { Cloud } from '../core/cloud.ts';
import { type AdminHandler, type LocalServer, serve } from '../core/server.ts';
import { portHolder } from './port-holder.ts';

/** The port of a local mesh when nobody says another. */
export const DEFAULT_PORT = 4566;
const ATTEMPTS = 20;

export interface Listening {
  readonly server: LocalServer;
  /** Set when the wanted port was taken: who holds it, and which one was taken instead. */
  readonly notice?: string;
}

/**
 * Serves a cloud on the wanted port, or on the next free one unless it is pinned.
 * @throws WeftError `WEFT-LOCAL-001` naming the holder when the port is taken and pinned, or twenty in a row are.
 */
export async function listen(cloud: Cloud, port: number, pinned: boolean, admin: AdminHandler): Promise<Listening> {
  let taken: string | undefined;
  for (let candidate = port; candidate < port + ATTEMPTS; candidate += 1) {
    try {
      const server = await serve(cloud, candidate, admin);
      return taken === undefined ? { server } : { server, notice: `${taken}; using ${server.port}` };
    } catch (error) {
      if (!(error instanceof WeftError) || error.code !== 'WEFT-LOCAL-001') throw error;
      taken ??= takenBy(port);
      if (pinned) break;
    }
  }
  throw userError('WEFT-LOCAL-001', taken ?? `port ${port} is taken`, {
    hint: 'stop what holds it, or give another port with --port, or 0 for a free one',
  });
}

function takenBy(port: number): string {
  const holder = portHolder(port);
  return `port ${port} is taken${holder === undefined ? '' : ` by ${holder}`}`;
}
