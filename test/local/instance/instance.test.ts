import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Clock } from '#local/core/clock.ts';
import { type Instance, type InstanceOptions, openInstance } from '#local/instance/instance.ts';

const ROLE = 'arn:aws:iam::111111111111:role/someone';

function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'weft-'));
}

describe('a local instance', () => {
  const open: Instance[] = [];
  const start = async (options: InstanceOptions = {}) => {
    const instance = await openInstance({ folder: temporaryFolder(), port: 0, ...options });
    open.push(instance);
    return instance;
  };
  const stop = async (instance: Instance) => {
    open.splice(open.indexOf(instance), 1);
    await instance.close();
  };
  const admin = async (instance: Instance, path: string, body?: object, headers: Record<string, string> = {}) => {
    const init = body === undefined ? { headers } : { method: 'POST', body: JSON.stringify(body), headers };
    const response = await fetch(`${instance.endpoint}/_weft/${path}`, init);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  afterEach(async () => {
    for (const instance of open.splice(0)) await instance.close();
  });

  test('answers over HTTP with keys that it hands out, and tells where it is', async () => {
    const instance = await start();
    instance.describe({ apiUrl: 'http://api' });
    const told = JSON.parse(readFileSync(join(instance.folder, 'local.json'), 'utf8')) as Record<string, unknown>;
    expect(told).toEqual({
      apiUrl: 'http://api',
      endpoint: instance.endpoint,
      port: instance.port,
      pid: process.pid,
      region: 'us-east-1',
    });
    const { body } = await admin(instance, 'credentials', { arn: ROLE });
    const { expiration, ...credentials } = body;
    expect(Date.parse(String(expiration))).toBeGreaterThan(Date.now());
    const ssm = new SSMClient({
      region: 'us-east-1',
      endpoint: instance.endpoint,
      credentials: credentials as { accessKeyId: string; secretAccessKey: string; sessionToken: string },
    });
    await ssm.send(new PutParameterCommand({ Name: '/x', Type: 'String', Value: 'one' }));
    expect((await ssm.send(new GetParameterCommand({ Name: '/x' }))).Parameter?.Value).toBe('one');
  });

  test('keeps its state when it is closed and opened again, and tells nothing of the start before', async () => {
    const first = await start();
    first.describe({ mesh: 'aviation' });
    await new SSMClient(first.cloud.clientConfig(ROLE)).send(
      new PutParameterCommand({ Name: '/x', Type: 'String', Value: 'kept' }),
    );
    await stop(first);
    expect(existsSync(join(first.folder, 'local.json'))).toBe(false);
    const second = await start({ folder: first.folder });
    const answer = await new SSMClient(second.cloud.clientConfig(ROLE)).send(new GetParameterCommand({ Name: '/x' }));
    expect(answer.Parameter?.Value).toBe('kept');
    expect(readFileSync(join(first.folder, 'local.json'), 'utf8')).not.toContain('aviation');
  });

  test('keeps an acknowledged write when its process is killed, and heals the lock that is left', async () => {
    const folder = temporaryFolder();
    const child = spawn(process.execPath, [new URL('killed.ts', import.meta.url).pathname, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const written = await new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data))));
    expect(written.trim()).toBe('written');
    await expect(openInstance({ folder, port: 0 })).rejects.toMatchObject({
      code: 'WEFT-LOCAL-003',
      message: expect.stringContaining(`process ${child.pid}`) as unknown,
    });
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    const instance = await start({ folder });
    const answer = await new SSMClient(instance.cloud.clientConfig(ROLE)).send(new GetParameterCommand({ Name: '/k' }));
    expect(answer.Parameter?.Value).toBe('acknowledged');
  });

  test('heals a lock of a process that has another life by now, and one that was never finished', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'lock'), JSON.stringify({ pid: process.pid, startedAt: '1' }));
    await stop(await start({ folder }));
    writeFileSync(join(folder, 'lock'), '');
    await stop(await start({ folder }));
    expect(existsSync(join(folder, 'lock'))).toBe(false);
  });

  test('refuses a folder that cannot be written', async () => {
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    await expect(openInstance({ folder: join(file, 'below'), port: 0 })).rejects.toMatchObject({
      code: 'WEFT-LOCAL-002',
      message: expect.stringContaining(join(file, 'below')) as unknown,
    });
    const folder = temporaryFolder();
    chmodSync(folder, 0o500);
    if (process.getuid?.() === 0) return;
    await expect(openInstance({ folder, port: 0 })).rejects.toMatchObject({ code: 'WEFT-LOCAL-002' });
  });

  test('takes the next port when the wanted one is taken, and says who holds it; a pinned one is an error', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const instance = await start({ port });
    expect(instance.port).toBeGreaterThan(port);
    expect(instance.notices[0]).toMatch(
      new RegExp(`^port ${port} is taken by .+ \\(process ${process.pid}\\); using ${instance.port}$`),
    );
    const folder = temporaryFolder();
    await expect(openInstance({ folder, port, pinned: true })).rejects.toMatchObject({
      code: 'WEFT-LOCAL-001',
      message: expect.stringContaining(`process ${process.pid}`) as unknown,
    });
    expect(existsSync(join(folder, 'lock'))).toBe(false);
    await new Promise((resolve) => other.close(resolve));
  });

  test('moves its clock, settles and shows its state', async () => {
    const instance = await start({ clock: new Clock(0), live: false });
    expect((await admin(instance, 'clock', { advanceMs: 60_000 })).body).toEqual({ now: '1970-01-01T00:01:00.000Z' });
    expect((await admin(instance, 'clock', { advanceMs: -1 })).status).toBe(400);
    expect((await admin(instance, 'settle', {})).body).toEqual({ settled: true });
    const { body } = await admin(instance, 'status');
    expect(body.services).toContain('ssm');
    expect(body.stacks).toEqual([]);
  });

  test('stops when it is asked to', async () => {
    const instance = await start();
    expect((await admin(instance, 'stop', {})).status).toBe(202);
    await instance.stopRequested;
  });

  test('refuses web pages, foreign host names, what it does not know and keys for nobody', async () => {
    const instance = await start();
    expect((await admin(instance, 'credentials', { arn: ROLE }, { origin: 'https://evil.example' })).status).toBe(403);
    const foreign = await new Promise((resolve) =>
      request(`${instance.endpoint}/_weft/status`, { headers: { host: 'evil.example' } }, (response) =>
        resolve(response.statusCode),
      ).end(),
    );
    expect(foreign).toBe(421);
    expect((await admin(instance, 'nothing')).status).toBe(404);
    expect((await admin(instance, 'credentials', { arn: 'me' })).status).toBe(400);
    expect((await admin(instance, 'credentials', {})).status).toBe(400);
  });
});
