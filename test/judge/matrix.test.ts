import { readFileSync } from 'node:fs';
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { callerFor } from '#local/core/cloud.ts';
import { IamService } from '#local/services/iam/service.ts';
import { SecretsManagerService } from '#local/services/secrets-manager/service.ts';
import {
  auditBucketName,
  auditQueueName,
  governanceRoleName,
  logKeyAlias,
  productBucketName,
  roleArn,
  witnessBucketName,
  workgroupName,
} from '#mesh/topology/names.ts';
import { accountsOf, type Topology } from '#mesh/topology/topology.ts';
import { openTestMesh, type TestMesh } from '../local/mesh.ts';
import { auditApart } from '../stacks/audit-apart.ts';
import type { Keys } from './circumstances.ts';
import { type Crossing, crossingLine, crossings } from './crossing.ts';
import { Judge, statementsToAdd } from './judge.ts';
import { type Labels, labelsOf } from './labels.ts';
import { standing } from './missing.ts';
import { questionOf } from './question.ts';
import { fits } from './resource-class.ts';
import { administrator, type Installed, installedIn, type Principal, rolesOf } from './separation/installed.ts';
import { Verdicts } from './verdicts.ts';
import { withoutEach } from './without.ts';

interface Row {
  readonly what: string;
  readonly action: string;
  readonly on: string;
  readonly allowed: readonly string[];
}

/** Principals that may do actions on resources of other accounts. */
interface Declared {
  readonly who: readonly string[];
  readonly may: readonly string[];
  readonly on: readonly string[];
  readonly why: string;
}

const MATRIX = parse(readFileSync(new URL('matrix.yaml', import.meta.url), 'utf8')) as {
  readonly kept: readonly Row[];
  readonly crossing: readonly Declared[];
};
const DOMAIN = 'flight-operations';

/** The example with the audit account apart, and two domains: one for itself and one for all others. */
function topologyOf(): Topology {
  const topology = auditApart();
  return { ...topology, domains: topology.domains.filter(({ name }) => [DOMAIN, 'analytics'].includes(name)) };
}

/** The resources that the rows name. */
function resourceOf(name: string, topology: Topology, found: { registry: string; logKey: string }): string {
  const { mesh, region, governanceAccount, auditAccount, witnessAccount = '' } = topology;
  const account = topology.domains.find((domain) => domain.name === DOMAIN)?.account ?? '';
  const products = `arn:aws:s3:::${productBucketName(mesh, DOMAIN, account, region)}`;
  switch (name) {
    case 'central table':
      return `arn:aws:glue:${region}:${governanceAccount}:table/flight_operations__flights__v1/flights`;
    case 'registry':
      return found.registry;
    case 'trail entry':
      return `arn:aws:s3:::${auditBucketName(mesh, auditAccount, region)}/entries/000/000/000/000.jsonl`;
    case 'trail queue':
      return `arn:aws:sqs:${region}:${auditAccount}:${auditQueueName(mesh)}`;
    case 'log key':
      return found.logKey;
    case 'witness':
      return `arn:aws:s3:::${witnessBucketName(mesh, witnessAccount, region)}/checkpoint`;
    case 'product file':
      return `${products}/flights/part.parquet`;
    case 'disposal record':
      return `${products}/disposals/records/one.json`;
    case 'quality workgroup':
      return `arn:aws:athena:${region}:${account}:workgroup/${workgroupName(mesh, `${DOMAIN}-quality`)}`;
    case 'reconciler':
      return roleArn(governanceAccount, governanceRoleName(mesh, 'reconcile'));
    default:
      return '*';
  }
}

function policyOf(...Statement: object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement });
}

/** What a caller can arrange by how it asks. */
function circumstances(action: string, region: string): readonly Keys[] {
  if (action.startsWith('kms:')) return [{}, { 'kms:ViaService': `s3.${region}.amazonaws.com` }];
  return action.startsWith('s3:') ? [{}, { 's3:if-none-match': '*' }] : [{}];
}

