import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { COMMANDS } from '#cli/commands.ts';
import { enrol, sourceOf } from '#cli/demo/sources.ts';
import { World } from '#cli/demo/world.ts';
import { bringUp, type MeshUp } from '#cli/local-mesh.ts';
import { readMeshFile } from '#cli/mesh-file.ts';
import { runWeft } from '../cli/run-weft.ts';
import { shapeProblems } from '../cli/shape.ts';
import { JSON_LINES } from './json-lines.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** The members of answers that later lines need. */
interface Answer {
  readonly error?: { readonly code: string; readonly message: string };
  readonly subscription?: { readonly id: string; readonly state: string };
  readonly entitlement?: { readonly id: string };
}

describe('with --json', () => {
  let folder: string;
  let up: MeshUp;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'weft-json-'));
    const topology = readMeshFile(join(ROOT, 'examples/aviation/mesh.yaml'), '/');
    up = await bringUp({ topology, folder: join(folder, '.weft'), port: 0 });
    const world = new World(up.instance, up.local);
    for (const product of ['airports', 'bird-strikes']) await enrol(world, sourceOf(product));
    symlinkSync(join(ROOT, 'examples'), join(folder, 'examples'));
    symlinkSync(join(ROOT, 'examples/aviation/products'), join(folder, 'products'));
    symlinkSync(join(ROOT, 'examples/aviation/products'), join(folder, 'published'));
  }, 300_000);

  afterAll(async () => {
    await up.instance.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('each command prints one document, of the shape that its help tells', async () => {
    const ids = new Map<string, string>();
    const wrong: string[] = [];
    for (const line of JSON_LINES) {
      const filled = line.replaceAll(/<(active|pending|entitlement)>/g, (_, name: string) => ids.get(name) ?? '?');
      const argv = [...filled.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare = '']) => quoted ?? bare);
      const spec = COMMANDS.find(({ name }) => `${filled} `.startsWith(`${name} `));
      const { out } = await runWeft([...argv, '--json'], { cwd: folder });
      const answer = parsed(out);
      const problems =
        answer === undefined
          ? [`no document, but ${out.slice(0, 80)}`]
          : answer.error !== undefined
            ? [`${answer.error.code} ${answer.error.message}`]
            : shapeProblems(spec?.shape ?? '', answer);
      wrong.push(...problems.map((problem) => `${line}: ${problem}`));
      const { id, state } = answer?.subscription ?? {};
      if (id !== undefined && (state === 'active' || state === 'pending')) ids.set(state, id);
      if (answer?.entitlement !== undefined) ids.set('entitlement', answer.entitlement.id);
    }
    expect(wrong).toEqual([]);
  }, 300_000);
});

function parsed(text: string): Answer | undefined {
  try {
    return JSON.parse(text) as Answer;
  } catch {
    return undefined;
  }
}
