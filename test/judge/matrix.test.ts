import { readFileSync } from 'node:fs';
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { callerFor } from '#local/core/cloud.ts';
import { IamService } from '#local/services/iam/service.ts';
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
import { type Labels, labelsOf } from './labels.ts';
import { questionOf } from './question.ts';
import { fits } from './resource-class.ts';
import { administrator, type Installed, installedIn, type Principal, rolesOf } from './separation/installed.ts';
import { Verdicts } from './verdicts.ts';

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
