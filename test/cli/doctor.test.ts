import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { createBreakerStore } from '#aws/breakers.ts';
import { createJsonCall } from '#aws/json-call.ts';
import { realPatience } from '#aws/retry.ts';
import { type Finding, perform, type Surroundings } from '#cli/doctor/check.ts';
import { CHECKS } from '#cli/doctor/checks.ts';
import { isNewEnough } from '#cli/doctor/machine-checks.ts';
import { processIo } from '#cli/io.ts';
import { setOrganization } from '#local/core/organization.ts';
import { bootstrap } from '#local/deployer/bootstrap.ts';
import { type StackRecord, saveStack } from '#local/deployer/stack-record.ts';
import { type Instance, openInstance } from '#local/instance/instance.ts';
import { NEW_ACCOUNT, putSettings, settingsOf } from '#local/services/lake-formation/settings.ts';
import { shares } from '#local/services/lake-formation/share-store.ts';
import { setSharing } from '#local/services/ram.ts';
import { breakersTableName } from '#mesh/topology/names.ts';
import { stackNames } from '#mesh/topology/stack-names.ts';
import { aviation } from '../local/mesh.ts';
import { fakeMesh } from './fake-mesh.ts';
import { runWeft } from './run-weft.ts';

const TOPOLOGY = aviation();
const VERSION = (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version;
const ACCOUNT = TOPOLOGY.governanceAccount;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/cdk-hnb659fds-cfn-exec-role-${ACCOUNT}-us-east-1`;

const STREAMS = processIo();
const temporary = () => mkdtempSync(join(tmpdir(), 'weft-doctor-'));

/** Makes one check, the credentials' before it where it asks AWS. */
async function made(id: string, surroundings: Surroundings): Promise<Finding> {
  const named = (one: string) => CHECKS.find((check) => check.id === one);
  const check = named(id);
  const credentials = named('credentials');
  if (check === undefined || credentials === undefined) throw new Error(`no check ${id}`);
  if (id !== 'credentials') await perform(credentials, surroundings);
  return perform(check, surroundings);
}

/** Surroundings in which nothing is wrong, as far as this machine and its files go. */
function healthy(): Surroundings {
  const cwd = temporary();
  cpSync('examples/aviation/mesh.yaml', join(cwd, 'mesh.yaml'));
  mkdirSync(join(cwd, 'node_modules/one'), { recursive: true });
  writeFileSync(join(cwd, 'package.json'), '{ "dependencies": { "one": "1.0.0" } }');
  writeFileSync(join(cwd, 'package-lock.json'), '{}');
  cpSync('examples/aviation/products/flights', join(cwd, 'products/flights'), { recursive: true });
  return {
    io: { ...STREAMS, env: {}, cwd },
    node: '24.1.0',
    folder: join(cwd, '.weft'),
    port: 0,
    now: () => new Date(),
    meshFile: join(cwd, 'mesh.yaml'),
    topology: TOPOLOGY,
  };
}

/** Changes a file of a folder. */
const write = (name: string, text: string) => (surroundings: Surroundings) => {
  const path = join(surroundings.io.cwd, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
};

describe('the doctor, of this machine and its files', () => {
  const FILES = ['node', 'packages', 'lock-file', 'mesh-file', 'contracts', 'policies', 'audit-rules'];
  const LOCAL = ['folder', 'local-mesh', 'lock', 'port'];

  test.each([...FILES, ...LOCAL])('%s: finds nothing where nothing is wrong', async (id) => {
    const surroundings = healthy();
    expect(await made(id, surroundings)).toEqual({ status: 'ok', message: expect.any(String) });
    rmSync(surroundings.io.cwd, { recursive: true });
  });

  test.each<[string, string, string, (surroundings: Surroundings) => unknown]>([
    ['node', 'an old Node.js', 'failed', () => ({ node: '20.11.1' })],
    [
      'packages',
      'a package that is not installed',
      'failed',
      write('package.json', '{ "dependencies": { "two": "1" } }'),
    ],
    ['packages', 'a package.json that is no JSON', 'failed', write('package.json', '{')],
    ['lock-file', 'no lock file', 'warning', ({ io }) => rmSync(join(io.cwd, 'package-lock.json'))],
    ['mesh-file', 'a mesh file that is not valid', 'failed', write('mesh.yaml', 'mesh: x\n')],
    [
      'contracts',
      'contracts that are not valid',
      'failed',
      write('products/flights/more.odps.yaml', 'kind: DataProduct'),
    ],
    ['policies', 'a policy that is no Cedar', 'failed', write('policies/global/x.cedar', 'permit (')],
    ['audit-rules', 'audit rules that are none', 'failed', write('policies/audit-rules.yaml', 'rules: [1]\n')],
    ['folder', 'a file in place of the folder', 'failed', write('.weft', 'a file')],
    ['local-mesh', 'a process that is gone', 'warning', write('.weft/local.json', '{ "pid": 999999999 }')],
    ['local-mesh', 'a file that was never finished', 'warning', write('.weft/local.json', '{ "pi')],
    [
      'local-mesh',
      'a process that does not answer',
      'failed',
      write('.weft/local.json', `{ "pid": ${process.pid}, "endpoint": "http://127.0.0.1:9" }`),
    ],
    ['lock', 'a lock whose process is gone', 'warning', write('.weft/lock', '{ "pid": 999999999 }')],
  ])('%s: finds %s', async (id, _what, status, break_) => {
    const surroundings = healthy();
    const changed = { ...surroundings, ...(break_(surroundings) as Partial<Surroundings> | undefined) };
    expect(await made(id, changed)).toEqual({ status, message: expect.any(String), fix: expect.any(String) });
    rmSync(surroundings.io.cwd, { recursive: true });
  });

  test('port: finds who has it', async () => {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const { port } = server.address() as { port: number };
    const found = await made('port', { ...healthy(), port });
    expect(found).toMatchObject({ status: 'warning', message: expect.stringContaining(`process ${process.pid}`) });
    await new Promise((done) => server.close(done));
  });

  test.each([
    ['22.18.0', true],
    ['22.17.9', false],
    ['v24.0.0', true],
    ['9.9.9', false],
  ])('Node.js %s is new enough: %s', (version, enough) => {
    expect(isNewEnough(version)).toBe(enough);
  });

  test('says what it skips, and why', async () => {
    const cwd = temporary();
    const { exit, out, err } = await runWeft(['doctor', '--port', '0'], { cwd });
    expect({ exit, err }).toEqual({
      exit: 0,
      err: expect.stringMatching(/^0 failed, 0 warnings, \d+ ok, \d+ skipped/),
    });
    expect(out).toMatch(/skipped {2}.*CDK bootstrap.*: AWS is not asked/);
  });

  test('gives its exit code and one document to programs', async () => {
    const cwd = temporary();
    writeFileSync(join(cwd, 'mesh.yaml'), 'mesh: x\n');
    const { exit, out } = await runWeft(['doctor', '--port', '0', '--json'], { cwd });
    const { ok, checks } = JSON.parse(out);
    expect({ exit, ok, ids: checks.map(({ id }: { id: string }) => id) }).toEqual({
      exit: 1,
      ok: false,
      ids: CHECKS.map(({ id }) => id),
    });
    expect((await runWeft(['doctor', '--mesh', 'nowhere.yaml'], { cwd })).err).toContain('WEFT-CLI-110');
  });
});

describe('the doctor, of an account', () => {
  let instance: Instance;
  let surroundings: Surroundings;
  const { governanceAccount: account } = TOPOLOGY;

  beforeAll(async () => {
    instance = await openInstance({ folder: temporary(), port: 0, live: false });
  });

  afterAll(() => instance.close());

  beforeEach(async () => {
    const { cloud } = instance;
    await bootstrap(cloud, account, 'us-east-1');
    setOrganization(cloud.store, account, TOPOLOGY.organization);
    setSharing(cloud, true);
    putSettings(cloud, account, {
      ...NEW_ACCOUNT,
      DataLakeAdmins: [{ DataLakePrincipalIdentifier: ROLE }],
      CreateDatabaseDefaultPermissions: [],
      CreateTableDefaultPermissions: [],
      Parameters: { CROSS_ACCOUNT_VERSION: TOPOLOGY.crossAccountVersion },
    });
    for (const name of stackNames(TOPOLOGY, account)) saveStack(cloud.store, stack(name));
    surroundings = {
      ...healthy(),
      aws: {
        region: 'us-east-1',
        endpoint: instance.endpoint,
        credentials: async () => keysOf(`arn:aws:iam::${account}:root`, 'doctor'),
        requestHandler: new NodeHttpHandler(),
      },
    };
  });

  afterEach(() => {
    for (const share of shares.list(instance.cloud)) shares.put(instance.cloud, { ...share, status: 'REJECTED' });
  });

  const keysOf = (arn: string, session: string) => {
    const { accessKeyId, secretAccessKey, sessionToken } = instance.cloud.credentials(arn, session);
    return { accessKeyId, secretAccessKey, sessionToken };
  };
  const stack = (stackName: string, status: StackRecord['status'] = 'CREATE_COMPLETE'): StackRecord => ({
    stackId: `arn:aws:cloudformation:us-east-1:${account}:stack/${stackName}/1`,
    stackName,
    account,
    region: 'us-east-1',
    status,
    template: { Resources: {} },
    parameters: {},
    tags: {},
    outputs: [],
    resources: {},
    createdAt: 0,
    updatedAt: 0,
  });
  const aws = (changes: Partial<NonNullable<Surroundings['aws']>>) => ({
    ...surroundings,
    aws: { ...(surroundings.aws as NonNullable<Surroundings['aws']>), ...changes },
  });
  const settings = (changes: Partial<ReturnType<typeof settingsOf>>) =>
    putSettings(instance.cloud, account, { ...settingsOf(instance.cloud, account), ...changes });

  test('breakers: tells whom a domain does not call, since when and why, and nothing where there is no table yet', async () => {
    const [domain] = TOPOLOGY.domains;
    const as = aws({ credentials: async () => keysOf(`arn:aws:iam::${domain?.account}:root`, 'doctor') });
    expect(await made('breakers', as)).toMatchObject({ status: 'ok' });
    const { region, endpoint } = as.aws;
    const client = new DynamoDBClient({ region, endpoint, credentials: as.aws.credentials });
    const TableName = breakersTableName(TOPOLOGY.mesh, domain?.name ?? '');
    await client.send(
      new CreateTableCommand({
        TableName,
        AttributeDefinitions: ['kind', 'name'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
        KeySchema: [
          { AttributeName: 'kind', KeyType: 'HASH' },
          { AttributeName: 'name', KeyType: 'RANGE' },
        ],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
    expect(await made('breakers', as)).toMatchObject({ status: 'ok' });
    const call = createJsonCall('dynamodb', 'DynamoDB_20120810', as.aws, realPatience, '1.0');
    const store = createBreakerStore(call, TableName, 'consumer', () => new Date());
    const open = { since: Date.UTC(2026, 0, 1), rest: 60_000, probeAt: Date.UTC(2126, 0, 1) };
    expect(await store.write('analytics', { failures: 1, why: 'x' }, undefined)).toBe(true);
    expect(await store.write('analytics', { failures: 3, why: 'AccessDenied', open }, undefined)).toBe(false);
    expect(await made('breakers', as)).toMatchObject({ status: 'ok' });
    const { tag } = (await store.read('analytics')) ?? {};
    expect(await store.write('analytics', { failures: 3, why: 'AccessDenied', open }, tag)).toBe(true);
    expect(await store.write('analytics', undefined, tag)).toBe(false);
    expect(await made('breakers', as)).toEqual({
      status: 'warning',
      message:
        'the consumer analytics has not answered since 2026-01-01T00:00:00.000Z; it is tried again at 2126-01-01T00:00:00.000Z: AccessDenied',
      fix: expect.any(String),
    });
    expect(await store.write('analytics', undefined, (await store.read('analytics'))?.tag)).toBe(true);
    expect([await store.all(), await store.read('analytics')]).toEqual([[], undefined]);
  });

  const AWS = CHECKS.filter((check) => check.aws === true).map(({ id }) => id);

  test.each([...AWS, 'clock'])('%s: finds nothing where nothing is wrong', async (id) => {
    expect(await made(id, surroundings)).toEqual({ status: 'ok', message: expect.any(String) });
  });

  test.each<[string, string, string, () => unknown]>([
    [
      'clock',
      'a clock that is an hour off',
      'failed',
      () => ({ ...surroundings, now: () => new Date(Date.now() + 3_600_000) }),
    ],
    [
      'clock',
      'a clock that is two minutes off',
      'warning',
      () => ({ ...surroundings, now: () => new Date(Date.now() - 120_000) }),
    ],
    [
      'credentials',
      'keys that nobody has',
      'failed',
      () => aws({ credentials: { accessKeyId: 'ASIAX', secretAccessKey: 'x' } }),
    ],
    [
      'credentials',
      'no keys',
      'failed',
      () =>
        aws({
          credentials: () => Promise.reject(Object.assign(new Error('none'), { name: 'CredentialsProviderError' })),
        }),
    ],
    [
      'account',
      'an account that is not of the mesh',
      'failed',
      () => aws({ credentials: async () => keysOf('arn:aws:iam::999999999999:root', 'doctor') }),
    ],
    ['region', 'another region', 'failed', () => aws({ region: 'eu-west-1' })],
    [
      'bootstrap',
      'an account that is not bootstrapped',
      'failed',
      () => aws({ credentials: async () => keysOf('arn:aws:iam::999999999999:root', 'doctor') }),
    ],
    [
      'lake-admins',
      'another administrator',
      'failed',
      () => settings({ DataLakeAdmins: [{ DataLakePrincipalIdentifier: 'x' }] }),
    ],
    ['lake-admins', 'no administrator', 'warning', () => settings({ DataLakeAdmins: [] })],
    [
      'open-defaults',
      'tables that IAM alone guards',
      'failed',
      () => settings({ CreateTableDefaultPermissions: NEW_ACCOUNT.CreateTableDefaultPermissions }),
    ],
    [
      'cross-account',
      'a version that shares with no organization',
      'failed',
      () => settings({ Parameters: { CROSS_ACCOUNT_VERSION: '1' } }),
    ],
    [
      'cross-account',
      'a version that is not that of the mesh',
      'warning',
      () => settings({ Parameters: { CROSS_ACCOUNT_VERSION: '3' } }),
    ],
    [
      'stacks',
      'a stack that failed',
      'failed',
      () => saveStack(instance.cloud.store, stack('aviation-governance', 'ROLLBACK_COMPLETE')),
    ],
    [
      'stacks',
      'a stack that is being changed',
      'warning',
      () => saveStack(instance.cloud.store, stack('aviation-governance', 'UPDATE_IN_PROGRESS')),
    ],
    [
      'stacks',
      'stacks that are not there',
      'failed',
      () => ({ ...surroundings, topology: { ...TOPOLOGY, mesh: 'other' } }),
    ],
    [
      'organization',
      'another organization',
      'failed',
      () => setOrganization(instance.cloud.store, account, 'o-another'),
    ],
    ['organization', 'no organization', 'failed', () => setOrganization(instance.cloud.store, account, undefined)],
    [
      'organization',
      'an organization that mesh.yaml does not name',
      'warning',
      () => ({ ...surroundings, topology: { ...TOPOLOGY, organization: undefined } }),
    ],
    ['ram-sharing', 'RAM that does not share with the organization', 'failed', () => setSharing(instance.cloud, false)],
    [
      'invitations',
      'an invitation that waits',
      'failed',
      () =>
        void shares.put(instance.cloud, {
          arn: 'arn:aws:ram:us-east-1:1:resource-share/1',
          name: 'LakeFormation-V3-1',
          owner: TOPOLOGY.domains[0]?.account ?? '',
          receiver: account,
          status: 'PENDING',
          invitationArn: 'arn:aws:ram:us-east-1:1:resource-share-invitation/1',
          createdAt: 0,
        }),
    ],
  ])('%s: finds %s', async (id, _what, status, break_) => {
    const changed = (break_() as Surroundings | undefined) ?? surroundings;
    expect(await made(id, changed)).toEqual({ status, message: expect.any(String), fix: expect.any(String) });
  });

  test('credentials: finds that they have expired', async () => {
    const keys = instance.cloud.credentials(`arn:aws:iam::${account}:root`, 'old');
    const { accessKeyId, secretAccessKey, sessionToken } = keys;
    instance.cloud.store.put('sts/keys', accessKeyId, { ...keys, expiration: 0 });
    expect(
      await made('credentials', aws({ credentials: { accessKeyId, secretAccessKey, sessionToken } })),
    ).toMatchObject({
      status: 'failed',
      message: expect.stringContaining('expired'),
    });
  });

  test('says what a caller may not look at', async () => {
    const iam = new IAMClient(instance.cloud.clientConfig(`arn:aws:iam::${account}:root`));
    const trust = { Version: '2012-10-17', Statement: [] };
    await iam.send(new CreateRoleCommand({ RoleName: 'nobody', AssumeRolePolicyDocument: JSON.stringify(trust) }));
    const credentials = async () => keysOf(`arn:aws:iam::${account}:role/nobody`, 'doctor');
    expect(await made('lake-admins', aws({ credentials }))).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('you may not look'),
    });
  });
});

describe('the doctor, of the API', () => {
  const look = async (topology: object, versions?: object, id = 'api') => {
    const mesh = await fakeMesh({ '/mesh': { topology, versions } });
    const { endpoint } = JSON.parse(readFileSync(join(mesh.cwd, '.weft/local.json'), 'utf8'));
    const api = CHECKS.find((check) => check.id === id);
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'x' };
    const found = await perform(api as NonNullable<typeof api>, {
      ...healthy(),
      apiUrl: `${endpoint}/api`,
      aws: { region: 'us-east-1', credentials, requestHandler: new NodeHttpHandler() },
      identity: { account: ACCOUNT, arn: 'x' },
    });
    await mesh.close();
    return found.status;
  };

  test('finds another mesh, and other domains', async () => {
    expect(await look(TOPOLOGY)).toBe('ok');
    expect(await look({ ...TOPOLOGY, mesh: 'other' })).toBe('failed');
    expect(await look({ ...TOPOLOGY, domains: TOPOLOGY.domains.slice(1) })).toBe('warning');
  });

  test.each([
    ['one release', { governance: VERSION, domains: { sales: VERSION } }, 'ok'],
    ['a domain that is behind', { governance: VERSION, domains: { sales: '0.0.1' } }, 'warning'],
    ['a mesh of another release than the command', { governance: '9.0.0', domains: {} }, 'warning'],
    ['a mesh that does not tell', undefined, 'skipped'],
  ])('finds %s', async (_, versions, status) => {
    expect(await look(TOPOLOGY, versions, 'versions')).toBe(status);
  });
});
