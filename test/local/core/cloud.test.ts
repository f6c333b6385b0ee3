import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Clock } from '#local/core/clock.ts';
import { Cloud } from '#local/core/cloud.ts';
import { type LocalServer, serve } from '#local/core/server.ts';
import { StsService } from '#local/services/sts.ts';

const ROLE = 'arn:aws:iam::111111111111:role/someone';

describe('the local cloud', () => {
  let cloud: Cloud;
  let server: LocalServer;
  let clock: Clock;

  beforeEach(async () => {
    clock = new Clock();
    cloud = new Cloud({ folder: mkdtempSync(join(tmpdir(), 'weft-')), clock });
    cloud.register(new StsService());
    server = await serve(cloud, 0);
  });

  afterEach(async () => {
    await server.close();
    await cloud.close();
  });

  test('answers an SDK client in process as the principal whose keys it holds', async () => {
    const sts = new STSClient(cloud.clientConfig(ROLE));
    const identity = await sts.send(new GetCallerIdentityCommand({}));
    expect(identity).toMatchObject({
      Account: '111111111111',
      Arn: 'arn:aws:sts::111111111111:assumed-role/someone/local',
    });
  });

  test('answers the same over HTTP, and gives keys for another role', async () => {
    const { accessKeyId, secretAccessKey, sessionToken } = cloud.credentials(ROLE);
    const overHttp = { region: 'us-east-1', endpoint: server.endpoint, maxAttempts: 1 };
    const sts = new STSClient({ ...overHttp, credentials: { accessKeyId, secretAccessKey, sessionToken } });
    const RoleArn = 'arn:aws:iam::222222222222:role/other';
    const { Credentials: keys } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'me' }));
    const other = new STSClient({
      ...overHttp,
      credentials: {
        accessKeyId: keys?.AccessKeyId ?? '',
        secretAccessKey: keys?.SecretAccessKey ?? '',
        sessionToken: keys?.SessionToken,
      },
    });
    const identity = await other.send(new GetCallerIdentityCommand({}));
    expect(identity.Arn).toBe('arn:aws:sts::222222222222:assumed-role/other/me');
  });

  test('refuses a wrong secret, an unknown key and an expired one', async () => {
    const config = cloud.clientConfig(ROLE);
    const { accessKeyId, secretAccessKey, sessionToken } = await config.credentials();
    const call = (credentials: { accessKeyId: string; secretAccessKey: string; sessionToken: string }) =>
      new STSClient({ ...config, credentials }).send(new GetCallerIdentityCommand({}));
    await expect(call({ accessKeyId, secretAccessKey: 'wrong', sessionToken })).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
    });
    await expect(call({ accessKeyId: 'ASIAUNKNOWN', secretAccessKey, sessionToken })).rejects.toMatchObject({
      name: 'InvalidClientTokenId',
    });
    clock.advance(13 * 3_600_000);
    await expect(call({ accessKeyId, secretAccessKey, sessionToken })).rejects.toMatchObject({ name: 'ExpiredToken' });
  });

  test('names an operation that it does not have', async () => {
    const { GetSessionTokenCommand } = await import('@aws-sdk/client-sts');
    const sts = new STSClient(cloud.clientConfig(ROLE));
    await expect(sts.send(new GetSessionTokenCommand({}))).rejects.toThrow(
      'weft local does not implement sts:GetSessionToken',
    );
  });

  test('refuses a foreign host name, so that no web page can rebind its name to it', async () => {
    const { request } = await import('node:http');
    const status = await new Promise((resolve) =>
      request(`${server.endpoint}/`, { headers: { host: 'evil.example' } }, (response) =>
        resolve(response.statusCode),
      ).end(),
    );
    expect(status).toBe(421);
  });
});
