import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { callApi } from '#cli/api.ts';
import { type LocalMesh, localKeys, runningLocal } from '#cli/connection.ts';
import { principalArn } from '#cli/principal.ts';
import { publishBody, readProductFolder } from '#cli/product-folder.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { condition } from '#mesh/record.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const AIRPORTS = join(ROOT, 'examples/aviation/products/airports');
const OWNER = 'airport-reference';
const CONSUMER = 'analytics';

let folder: string;
let child: ChildProcess;
let mesh: LocalMesh;

/** `weft local up` in a process of its own, as somebody starts it; resolves when it has said that it is up. */
async function start(): Promise<void> {
  child = spawn(process.execPath, ['bin/weft.ts', 'local', 'up', '--folder', folder, '--port', '0'], {
    cwd: ROOT,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  await new Promise<void>((up, failed) => {
    child.stderr?.on('data', (text: Buffer) => {
      said += text.toString('utf8');
      if (/^up mesh/m.test(said)) up();
    });
    child.once('exit', () => failed(new Error(said)));
  });
  const running = runningLocal(folder);
  if (running === undefined) throw new Error(`nothing runs from ${folder}: ${said}`);
  mesh = running;
}

async function kill(): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

async function api<T>(as: string, method: 'GET' | 'POST', path: string, body?: object): Promise<T> {
  const arn = principalArn(as, mesh.topology);
  const credentials = await localKeys(mesh.endpoint, arn, 'killed');
  return callApi<T>({ apiUrl: mesh.apiUrl, region: mesh.region, credentials }, { method, path, body });
}

/** The product of airports under a name of its own. */
function product(name: string): object {
  const body = publishBody(readProductFolder(AIRPORTS, AIRPORTS));
  const contracts = Object.entries(body.contracts).map(([file, text]) => [
    file,
    text
      .replace('dataProduct: airports', `dataProduct: ${name}`)
      .replace('physicalName: airports', `physicalName: ${name.replaceAll('-', '_')}`),
  ]);
  return {
    product: body.product.replace('name: airports', `name: ${name}`),
    contracts: Object.fromEntries(contracts),
  };
}

/** Looks until it is so, for at most `patience` milliseconds; gives what was seen last. */
async function until<T>(look: () => Promise<T>, so: (value: T) => boolean, patience = 40_000): Promise<T> {
  const end = Date.now() + patience;
  for (;;) {
    const value = await look();
    if (so(value) || Date.now() > end) return value;
    await sleep(50);
  }
}

const registered = async (name: string) => {
  const { product: now } = await api<{ product: ProductRecord }>(
    `${OWNER}/producer`,
    'GET',
    `/products/${OWNER}/${name}`,
  );
  return condition(now, 'Registered')?.status;
};

const stateOf = async (id: string) => {
  const path = `/subscriptions/${id}`;
  return (await api<{ subscription: SubscriptionRecord }>(`${CONSUMER}/analyst`, 'GET', path)).subscription.state;
};

describe('a mesh whose process is killed at work', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'weft-killed-'));
    await start();
  }, 60_000);

  afterAll(async () => {
    if (child.exitCode === null && child.signalCode === null) await kill();
    rmSync(folder, { recursive: true, force: true });
  });

  test('finishes by itself, after its next start, what it had accepted: publications, a subscription, a revocation', async () => {
    const delays = [0, 60, 150];
    for (const delay of delays) {
      await api(`${OWNER}/producer`, 'POST', '/products', product(`killed-${delay}`));
      await sleep(delay);
      await kill();
      await start();
      expect(
        await until(
          () => registered(`killed-${delay}`),
          (status) => status === 'true',
        ),
      ).toBe('true');
    }

    const wish = { product: `${OWNER}/killed-0`, purpose: 'to be killed' };
    const { subscription } = await api<{ subscription: SubscriptionRecord }>(
      `${CONSUMER}/analyst`,
      'POST',
      '/subscriptions',
      wish,
    );
    await sleep(80);
    await kill();
    await start();
    expect(
      await until(
        () => stateOf(subscription.id),
        (state) => state === 'active',
      ),
    ).toBe('active');

    await api(`${OWNER}/steward`, 'POST', `/subscriptions/${subscription.id}/revocation`, {});
    await sleep(80);
    await kill();
    await start();
    expect(
      await until(
        () => stateOf(subscription.id),
        (state) => state === 'revoked',
      ),
    ).toBe('revoked');
  }, 240_000);
});
