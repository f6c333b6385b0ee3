import { cpSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { LocalMesh } from '#cli/connection.ts';
import { play } from '#cli/demo/play.ts';
import { bringUp, type MeshUp } from '#cli/local-mesh.ts';
import { readMeshFile } from '#cli/mesh-file.ts';
import { type Instance, openInstance } from '#local/instance/instance.ts';
import { runWeft } from '../cli/run-weft.ts';
import { followGuide } from './follow.ts';
import { GUIDES } from './guide.ts';
import { openGuideShell } from './guide-shell.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** Commands that start or end the mesh itself, print what only a shell can use, or stand for something with `…` and `<…>`. */
const NOT_HERE = /^weft (local|demo|completion)\b|…|<|\$/;

/** Every `weft` command line of the front page and the reference pages, as its reader would type it; guides are followed in their order. */
function commands(): [page: string, line: string][] {
  const pages = [
    'README.md',
    ...readdirSync(join(ROOT, 'docs'))
      .filter((name) => name.endsWith('.md') && !GUIDES.includes(name))
      .map((name) => `docs/${name}`),
  ];
  return pages.flatMap((page) =>
    [...readFileSync(join(ROOT, page), 'utf8').matchAll(/^ {4,}(weft [^\n#]+)$/gm)]
      .map((match): [string, string] => [page, (match[1] ?? '').trim()])
      .filter(([, line]) => !NOT_HERE.test(line)),
  );
}

/** The words of a command line; double quotes hold words together and `*` stands for files, as in a shell. */
function words(line: string, cwd: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].flatMap(([, quoted, bare = '']) =>
    quoted === undefined && bare.includes('*') ? globSync(bare, { cwd }).sort() : [quoted ?? bare],
  );
}

/** The guides that begin with the mesh of the demo. */
const ON_THE_DEMO = ['guide-analyst.md', 'guide-compliance.md', 'guide-domain.md'];

/** Opens a copy of a mesh's folder, with what it needs to be found there. */
async function openCopy(folder: string, { topology, apiUrl, endpoint }: LocalMesh): Promise<Instance> {
  const instance = await openInstance({ folder, port: 0, region: topology.region });
  instance.describe({ apiUrl: apiUrl?.replace(endpoint, instance.endpoint), topology });
  return instance;
}

describe('after the demo', () => {
  let folder: string;
  let up: MeshUp;
  let local: LocalMesh;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'weft-docs-'));
    const mesh = join(folder, '.weft');
    const report = await play({ folder: mesh, port: 0, say: () => undefined, onStep: () => undefined });
    expect(report.ok).toBe(true);
    // Each guide has the same mesh to itself: what it does is not undone.
    for (const name of ON_THE_DEMO) cpSync(mesh, join(folder, name, '.weft'), { recursive: true });
    up = await bringUp({ topology: readMeshFile(undefined, '/'), folder: mesh, port: 0 });
    local = up.local;
    // The guides speak of a domain's own repository: its products, and beside them what it published before.
    symlinkSync(join(ROOT, 'examples'), join(folder, 'examples'));
    symlinkSync(join(ROOT, 'examples/aviation/products'), join(folder, 'products'));
    symlinkSync(join(ROOT, 'examples/aviation/products'), join(folder, 'published'));
  }, 180_000);

  afterAll(async () => {
    await up.instance.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('there are some', () => {
    expect(commands().length).toBeGreaterThan(8);
  });

  test.each(ON_THE_DEMO)('%s can be followed by copying its commands', async (name) => {
    const own = join(folder, name);
    symlinkSync(join(ROOT, 'examples'), join(own, 'examples'));
    const instance = await openCopy(join(own, '.weft'), local);
    const shell = await openGuideShell(own);
    try {
      const { ran, notRun } = await followGuide(name, shell, own);
      expect(ran.length).toBeGreaterThan(15);
      expect(notRun.length).toBeLessThan(8);
    } finally {
      await shell.close();
      await instance.close();
    }
  }, 300_000);

  test.each(commands())('%s: %s', async (_page, line) => {
    const { exit, err } = await runWeft(words(line, folder).slice(1), { cwd: folder });
    expect({ line, exit, err: exit === 0 ? '' : err }).toEqual({ line, exit: 0, err: '' });
  });
});
