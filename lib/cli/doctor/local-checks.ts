import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { portHolder } from '#local/instance/port-holder.ts';
import { isAlive } from '../local-folder.ts';
import { type Check, failed, ok, skipped, warning } from './check.ts';

/** What a mesh on this machine needs. */
export const LOCAL_CHECKS: readonly Check[] = [
  {
    id: 'folder',
    about: 'local folder',
    look: ({ folder }) => {
      if (!existsSync(folder)) return ok(`${folder} is made when it is needed`);
      try {
        accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
        // A folder has entries; a file in its place has none.
        return existsSync(join(folder, '.'))
          ? ok(`${folder} can be written`)
          : failed(`${folder} is not a folder`, 'name another with --folder');
      } catch {
        return failed(`${folder} cannot be written`, `make it yours: chown -R "$USER" ${folder}, or --folder`);
      }
    },
  },
  {
    id: 'local-mesh',
    about: 'local mesh',
    look: async ({ folder }) => {
      const told = readJson(join(folder, 'local.json'));
      if (told === undefined) return existsSync(join(folder, 'local.json')) ? unfinished(folder) : ok('none runs here');
      const { pid, endpoint, apiUrl } = told as { pid?: number; endpoint?: string; apiUrl?: string };
      if (pid === undefined || !isAlive(pid))
        return warning(
          `${join(folder, 'local.json')} tells of process ${pid}, which is gone`,
          'weft local up --detach starts it again; the file heals itself',
        );
      const answers = await fetch(`${endpoint}/_weft/status`, { signal: AbortSignal.timeout(3000) }).then(
        (response) => response.ok,
        () => false,
      );
      if (!answers)
        return failed(
          `process ${pid} does not answer at ${endpoint}`,
          `weft local down, or kill ${pid}; then weft local up`,
        );
      if (apiUrl === undefined) return warning('the mesh is still coming up', 'weft local logs -f');
      return ok(`up at ${endpoint}, process ${pid}`);
    },
  },
  {
    id: 'lock',
    about: 'lock',
    look: ({ folder }) => {
      const file = join(folder, 'lock');
      if (!existsSync(file)) return ok('nothing holds the folder');
      const pid = (readJson(file) as { pid?: number } | undefined)?.pid;
      if (pid !== undefined && isAlive(pid)) return ok(`process ${pid} holds the folder`);
      return warning(
        `${file} is left of ${pid === undefined ? 'a process' : `process ${pid}`} that is gone`,
        'weft local up takes it over',
      );
    },
  },
  {
    id: 'port',
    about: 'port',
    look: async ({ folder, port }) => {
      const told = readJson(join(folder, 'local.json')) as { pid?: number } | undefined;
      if (told?.pid !== undefined && isAlive(told.pid)) return skipped('the local mesh has one');
      if (await isFree(port)) return ok(`${port} is free`);
      const holder = portHolder(port);
      return warning(
        `port ${port} is taken${holder === undefined ? '' : ` by ${holder}`}`,
        'weft local up takes the next free one; --port names another',
      );
    },
  },
];

const unfinished = (folder: string) =>
  warning(`${join(folder, 'local.json')} is no JSON`, 'weft local up --detach writes it again');

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as unknown;
  } catch {
    return undefined;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', () => done(false));
    server.listen(port, '127.0.0.1', () => server.close(() => done(true)));
  });
}
