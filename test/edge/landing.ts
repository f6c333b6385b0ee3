import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { Clock } from '#local/core/clock.ts';
import { Cloud } from '#local/core/cloud.ts';
import { type LocalServer, serveTls } from '#local/core/server.ts';
import { IdentityGate } from '#local/services/iam/gate.ts';
import { IamService } from '#local/services/iam/service.ts';
import { RolesAnywhereService } from '#local/services/roles-anywhere/service.ts';
import { S3Service } from '#local/services/s3/service.ts';
import { StsService } from '#local/services/sts.ts';
import { type Authority, createAuthority, type Issued } from '../servers/certificates.ts';

export const ACCOUNT = '111122223333';
export const REGION = 'us-east-1';
const BUCKET = `acme-factory-landing-${ACCOUNT}-${REGION}`;

/** The cloud that devices send to: a landing bucket behind TLS, and a role for whoever is of a group. */
export interface LandingCloud {
  readonly cloud: Cloud;
  readonly server: LocalServer;
  /** The authority whose certificates are devices. */
  readonly devices: Authority;
  /** The authority that signed the server's certificate. */
  readonly servers: Authority;
  readonly trustAnchor: string;
  readonly profile: string;
  readonly role: string;
  device(group: string): Issued;
  /** Every object of the bucket, by key. */
  objects(): Promise<Map<string, string>>;
  close(): Promise<void>;
}

/** Brings up what the agent needs of AWS, without a mesh. */
export async function openLanding(): Promise<LandingCloud> {
  const folder = mkdtempSync(join(tmpdir(), 'weft-landing-'));
  const cloud = new Cloud({ folder, region: REGION, clock: new Clock() });
  for (const service of [new IamService(cloud), new StsService(), new RolesAnywhereService(), new S3Service(cloud)]) {
    cloud.register(service);
  }
  cloud.observe(new IdentityGate(cloud));
  const devices = createAuthority('/O=Acme/CN=Acme devices');
  const servers = createAuthority('/O=Acme/CN=Acme servers');
  const identity = servers.issue('/CN=127.0.0.1');
  const server = await serveTls(cloud, 0, { cert: identity.pem, key: identity.keyPem });
  const s3 = new S3Client(cloud.clientConfig(`arn:aws:iam::${ACCOUNT}:root`) as never);
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
  const names = await enrol(cloud, devices);
  return {
    cloud,
    server,
    devices,
    servers,
    ...names,
    device: (group) => devices.issue(`/O=Acme/OU=${group}/CN=a device of ${group}`),
    objects: () => objectsOf(s3),
    close: async () => {
      await server.close();
      await cloud.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function enrol(cloud: Cloud, devices: Authority) {
  const arn = `arn:aws:iam::${ACCOUNT}:root`;
  const context = cloud.contextFor({ kind: 'root', account: ACCOUNT, arn, principalId: ACCOUNT });
  const call = <T>(service: string, operation: string, input: object) =>
    cloud.invoke(cloud.serviceNamed(service) ?? new StsService(), operation, input, context) as Promise<T>;
  const role = `arn:aws:iam::${ACCOUNT}:role/devices`;
  const statement = { Effect: 'Allow', Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'] };
  const trust = {
    Version: '2012-10-17',
    Statement: [{ ...statement, Principal: { Service: 'rolesanywhere.amazonaws.com' } }],
  };
  const own = '${aws:PrincipalTag/x509Subject/OU}/*';
  const folders = ['machine-readings/', 'quarantine/machine-readings/', 'edge/'];
  const may = {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: 's3:PutObject',
        Resource: folders.map((prefix) => `arn:aws:s3:::${BUCKET}/${prefix}${own}`),
      },
    ],
  };
  await call('iam', 'CreateRole', { RoleName: 'devices', AssumeRolePolicyDocument: JSON.stringify(trust) });
  await call('iam', 'PutRolePolicy', { RoleName: 'devices', PolicyName: 'may', PolicyDocument: JSON.stringify(may) });
  const source = { sourceType: 'CERTIFICATE_BUNDLE', sourceData: { x509CertificateData: devices.pem } };
  const { trustAnchor } = await call<{ trustAnchor: { trustAnchorArn: string } }>(
    'rolesanywhere',
    'CreateTrustAnchor',
    { name: 'a', source, enabled: true },
  );
  const { profile } = await call<{ profile: { profileArn: string } }>('rolesanywhere', 'CreateProfile', {
    name: 'p',
    roleArns: [role],
    enabled: true,
  });
  return { trustAnchor: trustAnchor.trustAnchorArn, profile: profile.profileArn, role };
}

async function objectsOf(s3: S3Client): Promise<Map<string, string>> {
  const objects = new Map<string, string>();
  let ContinuationToken: string | undefined;
  do {
    const page = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, ContinuationToken }));
    for (const { Key = '' } of page.Contents ?? []) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
      objects.set(Key, (await Body?.transformToString()) ?? '');
    }
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken !== undefined);
  return objects;
}
