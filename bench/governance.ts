import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GlueClient } from '@aws-sdk/client-glue';
import {
  LakeFormationClient,
  PutDataLakeSettingsCommand,
  RegisterResourceCommand,
} from '@aws-sdk/client-lakeformation';
import type { HttpRequest, HttpResponse } from '@smithy/protocol-http';
import { createCursorKey } from '#aws/cursor-key.ts';
import { createCentralCatalog } from '#aws/glue.ts';
import { createLakeFormation } from '#aws/lake-formation.ts';
import { createLakeFormationTags } from '#aws/lake-formation-tags.ts';
import { createRegistry } from '#aws/registry.ts';
import { type Patience, realPatience } from '#aws/retry.ts';
import { createCursors } from '#control/cursors.ts';
import type { ReconcileDeps } from '#control/reconcile.ts';
import { Clock } from '#local/core/clock.ts';
import { Cloud } from '#local/core/cloud.ts';
import { DynamoDbService } from '#local/services/dynamodb/service.ts';
import { GlueService } from '#local/services/glue/service.ts';
import { LakeFormationService } from '#local/services/lake-formation/service.ts';
import { RamService } from '#local/services/ram.ts';
import { SqsService } from '#local/services/sqs/service.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { registryTable } from '../test/control/registry-table.ts';
import { SUBSCRIPTION_COST } from './made-mesh.ts';

export const REGISTRY_TABLE = 'registry';
export const NOON = new Date('2026-03-01T12:00:00Z');

export type Handler = { handle(request: HttpRequest): Promise<{ response: HttpResponse }> };

/** What went over the wire since the last `reset`. */
export interface Wire {
  calls: number;
  /** Bytes of the answers. */
  bytes: number;
  reset(): void;
}

export interface GovernanceOptions {
  readonly patience?: Patience;
  /** Stands before the requests of Lake Formation. */
  readonly lake?: (inner: Handler) => Handler;
  readonly topology?: Topology;
  /** Default: stands at noon. */
  readonly clock?: Clock;
  /** Whether the registry has a stream. Default false. */
  readonly stream?: boolean;
}

/** The governance account on a local cloud, in process: an administrator, a location, an empty registry, and what the reconcile Lambda works with. */
export async function openGovernance(options: GovernanceOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'weft-bench-'));
  const cloud = new Cloud({ folder, clock: options.clock ?? new Clock(NOON.getTime()) });
  const services = [new DynamoDbService(cloud), new GlueService(), new LakeFormationService(), new RamService()];
  for (const service of [...services, new SqsService(cloud)]) cloud.register(service);
  const topology = options.topology ?? SUBSCRIPTION_COST.topology;
  const patience = options.patience ?? realPatience;
  const role = `arn:aws:iam::${topology.governanceAccount}:role/${topology.mesh}-reconcile`;
  const plain = cloud.clientConfig(role);
  await prepareLake(new LakeFormationClient(plain), role);
  const wire: Wire = {
    calls: 0,
    bytes: 0,
    reset() {
      wire.calls = 0;
      wire.bytes = 0;
    },
  };
  const counted = { ...plain, requestHandler: counting(plain.requestHandler, wire) };
  const lake = new LakeFormationClient({
    ...counted,
    requestHandler: options.lake?.(counted.requestHandler) ?? counted.requestHandler,
  });
  const dynamo = new DynamoDBClient(counted);
  await dynamo.send(registryTable(REGISTRY_TABLE, options.stream === true));
  const deps = {
    registry: createRegistry(dynamo, REGISTRY_TABLE, patience),
    cursors: createCursors(createCursorKey(dynamo, REGISTRY_TABLE, patience)),
    catalog: createCentralCatalog(new GlueClient(counted), patience),
    lakeFormation: createLakeFormation(lake, patience),
    tags: createLakeFormationTags(lake, patience),
    maskKeys: { ensure: async () => undefined } as unknown as ReconcileDeps['maskKeys'],
    topology: async () => topology,
    now: () => cloud.clock.date(),
  };
  wire.reset();
  return {
    cloud,
    deps,
    wire,
    topology,
    clientConfig: counted,
    close: async () => {
      await cloud.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type Governance = Awaited<ReturnType<typeof openGovernance>>;

async function prepareLake(lake: LakeFormationClient, role: string): Promise<void> {
  const DataLakeSettings = {
    DataLakeAdmins: [{ DataLakePrincipalIdentifier: role }],
    CreateDatabaseDefaultPermissions: [],
    CreateTableDefaultPermissions: [],
    Parameters: { CROSS_ACCOUNT_VERSION: '4' },
  };
  await lake.send(new PutDataLakeSettingsCommand({ DataLakeSettings }));
  await lake.send(new RegisterResourceCommand({ ResourceArn: 'arn:aws:s3:::bench-data', RoleArn: role }));
}

function counting(inner: Handler, wire: Wire): Handler {
  return {
    async handle(request) {
      const { response } = await inner.handle(request);
      wire.calls += 1;
      const body = await bodyOf(response);
      wire.bytes += body.byteLength;
      response.body = Readable.from([body]);
      return { response };
    },
  };
}

/** The bytes of an answer, whose stream is then used up. */
export async function bodyOf(response: HttpResponse): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
