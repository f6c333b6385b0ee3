import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Clock } from '#local/core/clock.ts';
import { Cloud, callerFor } from '#local/core/cloud.ts';
import { LambdaService } from '#local/services/lambda/service.ts';
import { StsService } from '#local/services/sts.ts';
import { bundle } from './bundle.ts';

const ACCOUNT = '111111111111';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/fn`;

describe('a function on the local cloud', () => {
  let cloud: Cloud;
  let lambda: LambdaService;
  let clock: Clock;

  beforeEach(() => {
    clock = new Clock();
    cloud = new Cloud({ folder: mkdtempSync(join(tmpdir(), 'weft-')), clock });
    lambda = new LambdaService(cloud);
    cloud.register(lambda);
    cloud.register(new StsService());
  });

  afterEach(async () => {
    await cloud.close();
  });

  const deploy = (name: string, source: string, more: object = {}, format: 'esm' | 'cjs' = 'esm') =>
    cloud.invoke(
      lambda,
      'CreateFunction',
      {
        FunctionName: name,
        Runtime: 'nodejs24.x',
        Role: ROLE,
        Handler: 'index.handler',
        MemorySize: 256,
        Code: { S3Bucket: 'assets', S3Key: `${name}.zip`, LocalDirectory: bundle(source, format) },
        ...more,
      },
      cloud.contextFor(callerFor(`arn:aws:iam::${ACCOUNT}:root`, 'x')),
    );
  const invoke = async (name: string, event: unknown, more: object = {}) => {
    const client = new LambdaClient(cloud.clientConfig(ROLE));
    const answer = await client.send(
      new InvokeCommand({ FunctionName: name, Payload: JSON.stringify(event), ...more }),
    );
    const text = Buffer.from(answer.Payload ?? []).toString('utf8');
    return { ...answer, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  };

  test('runs its bundle and answers, warm the second time', async () => {
    await deploy('echo', 'let n = 0; export const handler = async (event) => ({ event, n: ++n });');
    expect((await invoke('echo', { a: 1 })).body).toEqual({ event: { a: 1 }, n: 1 });
    expect((await invoke('echo', { a: 2 })).body).toEqual({ event: { a: 2 }, n: 2 });
    expect(lambda.stats()).toMatchObject([
      { inits: [expect.any(Number)], durations: [expect.any(Number), expect.any(Number)] },
    ]);
  });

  test('runs a CommonJS bundle as Lambda does', async () => {
    await deploy('old', 'exports.handler = async () => ({ ok: true, main: typeof module });', {}, 'cjs');
    expect((await invoke('old', {})).body).toEqual({ ok: true, main: 'object' });
  });

  test('has its own environment and nothing of this process', async () => {
    process.env.WEFT_TEST_AMBIENT = 'leak';
    const source =
      'export const handler = async (_e, c) => ({ env: process.env, fn: c.functionName, left: c.getRemainingTimeInMillis() });';
    await deploy('env', source, { Environment: { Variables: { MINE: 'yes' } } });
    const { env, fn, left } = (await invoke('env', {})).body as {
      env: Record<string, string>;
      fn: string;
      left: number;
    };
    delete process.env.WEFT_TEST_AMBIENT;
    expect(env).toMatchObject({ MINE: 'yes', AWS_LAMBDA_FUNCTION_NAME: 'env', AWS_ENDPOINT_URL: cloud.endpoint });
    expect(env.WEFT_TEST_AMBIENT).toBeUndefined();
    expect(fn).toBe('env');
    expect(left).toBeGreaterThan(2000);
  });

  test('calls back into the cloud as its role', async () => {
    await deploy(
      'who',
      `import { STSClient, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
       const sts = new STSClient({});
       export const handler = async () => (await sts.send(new GetCallerIdentityCommand({}))).Arn;`,
    );
    expect((await invoke('who', {})).body).toBe(`arn:aws:sts::${ACCOUNT}:assumed-role/fn/who`);
  });

  test('sees the clock of the cloud', async () => {
    await deploy(
      'time',
      'export const handler = async () => [new Date().toISOString(), Date.now(), new Date(0).getTime()];',
    );
    clock.advance(30 * 86_400_000);
    const [iso, now, zero] = (await invoke('time', {})).body as [string, number, number];
    expect(Math.abs(now - clock.now())).toBeLessThan(5000);
    expect(iso.slice(0, 10)).toBe(clock.date().toISOString().slice(0, 10));
    expect(zero).toBe(0);
  });

  test('an error, a crash, an endless loop, a missing handler and a broken bundle are errors of the function', async () => {
    await deploy('throws', 'export const handler = async () => { throw new TypeError("no"); };');
    expect(await invoke('throws', {})).toMatchObject({
      FunctionError: 'Unhandled',
      body: { errorType: 'TypeError', errorMessage: 'no' },
    });
    await deploy('exits', 'export const handler = async (e) => { if (e.die) process.exit(3); return "alive"; };');
    expect(await invoke('exits', { die: true })).toMatchObject({
      FunctionError: 'Unhandled',
      body: { errorType: 'Runtime.ExitError' },
    });
    expect((await invoke('exits', {})).body).toBe('alive');
    await deploy('loops', 'export const handler = async () => { for (;;); };', { Timeout: 1 });
    expect((await invoke('loops', {})).body).toMatchObject({ errorType: 'Sandbox.Timedout' });
    await deploy('nohandler', 'export const other = 1;');
    expect((await invoke('nohandler', {})).body).toMatchObject({ errorType: 'Runtime.HandlerNotFound' });
    await deploy('broken', 'throw new Error("at load"); export const handler = 1;');
    expect((await invoke('broken', {})).body).toMatchObject({ errorMessage: 'at load' });
  });

  test('invokes in the background, retries after one and two minutes, then gives up', async () => {
    const counter = mkdtempSync(join(tmpdir(), 'weft-count-'));
    await deploy(
      'flaky',
      `import { appendFileSync } from 'node:fs';
       export const handler = async (e) => { appendFileSync(${JSON.stringify(join(counter, 'calls'))}, 'x'); throw new Error('no'); };`,
    );
    const calls = () => readFileSync(join(counter, 'calls'), 'utf8').length;
    expect(await invoke('flaky', {}, { InvocationType: 'Event' })).toMatchObject({ StatusCode: 202 });
    await cloud.settle();
    expect(calls()).toBe(1);
    clock.advance(60_000);
    await cloud.settle();
    expect(calls()).toBe(2);
    clock.advance(60_000);
    await cloud.settle();
    expect(calls()).toBe(2);
    clock.advance(60_000);
    await cloud.settle();
    clock.advance(3_600_000);
    await cloud.settle();
    expect(calls()).toBe(3);
  });

  test('refuses a payload above six megabytes, and an event above one', async () => {
    await deploy('echo', 'export const handler = async (event) => event.length;');
    const tooLarge = { name: 'RequestTooLargeException' };
    const megabytes = (count: number) => 'x'.repeat(count * 1024 * 1024);
    await expect(invoke('echo', megabytes(6))).rejects.toMatchObject(tooLarge);
    await expect(invoke('echo', megabytes(1), { InvocationType: 'Event' })).rejects.toMatchObject(tooLarge);
    expect((await invoke('echo', megabytes(2))).body).toBe(2 * 1024 * 1024);
  });

  test('what it writes is in its log and told to listeners', async () => {
    await deploy('talks', 'export const handler = async () => { console.log("hello"); console.error("oh"); };');
    const lines: string[] = [];
    lambda.onLog((line) => lines.push(`${line.stream} ${line.function} ${line.text}`));
    await invoke('talks', {});
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(lines).toEqual(expect.arrayContaining(['stdout talks hello', 'stderr talks oh']));
    expect(readFileSync(join(cloud.folder, 'logs/talks.log'), 'utf8')).toMatch(/^\d{4}-.*Z 111111111111 hello$/m);
  });

  test('a disabled function throttles, and new code replaces the warm threads', async () => {
    await deploy('versions', 'export const handler = async () => 1;');
    expect((await invoke('versions', {})).body).toBe(1);
    const context = cloud.contextFor(callerFor(`arn:aws:iam::${ACCOUNT}:root`, 'x'));
    const LocalDirectory = bundle('export const handler = async () => 2;');
    await cloud.invoke(lambda, 'UpdateFunctionCode', { FunctionName: 'versions', LocalDirectory }, context);
    expect((await invoke('versions', {})).body).toBe(2);
    const off = { FunctionName: 'versions', ReservedConcurrentExecutions: 0 };
    await cloud.invoke(lambda, 'PutFunctionConcurrency', off, context);
    await expect(invoke('versions', {})).rejects.toMatchObject({ name: 'TooManyRequestsException' });
  });
});
