import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** What a mesh is deployed from. */
export interface Deployed {
  readonly assembly: string;
  readonly organization?: string;
  readonly accounts: readonly string[];
  /** The most writes of a process before it is killed. */
  readonly most: number;
}

/** What one process does. */
export interface Deployment extends Deployed {
  readonly folder: string;
  /** Whose parameter it writes first, and the name of that. */
  readonly account: string;
  readonly parameter: string;
  /** After how many writes of the deployment it is killed; 0 is never. */
  readonly writes: number;
}

const ACCOUNT = '999999999999';

export interface SurvivedDeployments {
  /** Deployments that came to an end in spite of kills. */
  readonly finished: number;
  readonly acknowledged: number;
  readonly wrong: readonly string[];
}

/**
 * Deploys a mesh, is killed in the middle, and deploys again, until it is there; then anew. Each must end in what is there where nobody was killed, with
 * everything that was acknowledged in between.
 */
export async function surviveDeployments(
  kills: number,
  deployed: Deployed,
  onKill?: (done: number) => void,
): Promise<SurvivedDeployments> {
  const home = mkdtempSync(join(tmpdir(), 'weft-deployments-'));
  const wrong: string[] = [];
  try {
    const straight = join(home, 'straight');
    await play({ ...deployed, folder: straight, account: ACCOUNT, parameter: '/k/0', writes: 0 });
    const wanted = kindsIn(straight);
    let [done, finished, writes] = [0, 0, 0];
    while (done < kills) {
      const folder = join(home, `${finished}`);
      const acknowledged: string[] = [];
      for (let ended = false; !ended; ) {
        const last = done < kills ? 1 + Math.floor(Math.random() * deployed.most) : 0;
        const parameter = `/k/${acknowledged.length}`;
        const played = await play({ ...deployed, folder, account: ACCOUNT, parameter, writes: last });
        if (played.acknowledged) acknowledged.push(parameter);
        ended = played.wrong !== undefined;
        wrong.push(...(played.wrong ?? []));
        if (ended) continue;
        done += 1;
        onKill?.(done);
      }
      finished += 1;
      writes += acknowledged.length;
      wrong.push(...differences(wanted, kindsIn(folder)), ...missing(folder, acknowledged));
      rmSync(folder, { recursive: true, force: true });
    }
    return { finished, acknowledged: writes, wrong };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** One process; `wrong` is undefined when it was killed. */
async function play(deployment: Deployment): Promise<{ acknowledged: boolean; wrong?: string[] }> {
  const child = fork(new URL('deploying.ts', import.meta.url), [JSON.stringify(deployment)], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let [said, acknowledged] = ['', false];
  let wrong: string[] | undefined;
  child.stderr?.on('data', (text: Buffer) => {
    said += text.toString('utf8');
  });
  child.on('message', (message: { acknowledged: string } | { wrong: string[] }) => {
    if ('wrong' in message) ({ wrong } = message);
    else acknowledged = true;
  });
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  if (signal === 'SIGKILL') return { acknowledged };
  if (code !== 0 || wrong === undefined) throw new Error(`a process that deploys ended by itself: ${said}`);
  return { acknowledged, wrong };
}

/** How many documents of each kind a folder has, apart from the trail of calls, of which whoever takes up a deployment makes more, and the writer's own. */
export function kindsIn(folder: string): Readonly<Record<string, number>> {
  const db = new DatabaseSync(join(folder, 'state.sqlite'), { readOnly: true });
  const rows = db
    .prepare(`SELECT ns, count(*) AS n FROM doc WHERE ns NOT LIKE 'cloudtrail/%' AND ns NOT LIKE ? GROUP BY ns`)
    .all(`%${ACCOUNT}%`);
  db.close();
  return Object.fromEntries(rows.map(({ ns, n }) => [String(ns), Number(n)]));
}

function differences(wanted: Readonly<Record<string, number>>, found: Readonly<Record<string, number>>): string[] {
  const names = new Set([...Object.keys(wanted), ...Object.keys(found)]);
  return [...names]
    .filter((name) => wanted[name] !== found[name])
    .map((name) => `${name}: ${found[name] ?? 0} and not ${wanted[name] ?? 0}`);
}

function missing(folder: string, acknowledged: readonly string[]): string[] {
  const db = new DatabaseSync(join(folder, 'state.sqlite'), { readOnly: true });
  const keys = db.prepare('SELECT key FROM doc WHERE ns LIKE ?').all(`ssm/${ACCOUNT}/%/parameter`);
  db.close();
  const there = new Set(keys.map(({ key }) => String(key)));
  return acknowledged.filter((name) => !there.has(name)).map((name) => `${name} was acknowledged and is lost`);
}
