import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GlueClient } from '@aws-sdk/client-glue';
import {
  LakeFormationClient,
  PutDataLakeSettingsCommand,
  RegisterResourceCommand,
} from '@aws-sdk/client-lakeformation';
import { createCentralCatalog } from '#aws/glue.ts';
import { createLakeFormation } from '#aws/lake-formation.ts';
import { createLakeFormationTags } from '#aws/lake-formation-tags.ts';
import { createRegistry } from '#aws/registry.ts';
import { realPatience } from '#aws/retry.ts';
import { reconcile } from '#control/reconcile.ts';
import { Cloud } from '#local/core/cloud.ts';
import { DynamoDbService } from '#local/services/dynamodb/service.ts';
import { GlueService } from '#local/services/glue/service.ts';
import { LakeFormationService } from '#local/services/lake-formation/service.ts';
import { RamService } from '#local/services/ram.ts';
import { SUBSCRIPTION_COST, subscriptionTo } from './made-mesh.ts';
import { atMost, type BenchResult, figure } from './result.ts';

const TABLE = 'registry';
const FEW = 1_000;
const MANY = 100_000;
/** Changes that are measured of each, in turn, so that what else the machine does hits both. */
const CHANGES = 31;

/** One subscription is changed while others are elsewhere: a thousand, and a hundred times as many. */
export async function run(): Promise<BenchResult[]> {
  const few = await open(FEW);
  const many = await open(MANY);
  try {
    for (let change = 0; change < CHANGES; change += 1) {
      await few.change(change);
      await many.change(change);
    }
    const [least, most] = [Math.min(...few.samples), Math.min(...many.samples)];
    return [
      atMost('one subscription among 1,000: registry and lake, a change', few.calls(), 12, 'calls'),
      atMost('one subscription among 100,000: registry and lake, a change', many.calls(), few.calls(), 'calls'),
      figure('one subscription among 1,000: a change, the quickest', least, 'ms'),
      figure('one subscription among 100,000: a change, the quickest', most, 'ms'),
      atMost('time of a change, among 100,000 against among 1,000', most / least, 1.5, '×'),
    ];
  } finally {
    await few.close();
    await many.close();
  }
}

/** A mesh with that many subscriptions to other products, and one product whose first subscription changes. */
async function open(elsewhere: number) {
  const folder = mkdtempSync(join(tmpdir(), 'weft-bench-'));
  const cloud = new Cloud({ folder });
  const deps = await prepare(cloud);
  await fill(deps.registry, elsewhere);
  const { topology, product } = SUBSCRIPTION_COST;
  await deps.registry.write([{ record: product, replaces: undefined }]);
  const { domain, name, major } = product;
  const request = { domain, name, major, cause: 'change' as const, correlation: 'bench' };
  await reconcile(request, deps);
  let calls = 0;
  const stop = cloud.observe({
    before: () => {
      calls += 1;
    },
  });
  const samples: number[] = [];
  return {
    samples,
    calls: () => calls,
    change: async (turn: number) => {
      const version = await deps.registry.version(request);
      const now = version?.product ?? product;
      const former = version?.subscriptions[0];
      const record = { ...now, generation: now.generation + 1, revision: now.revision + 1 };
      const next = subscriptionTo(product, topology, 1, turn % 2 === 0 ? 'public' : 'internal');
      const subscription = { ...next, revision: (former?.revision ?? 0) + 1, generation: record.generation };
      calls = 0;
      const started = performance.now();
      await deps.registry.write([
        { record, replaces: now.revision },
        { record: subscription, replaces: former?.revision },
      ]);
      await reconcile(request, deps);
      samples.push(performance.now() - started);
    },
    close: async () => {
      stop();
      await cloud.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The governance account with an administrator, a location and an empty registry. */
async function prepare(cloud: Cloud) {
  for (const service of [new DynamoDbService(cloud), new GlueService(), new LakeFormationService(), new RamService()]) {
    cloud.register(service);
  }
  const { topology } = SUBSCRIPTION_COST;
  const role = `arn:aws:iam::${topology.governanceAccount}:role/bench-reconcile`;
  const config = cloud.clientConfig(role);
  const lake = new LakeFormationClient(config);
  const DataLakeSettings = {
    DataLakeAdmins: [{ DataLakePrincipalIdentifier: role }],
    CreateDatabaseDefaultPermissions: [],
    CreateTableDefaultPermissions: [],
    Parameters: { CROSS_ACCOUNT_VERSION: '4' },
  };
  await lake.send(new PutDataLakeSettingsCommand({ DataLakeSettings }));
  await lake.send(new RegisterResourceCommand({ ResourceArn: 'arn:aws:s3:::bench-data', RoleArn: role }));
  const dynamo = new DynamoDBClient(config);
  await dynamo.send(registryTable());
  return {
    registry: createRegistry(dynamo, TABLE, realPatience),
    catalog: createCentralCatalog(new GlueClient(config), realPatience),
    lakeFormation: createLakeFormation(lake, realPatience),
    tags: createLakeFormationTags(lake, realPatience),
    maskKeys: { ensure: async () => undefined },
    topology: async () => topology,
    now: () => new Date('2026-03-01T12:00:00Z'),
  };
}

/** Subscriptions to other products, a hundred to each. */
async function fill(registry: ReturnType<typeof createRegistry>, count: number): Promise<void> {
  const { topology, product } = SUBSCRIPTION_COST;
  for (let first = 0; first < count; first += 100) {
    const other = { ...product, name: `other-${first / 100}` };
    const writes = Array.from({ length: 100 }, (_, index) => ({
      record: subscriptionTo(other, topology, index, 'public'),
      replaces: undefined,
    }));
    await registry.write(writes);
  }
}

function registryTable(): CreateTableCommand {
  const keys = ['pk', 'sk', 'type', 'sort'];
  return new CreateTableCommand({
    TableName: TABLE,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: keys.map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'by-type',
        KeySchema: [
          { AttributeName: 'type', KeyType: 'HASH' },
          { AttributeName: 'sort', KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  });
}
