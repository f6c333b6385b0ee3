import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, expect, test } from '@jest/globals';
import { HttpResponse } from '@smithy/protocol-http';
import type { CredentialsConfig } from '#edge/config/config.ts';
import { createSession } from '#edge/credentials/roles-anywhere.ts';
import { Clock } from '#local/core/clock.ts';
import { Cloud } from '#local/core/cloud.ts';
import { IamService } from '#local/services/iam/service.ts';
import { RolesAnywhereService } from '#local/services/roles-anywhere/service.ts';
import { StsService } from '#local/services/sts.ts';
import { createAuthority, type Issued, type IssueOptions, opensslMissing } from '../../servers/certificates.ts';
import { describeWithServers } from '../../servers/require-server.ts';

const ACCOUNT = '111122223333';
const REGION = 'us-east-1';
const ROLE = `arn:aws:iam::${ACCOUNT}:role/plant-north`;

describeWithServers('sessions of IAM Roles Anywhere', opensslMissing(), () => {
  const cloud = new Cloud({
    folder: mkdtempSync(join(tmpdir(), 'weft-anywhere-')),
    region: REGION,
    clock: new Clock(),
  });
  for (const service of [new IamService(cloud), new StsService(), new RolesAnywhereService()]) cloud.register(service);
  afterAll(() => cloud.close());
  const root = cloud.contextFor({
    kind: 'root',
    account: ACCOUNT,
    arn: `arn:aws:iam::${ACCOUNT}:root`,
    principalId: ACCOUNT,
  });
  const authority = createAuthority('/O=Acme/CN=Acme devices');

  const call = <T>(name: string, input: object) => {
    const service = cloud.serviceNamed(name.startsWith('Create') && name.endsWith('Role') ? 'iam' : 'rolesanywhere');
    if (service === undefined) throw new Error(name);
    return cloud.invoke(service, name, input, root) as Promise<T>;
  };
  const trust = (Condition: object = {}, Service = 'rolesanywhere.amazonaws.com') =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service },
          Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
          Condition,
        },
      ],
    });
  const role = (RoleName: string, document: string) =>
    call('CreateRole', { RoleName, AssumeRolePolicyDocument: document });

  const setUp = async () => {
    const source = { sourceType: 'CERTIFICATE_BUNDLE', sourceData: { x509CertificateData: authority.pem } };
    const { trustAnchor } = await call<{ trustAnchor: { trustAnchorId: string; trustAnchorArn: string } }>(
      'CreateTrustAnchor',
      { name: 'a', source, enabled: true },
    );
    const roleArns = [ROLE, `arn:aws:iam::${ACCOUNT}:role/other`, `arn:aws:iam::${ACCOUNT}:role/gone`];
    const { profile } = await call<{ profile: { profileId: string; profileArn: string } }>('CreateProfile', {
      name: 'p',
      roleArns,
      enabled: true,
    });
    return { trustAnchor, profile };
  };
  const ready = (async () => {
    await role('plant-north', trust({ StringEquals: { 'aws:PrincipalTag/x509Subject/OU': 'plant-north' } }));
    await role('other', trust({}, 'lambda.amazonaws.com'));
    return setUp();
  })();

  const send = {
    handle: async (request: { method: string; path: string; headers: Record<string, string>; body?: string }) => {
      const { method, path, headers, body } = request;
      const answer = await cloud.handle({ method, path, query: {}, headers, body: Buffer.from(body ?? '') });
      return {
        response: new HttpResponse({
          statusCode: answer.status,
          headers: { ...answer.headers },
          body: [Buffer.from(answer.body)],
        }),
      };
    },
  };
  const session = async (device: Issued, more: Partial<CredentialsConfig> & { role?: string; chain?: string } = {}) => {
    const { trustAnchor, profile } = await ready;
    const config = {
      kind: 'roles-anywhere' as const,
      certificate: device.certificate,
      key: device.key,
      trustAnchor: trustAnchor.trustAnchorArn,
      profile: profile.profileArn,
      role: ROLE,
      ...more,
    };
    return createSession(config as never, REGION, send as never, cloud.clock.now());
  };
  const device = (subject = '/O=Acme/OU=plant-north/CN=press-line-1', options?: IssueOptions) =>
    authority.issue(subject, options);

  test.each(['ec', 'rsa'] as const)('a device with a key of %s is the role, by its serial number', async (kind) => {
    const keys = await session(device(undefined, { kind }));
    const { credentials: _own, ...config } = cloud.clientConfig(ROLE);
    const identity = await new STSClient({ ...config, credentials: keys } as never).send(
      new GetCallerIdentityCommand({}),
    );
    expect(identity.Arn).toMatch(new RegExp(`^arn:aws:sts::${ACCOUNT}:assumed-role/plant-north/[0-9a-f]{30,}$`));
    expect((keys.expires ?? 0) - cloud.clock.now()).toBeGreaterThan(3_590_000);
  });

  test('a device behind an authority in between brings its certificate along', async () => {
    const between = authority.intermediate('/O=Acme/CN=Plant authority');
    const behind = between.issue('/O=Acme/OU=plant-north/CN=press-line-2');
    await expect(session(behind)).rejects.toMatchObject({ message: expect.stringContaining('Untrusted') });
    expect(await session(behind, { chain: between.certificate })).toMatchObject({
      accessKeyId: expect.stringMatching(/^ASIA/),
    });
  });

  test.each([
    [
      'another authority',
      () => createAuthority('/O=Evil/CN=Acme devices').issue('/O=Acme/OU=plant-north/CN=x'),
      {},
      'Untrusted signing certificate',
    ],
    ['another group', () => device('/O=Acme/OU=plant-south/CN=x'), {}, 'Unable to assume role'],
    [
      'a role that does not trust the service',
      () => device(),
      { role: `arn:aws:iam::${ACCOUNT}:role/other` },
      'Unable to assume role',
    ],
    [
      'a role that is not there',
      () => device(),
      { role: `arn:aws:iam::${ACCOUNT}:role/gone` },
      'Unable to assume role',
    ],
    [
      'a role that the profile does not name',
      () => device(),
      { role: `arn:aws:iam::${ACCOUNT}:role/admin` },
      'is not in the profile',
    ],
    [
      'the certificate of an authority',
      () => authority.intermediate('/O=Acme/OU=plant-north/CN=x'),
      {},
      'certificate of an authority',
    ],
    ['a unit that is no session tag', () => device('/O=Acme/OU=plant-*/CN=x'), {}, 'the x509Subject/OU "plant-*"'],
    ['two units in one subject', () => device('/O=Acme/OU=plant-north/OU=b/CN=x'), {}, 'several x509Subject/OU'],
  ])('is refused: %s', async (_what, made, more, message) => {
    await expect(session(made(), more)).rejects.toMatchObject({
      code: expect.stringMatching(/WEFT-EDGE-02[25]/),
      message: expect.stringContaining(message),
    });
  });

  test('is refused: a certificate that expired, by the agent and by the service', async () => {
    const old = device(undefined, { days: -1 });
    await expect(session(old)).rejects.toMatchObject({
      code: 'WEFT-EDGE-023',
      message: expect.stringContaining('expired'),
    });
    const young = device(undefined, { days: 1 });
    cloud.clock.advance(2 * 86_400_000);
    const { trustAnchor, profile } = await ready;
    const files = {
      certificate: young.certificate,
      key: young.key,
      trustAnchor: trustAnchor.trustAnchorArn,
      profile: profile.profileArn,
      role: ROLE,
    };
    // The agent's clock is wrong: the service judges by its own.
    await expect(
      createSession({ kind: 'roles-anywhere', ...files }, REGION, send as never, Date.now()),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/expired/i),
    });
    cloud.clock.advance(-2 * 86_400_000);
  });

  test('is refused: a key that is not the certificate’s, and a signature over another body', async () => {
    await expect(session({ ...device(), key: device().key })).rejects.toMatchObject({ code: 'WEFT-EDGE-023' });
    const tampering = {
      handle: (request: { body: string }) =>
        send.handle({ ...request, body: request.body.replace('plant-north', 'other') } as never),
    };
    const { trustAnchor, profile } = await ready;
    const { certificate, key } = device();
    const config = {
      kind: 'roles-anywhere' as const,
      certificate,
      key,
      trustAnchor: trustAnchor.trustAnchorArn,
      profile: profile.profileArn,
      role: ROLE,
    };
    await expect(createSession(config, REGION, tampering as never, cloud.clock.now())).rejects.toMatchObject({
      message: expect.stringContaining('signature does not match'),
    });
  });

  test('is refused: a trust anchor or a profile that is disabled', async () => {
    const { trustAnchor, profile } = await ready;
    await call('DisableTrustAnchor', { trustAnchorId: trustAnchor.trustAnchorId });
    await expect(session(device())).rejects.toMatchObject({
      message: expect.stringContaining('Trust anchor is disabled'),
    });
    await call('EnableTrustAnchor', { trustAnchorId: trustAnchor.trustAnchorId });
    await call('DisableProfile', { profileId: profile.profileId });
    await expect(session(device())).rejects.toMatchObject({ message: expect.stringContaining('Profile is disabled') });
    await call('EnableProfile', { profileId: profile.profileId });
    await session(device());
  });

  test('what is not modelled is refused by name', async () => {
    await expect(
      call('CreateTrustAnchor', { name: 'b', source: { sourceType: 'AWS_ACM_PCA', sourceData: {} } }),
    ).rejects.toMatchObject({ status: 501 });
    await expect(call('CreateProfile', { name: 'b', roleArns: [], sessionPolicy: '{}' })).rejects.toMatchObject({
      status: 501,
    });
  });
});
