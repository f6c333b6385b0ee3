import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Sha256 } from '@aws-crypto/sha256-js';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { Clock } from '#local/core/clock.ts';
import { Cloud } from '#local/core/cloud.ts';
import { type LocalServer, serve } from '#local/core/server.ts';
import { S3Service } from '#local/services/s3/service.ts';

const ACCOUNT = 'arn:aws:iam::111111111111:root';

describe('a presigned URL', () => {
  let cloud: Cloud;
  let server: LocalServer;
  let clock: Clock;

  beforeEach(async () => {
    clock = new Clock();
    cloud = new Cloud({ folder: mkdtempSync(join(tmpdir(), 'weft-')), clock });
    const s3 = new S3Service(cloud);
    cloud.register(s3);
    server = await serve(cloud, 0);
    const caller = { kind: 'root', account: '111111111111', arn: ACCOUNT, principalId: '111111111111' } as const;
    const request = { method: 'PUT', path: '/presigned', query: {}, headers: {}, body: Buffer.alloc(0) };
    const context = { ...cloud.contextFor(caller), request };
    await cloud.invoke(s3, 'CreateBucket', { Bucket: 'presigned', Key: '' }, context);
  });

  afterEach(async () => {
    await server.close();
    await cloud.close();
  });

  async function presign(method: string, path: string): Promise<string> {
    const { accessKeyId, secretAccessKey, sessionToken } = cloud.credentials(ACCOUNT);
    const host = `127.0.0.1:${server.port}`;
    const signer = new SignatureV4({
      credentials: { accessKeyId, secretAccessKey, sessionToken },
      region: 'us-east-1',
      service: 's3',
      sha256: Sha256,
      uriEscapePath: false,
    });
    const headers = { host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
    const signed = await signer.presign(
      new HttpRequest({ method, protocol: 'http:', hostname: '127.0.0.1', port: server.port, path, headers }),
      { expiresIn: 60, signingDate: clock.date() },
    );
    return `${server.endpoint}${path}?${new URLSearchParams(signed.query as Record<string, string>)}`;
  }

  test('lets whoever has it write and read one key until it expires', async () => {
    const path = '/presigned/a/b%20c%2B%C3%A9.txt';
    const written = await fetch(await presign('PUT', path), { method: 'PUT', body: 'hello' });
    expect(written.status).toBe(200);
    const url = await presign('GET', path);
    expect(await (await fetch(url)).text()).toBe('hello');
    clock.advance(61_000);
    expect((await fetch(url)).status).toBe(403);
  });

  test('is worth nothing for another key or method', async () => {
    await fetch(await presign('PUT', '/presigned/a'), { method: 'PUT', body: 'hello' });
    const url = await presign('GET', '/presigned/a');
    expect((await fetch(url.replace('/presigned/a', '/presigned/b'))).status).toBe(403);
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(403);
    expect((await fetch(url)).status).toBe(200);
  });
});