describe('what a mesh keeps to few', () => {
  let mesh: TestMesh;
  let resources: readonly Installed[];
  let roles: readonly Principal[];
  let labels: Labels;
  let logKey: string;
  const verdicts = new Verdicts();

  beforeAll(async () => {
    mesh = await openTestMesh({ topology: topologyOf() });
    const { cloud } = mesh.instance;
    resources = installedIn(cloud.store);
    roles = rolesOf(cloud.store, cloud.service(IamService), accountsOf(mesh.topology));
    labels = labelsOf(cloud);
    const owner = new KMSClient(cloud.clientConfig(`arn:aws:iam::${mesh.topology.auditAccount}:root`));
    const { KeyMetadata } = await owner.send(new DescribeKeyCommand({ KeyId: logKeyAlias(mesh.topology.mesh) }));
    logKey = KeyMetadata?.Arn ?? '';
  }, 180_000);

  afterAll(() => mesh?.close());

  const mayDo = async (role: Principal, action: string, resource: string) => {
    const caller = callerFor(role.arn, 'whoever');
    for (const keys of circumstances(action, mesh.topology.region)) {
      const { question } = questionOf(mesh.instance.cloud, caller, { action, resource, keys });
      if ((await verdicts.of(question)).result === 'Allowed') return true;
    }
    return false;
  };

  test.each(MATRIX.kept)('only those declared may $what', async ({ action, on, allowed }) => {
    const registry = resources.find(({ type, arn }) => type === 'AWS::DynamoDB::Table' && arn.includes('Registry'));
    const resource = resourceOf(on, mesh.topology, { registry: registry?.arn ?? '', logKey });
    const met: string[] = [];
    for (const role of roles) {
      if (await mayDo(role, action, resource)) met.push(role.name);
    }
    expect(met.filter((name) => !allowed.some((pattern) => fits(name, pattern)))).toEqual([]);
    expect(allowed.filter((pattern) => !met.some((name) => fits(name, pattern)))).toEqual([]);
  });

  test('a statement that is taken out of any policy of what is met is named', async () => {
    const { cloud } = mesh.instance;
    const { governanceAccount, domains, region } = mesh.topology;
    const root = cloud.contextFor(callerFor(`arn:aws:iam::${governanceAccount}:root`, 'test'), region);
    const secrets = cloud.service(SecretsManagerService);
    const { ARN } = (await cloud.invoke(secrets, 'CreateSecret', { Name: 'token', SecretString: 'x' }, root)) as {
      ARN: string;
    };
    const steward = `arn:aws:iam::${domains[0]?.account}:role/aviation-${domains[0]?.name}-steward`;
    const may = { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: '*' };
    const ResourcePolicy = JSON.stringify({ Statement: [{ ...may, Principal: { AWS: steward } }] });
    await cloud.invoke(secrets, 'PutResourcePolicy', { SecretId: ARN, ResourcePolicy }, root);
    const input = { RoleName: steward.split('/').at(-1), PolicyName: 'x', PolicyDocument: policyOf(may) };
    const iam = cloud.service(IamService);
    const admin = cloud.contextFor(callerFor(steward.replace(/role.*/, 'root'), 'test'), region);
    await cloud.invoke(iam, 'PutRolePolicy', input, admin);
    const found: unknown[] = [];
    const wanted: unknown[] = [];
    for (const { what, act, policyOf: arn, named } of standing(cloud, mesh.topology, resources, ARN)) {
      const whole = new Judge(cloud);
      whole.acting(act);
      const broken = new Judge(cloud);
      withoutEach(cloud, arn, () => broken.acting(act));
      const lines = statementsToAdd(await broken.denials());
      found.push({ what, whole: statementsToAdd(await whole.denials()), lines });
      wanted.push({ what, whole: [], lines: [expect.stringMatching(named)] });
    }
    expect(found).toEqual(wanted);
    await cloud.invoke(iam, 'DeleteRolePolicy', input, admin);
  });

  test('and so is one that a role lacks itself', async () => {
    const { cloud } = mesh.instance;
    const { governanceAccount } = mesh.topology;
    const judge = new Judge(cloud);
    const caller = callerFor(`arn:aws:iam::${governanceAccount}:role/aviation-relay`, 'test');
    judge.acting({
      caller,
      action: 'dynamodb:Scan',
      resource: `arn:aws:dynamodb:us-east-1:${governanceAccount}:table/x`,
    });
    judge.acting({
      caller,
      action: 'sts:AssumeRole',
      resource: `arn:aws:iam::${governanceAccount}:role/aviation-reconcile`,
    });
    expect(statementsToAdd(await judge.denials())).toEqual([
      expect.stringMatching(/^role aviation-relay: add Allow dynamodb:Scan on .*table\/x \(ImplicitlyDenied\)$/),
      expect.stringMatching(/^role aviation-relay: add Allow sts:AssumeRole on /),
      expect.stringMatching(/^trust of the role .*reconcile: add Allow sts:AssumeRole on .* to aviation-relay/),
    ]);
  });

  test('only what is declared crosses from one account into another', async () => {
    const { domains } = mesh.topology;
    const admins = domains.map(({ name, account }) => administrator(account, `administrator-of-${name}`));
    const table = { cloud: mesh.instance.cloud, topology: mesh.topology, labels, verdicts };
    const found = await crossings(table, [...roles, ...admins], resources);
    const covers = ({ who, may, on }: Declared, crossing: Crossing) =>
      who.some((pattern) => fits(crossing.who, pattern)) &&
      may.some((pattern) => fits(crossing.action, pattern)) &&
      on.some((pattern) => fits(crossing.on, pattern));
    expect(found.length).toBeGreaterThan(20);
    const undeclared = found.filter((crossing) => !MATRIX.crossing.some((entry) => covers(entry, crossing)));
    expect(undeclared.map(crossingLine)).toEqual([]);
    // Each word of a declaration must be met by something that is found.
    const unmet = MATRIX.crossing.flatMap((entry) =>
      (['who', 'may', 'on'] as const).flatMap((part) =>
        entry[part]
          .filter((word) => !found.some((crossing) => covers({ ...entry, [part]: [word] }, crossing)))
          .map((word) => `${entry.why}: ${part} ${word}`),
      ),
    );
    expect(unmet).toEqual([]);
  }, 60_000);
});
