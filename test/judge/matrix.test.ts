import { readFileSync } from 'node:fs';
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { runSimulation } from '@cloud-copilot/iam-simulate';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { rolesNamespace, type StoredRole } from '#local/services/iam/model.ts';
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

interface Row {
  readonly what: string;
  readonly action: string;
  readonly on: string;
  readonly allowed: readonly string[];
}

const ROWS = parse(readFileSync(new URL('matrix.yaml', import.meta.url), 'utf8')) as Row[];
const DOMAIN = 'flight-operations';

/** The resources that the rows name, and whose they are. */
function resourceOf(name: string, topology: Topology): { readonly arn: string; readonly account: string } {
  const { mesh, region, governanceAccount, auditAccount, domains } = topology;
  const account = domains.find((domain) => domain.name === DOMAIN)?.account ?? '';
  const inGovernance = (arn: string) => ({ arn, account: governanceAccount });
  switch (name) {
    case 'central table':
      return inGovernance(`arn:aws:glue:${region}:${governanceAccount}:table/flight_operations__flights__v1/flights`);
    case 'registry':
      return inGovernance(`arn:aws:dynamodb:${region}:${governanceAccount}:table/REGISTRY`);
    case 'trail entry': {
      const bucket = auditBucketName(mesh, auditAccount, region);
      return { arn: `arn:aws:s3:::${bucket}/entries/000/000/000/000.jsonl`, account: auditAccount };
    }
    case 'trail queue':
      return { arn: `arn:aws:sqs:${region}:${auditAccount}:${auditQueueName(mesh)}`, account: auditAccount };
    case 'log key':
      return { arn: `arn:aws:kms:${region}:${auditAccount}:key/LOG-KEY`, account: auditAccount };
    case 'witness': {
      const bucket = witnessBucketName(mesh, topology.witnessAccount ?? '', region);
      return { arn: `arn:aws:s3:::${bucket}/checkpoint`, account: topology.witnessAccount ?? '' };
    }
    case 'product file':
      return { arn: `arn:aws:s3:::${productBucketName(mesh, DOMAIN, account, region)}/flights/part.parquet`, account };
    case 'disposal record':
      return {
        arn: `arn:aws:s3:::${productBucketName(mesh, DOMAIN, account, region)}/disposals/records/one.json`,
        account,
      };
    case 'quality workgroup':
      return {
        arn: `arn:aws:athena:${region}:${account}:workgroup/${workgroupName(mesh, `${DOMAIN}-quality`)}`,
        account,
      };
    case 'reconciler':
      return inGovernance(roleArn(governanceAccount, governanceRoleName(mesh, 'reconcile')));
    default:
      return inGovernance('*');
  }
}

/** The key policy that leaves all to the identities of its account. */
function keyPolicy(account: string) {
  const Statement = [
    { Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${account}:root` }, Action: 'kms:*', Resource: '*' },
  ];
  return { Version: '2012-10-17', Statement };
}

describe('what a mesh keeps to few', () => {
  let mesh: TestMesh;
  /** The id that KMS gave the key that signs the log. */
  let logKey: string;

  beforeAll(async () => {
    mesh = await openTestMesh();
    const { mesh: name, auditAccount } = mesh.topology;
    const owner = new KMSClient(mesh.instance.cloud.clientConfig(`arn:aws:iam::${auditAccount}:root`));
    const { KeyMetadata } = await owner.send(new DescribeKeyCommand({ KeyId: logKeyAlias(name) }));
    logKey = KeyMetadata?.KeyId ?? '';
  }, 180_000);

  afterAll(() => mesh?.close());

  const roles = () => {
    return accountsOf(mesh.topology).flatMap((account) =>
      mesh.instance.cloud.store
        .list<StoredRole>(rolesNamespace(account))
        .map(({ value }) => ({
          account,
          name: value.name,
          arn: `arn:aws:iam::${account}:role${value.path}${value.name}`,
        }))
        .filter(({ name }) => !name.startsWith('cdk-')),
    );
  };

  const mayDo = async (
    role: { arn: string; account: string },
    action: string,
    on: { arn: string; account: string },
  ) => {
    const policies = mesh.instance.cloud
      .service(IamService)
      .policiesOf(role.arn)
      .filter(({ document }) => document !== undefined);
    const identityPolicies = policies.map(({ name, document }) => ({
      name,
      // The registry has a name that CloudFormation makes.
      policy: JSON.parse(
        (document ?? '{}')
          .replaceAll(/table\/aviation-governance-Registry[A-Za-z0-9-]*/g, 'table/REGISTRY')
          .replaceAll(logKey, 'LOG-KEY'),
      ),
    }));
    const answer = await runSimulation(
      {
        request: {
          principal: role.arn,
          action,
          // The identity's side alone is asked, as if the resource's owner let everybody in.
          resource: { resource: on.arn, accountId: role.account },
          contextVariables: { 'aws:ResourceAccount': on.account, 'aws:PrincipalArn': role.arn },
        },
        identityPolicies,
        // Of keys the simulator asks the owner's word in any case.
        ...(action.startsWith('kms:') ? { resourcePolicy: keyPolicy(on.account) } : {}),
        serviceControlPolicies: [],
        resourceControlPolicies: [],
      },
      {},
    );
    if (answer.resultType === 'error') throw new Error(`${action} on ${on.arn}: ${answer.errors.message}`);
    return answer.overallResult === 'Allowed';
  };

  test.each(ROWS)('only those declared may $what', async ({ action, on, allowed }) => {
    const patterns = allowed.map((text) => new RegExp(`^${text.replaceAll('*', '.*')}$`));
    const met: string[] = [];
    for (const role of roles()) {
      if (await mayDo(role, action, resourceOf(on, mesh.topology))) met.push(role.name);
    }
    expect(met.filter((name) => !patterns.some((pattern) => pattern.test(name)))).toEqual([]);
    expect(allowed.filter((_, index) => !met.some((name) => patterns[index]?.test(name)))).toEqual([]);
  });
});
