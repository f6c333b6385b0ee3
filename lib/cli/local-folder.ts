import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Topology } from '#mesh/topology/topology.ts';
import { type Invocation, textOption } from './command.ts';

/** What a running `weft local` tells about itself in `<folder>/local.json`. */
export interface LocalMesh {
  readonly endpoint: string;
  readonly pid: number;
  readonly region: string;
  readonly apiUrl: string;
  readonly topology: Topology;
}

const DEFAULT_FOLDER = '.weft';

/** The folder of the local mesh that a command means. */
export function localFolder(invocation: Invocation): string {
  return resolve(
    invocation.io.cwd,
    textOption(invocation, 'folder') ?? invocation.io.env.WEFT_FOLDER ?? DEFAULT_FOLDER,
  );
}

/** The local mesh that runs from a folder, or undefined when none does. */
export function runningLocal(folder: string): LocalMesh | undefined {
  const file = resolve(folder, 'local.json');
  if (!existsSync(file)) return undefined;
  const mesh = readLocal(file);
  return mesh !== undefined && isAlive(mesh.pid) ? mesh : undefined;
}

/** Undefined for a file that its process never finished: nothing runs that could be reached. */
function readLocal(file: string): LocalMesh | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as LocalMesh;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
