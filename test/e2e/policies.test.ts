import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { enrol, sourceOf } from '#cli/demo/sources.ts';
import { World } from '#cli/demo/world.ts';
import { bringUp } from '#cli/local-mesh.ts';
import { readMeshFile } from '#cli/mesh-file.ts';
import { publishBody, readProductFolder } from '#cli/product-folder.ts';
import { waitForProduct } from '#cli/wait.ts';
import { BUILT_IN_POLICIES } from '#constructs/policy-folder.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { runWeft } from '../cli/run-weft.ts';

const PRODUCT = 'airport-reference/airports';
const POLICY = (mode: string) => `
@id("subscribe.no-marketing")
@message("the data of this mesh is not for marketing")
@standard("ACME:2026/7.1")
${mode}forbid (principal, action == Weft::Action::"subscribe", resource)
when { context.purpose == Weft::Purpose::"marketing" };
`;

describe('policies, on the deployed templates', () => {
  let folder: string;
  let world: World;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'weft-policies-'));
    const topology = readMeshFile(undefined, '/');
    const { instance, local } = await bringUp({ topology, folder: join(folder, '.weft'), port: 0 });
    world = new World(instance, local);
    const source = sourceOf('airports');
    await enrol(world, source);
    const producer = await world.as(`${source.domain}/producer`);
    const body = publishBody(readProductFolder(source.folder, source.folder));
    const { product } = await producer.api<{ product: ProductRecord }>({ method: 'POST', path: '/products', body });
    await waitForProduct(producer, product);
  }, 120_000);

  afterAll(async () => {
    await world?.instance.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const weft = (...words: string[]) => runWeft(words, { cwd: folder, columns: 400 });
  const done = async (...words: string[]) => {
    const { exit, out, err } = await weft(...words);
    expect({ words, exit, err: exit === 0 ? '' : err }).toEqual({ words, exit: 0, err: '' });
    return out + err;
  };
  const refused = async (...words: string[]) => {
    const { exit, err } = await weft(...words);
    expect({ words, exit }).toEqual({ words, exit: 1 });
    return err;
  };
  const write = (mode: string) => {
    cpSync(join(BUILT_IN_POLICIES, 'global'), join(folder, 'policies', 'global'), { recursive: true });
    mkdirSync(join(folder, 'policies', 'global'), { recursive: true });
    writeFileSync(join(folder, 'policies', 'global', 'own.cedar'), POLICY(mode));
  };
  const ask = ['subscription', 'request', PRODUCT, '--purpose', 'marketing', '--as', 'analytics/analyst'];

  test('a change of the policies counts when the domains have agreed, not before', async () => {
    expect(await done('policy', 'list', '--as', 'analytics/analyst')).toMatch(/^global@[0-9a-f]{12} +in-force/m);
    expect(await done('policy', 'show', 'global', '--as', 'analytics/analyst')).toMatch(
      /subscribe\.ask-owner +ask owner/,
    );
    write('');
    const platform = ['--as', 'governance/platform'];
    expect(await done('policy', 'propose', 'global', '--reason', 'the council wants it', ...platform)).toMatch(
      /proposed, 0 of 3 needed/,
    );
    expect(await refused('policy', 'approve', 'global', ...platform)).toMatch(/WEFT-AUTH-002|not authorized/);
    for (const domain of ['flight-operations', 'analytics'])
      await done('policy', 'approve', 'global', '--as', `${domain}/steward`);
    await done('policy', 'approve', 'global', '--as', 'analytics/steward');
    expect(await done('policy', 'list', '--as', 'analytics/analyst')).toMatch(/proposed, 2 of 3 needed/);
    expect(await done(...ask)).toMatch(/active|granted/);

    const proposal = /global@([0-9a-f]{12}) +proposed/.exec(await done('policy', 'list', ...platform))?.[1] ?? '';
    expect(await done('policy', 'show', `global@${proposal}`, ...platform)).toMatch(
      /\+ global\/subscribe\.no-marketing \(forbid, enforced\)/,
    );
    expect(await done('policy', 'approve', `global@${proposal}`, '--as', 'wildlife-safety/steward')).toMatch(
      /in-force/,
    );
    const other = [...ask.slice(0, 5), 'analytics/steward'];
    expect(await refused(...ask.slice(0, 4), 'marketing', '--tables', 'airports', '--as', 'analytics/analyst')).toMatch(
      /not for marketing \(global\/subscribe\.no-marketing\).*WEFT-POLICY-002/s,
    );
    expect(other).toHaveLength(6);
  }, 60_000);

  test('who proposed, who approved, and which version decided is in the trail', async () => {
    await world.settle();
    const trail = await done('audit', 'list', '--limit', '500', '--as', 'governance/auditor', '--json');
    for (const word of ['PolicyProposed', 'PolicyApproved', 'PolicyInForce', 'the council wants it', 'CommandRefused'])
      expect(trail).toContain(word);
  }, 60_000);
});
