import { CreateConnectionCommand, GlueClient } from '@aws-sdk/client-glue';
import { LakeFormationClient, RegisterResourceCommand } from '@aws-sdk/client-lakeformation';
import { logCrypto } from '#aws/log-crypto.ts';
import { recordOfImage, type VersionState } from '#aws/registry.ts';
import type { ApiDeps } from '#control/request.ts';
import { DynamoDbService } from '#local/services/dynamodb/service.ts';
import type { AuditEntry } from '#mesh/audit/entry.ts';
import { ENTRIES_PREFIX } from '#mesh/audit/log/tile.ts';
import { verifyLog } from '#mesh/audit/log/verify.ts';
import type { EntitlementRecord } from '#mesh/entitlement/entitlement.ts';
import type { MeshEvent } from '#mesh/event/envelope.ts';
import { databaseName, roleArn } from '#mesh/topology/names.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { createWorld, GOVERNANCE, TOPOLOGY } from '../control/world.ts';
import { memoryLog } from '../mesh/audit/log/memory-log.ts';
import { Clocks } from './clocks.ts';
import { VERSIONS } from './contract.ts';
import { direct } from './direct.ts';
import { Faults } from './faults.ts';
import { createMoves } from './moves.ts';
import { simulatedPolicy } from './policies.ts';
import type { Random } from './random.ts';

/** What the registry says of everything that decides who may read. */
export interface Registered {
  readonly versions: readonly VersionState[];
  readonly entitlements: readonly EntitlementRecord[];
  readonly topology: Topology;
}

/** The clocks that there are beside that of AWS: of the API, of each Lambda in governance, and of each agent. */
const PARTIES = ['api', 'reconcile', 'sync', 'sweep', ...TOPOLOGY.domains.map(({ name }) => name)];

const RECONCILER = roleArn(GOVERNANCE, 'toy-reconcile');

/** The whole control plane on the local cloud, moved one delivery at a time: what is on its way can come twice, late, out of order or not at all for now. */
export async function createMesh(random: Random) {
  const world = await createWorld(direct);
  await prepareViews(world);
  // Counted before a fault can hide from the caller, and from whoever observes after it, that something was written.
  let lake = 0;
  let written = 0;
  world.cloud.observe({
    after: ({ service, readOnly }) => {
      if (readOnly) return;
      if (service === 'dynamodb') written += 1;
      else lake += 1;
    },
  });
  const faults = new Faults(world.cloud, random);
  const clocks = new Clocks(world.clock, random, PARTIES);
  const stream = world.cloud.service(DynamoDbService);
  const log = memoryLog();
  // The texts are our own, and checked by a test: to check them again with each proposal takes longer than all else.
  const policies = { ...world.governance.policies, check: async () => [] };
  /** What a party of the governance account has at hand, with its own clock and what it remembers of policies. */
  const governanceOf = (party: string) => {
    const now = clocks.of(party);
    const own = { ...policies, now };
    return { ...world.governance, now, policy: simulatedPolicy(own), policies: own };
  };
  const moves = createMoves({ world, faults, random, clocks, stream, log, governanceOf });
  type Api = ApiDeps & ReturnType<typeof governanceOf>;
  let commands = 0;
  let known: { readonly at: number; readonly registered: Registered } | undefined;
  return {
    world,
    faults,
    clocks,
    ...moves,
    /** What every use case of the API has at hand. */
    api: governanceOf('api') as Api,
    /** The same in another process, for whoever comes between two calls of this one. */
    besideApi: governanceOf('api') as Api,
    /** Goes up with every change of catalogs and grants. */
    lake: () => lake,
    /** Verifies the whole log against its witness. */
    verifyTrail: () => verifyLog(log.bucket, { ...logCrypto, key: log.key, witness: log.witness }),
    /** A correlation of its own for each command. */
    correlation: () => {
      commands += 1;
      return `c-${commands}`;
    },
    entries: (): AuditEntry[] =>
      [...log.bucket.objects]
        .filter(([name]) => name.startsWith(ENTRIES_PREFIX))
        .flatMap(([, body]) =>
          Buffer.from(body)
            .toString()
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line)),
        ),
    registered: async (): Promise<Registered> => {
      if (known?.at === written) return known.registered;
      const at = written;
      const versions = await Promise.all(VERSIONS.map((version) => world.registry.version(version)));
      const registered = {
        versions: versions.filter((version) => version !== undefined),
        entitlements: await world.registry.entitlements(),
        topology: await world.governance.topology(),
      };
      known = { at, registered };
      return registered;
    },
    /** Asks Lake Formation as the reconciler, apart from any process. */
    lakeFormation: direct(new LakeFormationClient(world.cloud.clientConfig(RECONCILER)), world.cloud, RECONCILER),
    databaseOf: ({ domain, name, major }: { domain: string; name: string; major: number }) =>
      databaseName(domain, name, major),
  };
}

export type Mesh = Awaited<ReturnType<typeof createMesh>>;

/** An event as it was told on the mesh's bus. */
export type Told = MeshEvent;

/** The records of a committed change. */
export function changeOf({ before, after }: { before?: unknown; after?: unknown }) {
  const image = (one: unknown) => recordOfImage(one as Parameters<typeof recordOfImage>[0]);
  return { before: image(before), after: image(after) };
}

/** What views need in the governance account before a product has some. */
async function prepareViews({ cloud }: Awaited<ReturnType<typeof createWorld>>): Promise<void> {
  const config = cloud.clientConfig(RECONCILER);
  await new GlueClient(config).send(
    new CreateConnectionCommand({
      ConnectionInput: {
        Name: 'toy-views',
        ConnectionType: 'VIEW_VALIDATION_ATHENA' as 'JDBC',
        ConnectionProperties: { WORKGROUP_NAME: 'toy-views' } as Record<string, string>,
      },
    }),
  );
  await new LakeFormationClient(config).send(
    new RegisterResourceCommand({
      ResourceArn: `arn:aws:s3:::toy-mask-keys-${GOVERNANCE}-eu-central-1`,
      RoleArn: roleArn(GOVERNANCE, 'toy-lf-keys'),
    }),
  );
}
