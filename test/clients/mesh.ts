import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { published } from '#cli/demo/steps-publish.ts';
import { approved, granted } from '#cli/demo/steps-share.ts';
import { World } from '#cli/demo/world.ts';
import { bringUp } from '#cli/local-mesh.ts';
import { readMeshFile } from '#cli/mesh-file.ts';

const run = promisify(execFile);
const WEFT = new URL('../../bin/weft.ts', import.meta.url).pathname;

export type Environment = Readonly<Record<string, string>>;

/** A served mesh whose analyst has airports whole, flights whole, and bird-strikes without costs in two states. */
export interface ServedMesh {
  /** What `weft local env` gives for a principal. */
  environment(principal: string): Promise<Environment>;
  /** Runs a client with nothing of AWS in its environment but that. */
  client(command: string, args: readonly string[], environment: Environment): Promise<Outcome>;
  close(): Promise<void>;
}

export interface Outcome {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

export async function serveMesh(): Promise<ServedMesh> {
  const folder = mkdtempSync(join(tmpdir(), 'weft-clients-'));
  const { instance, local } = await bringUp({ topology: readMeshFile(undefined, '/'), folder, port: 0 });
  const world = new World(instance, local);
  for (const step of [published, granted, approved]) await step.run(world);
  return {
    async environment(principal) {
      const { stdout } = await run(process.execPath, [
        WEFT,
        'local',
        'env',
        '--as',
        principal,
        '--folder',
        folder,
        '--json',
      ]);
      return JSON.parse(stdout) as Environment;
    },
    async client(command, args, environment) {
      const { PATH = '', HOME = '' } = process.env;
      try {
        const { stdout, stderr } = await run(command, args, { env: { PATH, HOME, ...environment }, cwd: folder });
        return { status: 0, out: stdout, err: stderr };
      } catch (error) {
        const { code, stdout = '', stderr = '' } = error as { code?: number; stdout?: string; stderr?: string };
        return { status: Number(code ?? 1), out: stdout, err: stderr };
      }
    },
    async close() {
      await instance.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Whether a client is on this machine; with `WEFT_REQUIRE_MOTO=1` it has to be, as moto has. */
export function has(command: string, ...args: string[]): boolean {
  if (process.env.WEFT_REQUIRE_MOTO === '1') return true;
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
