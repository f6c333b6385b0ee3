import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { GlueClient } from '@aws-sdk/client-glue';
import {
  LakeFormationClient,
  ListPermissionsCommand,
  PutDataLakeSettingsCommand,
  RegisterResourceCommand,
} from '@aws-sdk/client-lakeformation';
import { createCursorKey } from '#aws/cursor-key.ts';
import { createCentralCatalog, createLinkCatalog } from '#aws/glue.ts';
import { createLakeFormation } from '#aws/lake-formation.ts';
import { createLakeFormationTags } from '#aws/lake-formation-tags.ts';
import { createRegistry, type ProductKey, type VersionState } from '#aws/registry.ts';
import { createPolicyStore } from '#aws/registry-policies.ts';
import { POLICY_SCHEMA } from '#constructs/policy-folder.ts';
import type { Caller } from '#control/caller.ts';
import { callerOf } from '#control/caller.ts';
import { createCursors } from '#control/cursors.ts';
import { type Reconciled, type ReconcileRequest, reconcile } from '#control/reconcile.ts';
import { share } from '#control/share.ts';
import { sync } from '#control/sync.ts';
import { Clock } from '#local/core/clock.ts';
import { Cloud } from '#local/core/cloud.ts';
import { setOrganization } from '#local/core/organization.ts';
import type { Call } from '#local/core/service.ts';
import { DynamoDbService } from '#local/services/dynamodb/service.ts';
import { GlueService } from '#local/services/glue/service.ts';
import { LakeFormationService } from '#local/services/lake-formation/service.ts';
import { RamService } from '#local/services/ram.ts';
import { domainEvent, type MeshEvent } from '#mesh/event/envelope.ts';
import { checkPolicySets } from '#mesh/policy/check.ts';
import type { PolicySet } from '#mesh/policy/policy-sets.ts';
import { withStops } from '#mesh/subscription/stop.ts';
import { domainNamed } from '#mesh/topology/topology.ts';
import { GOVERNANCE, TOPOLOGY } from '../mesh/fixtures.ts';
import { BUILT_IN, builtInEngine, cedar } from '../mesh/policy/engine.ts';
import { registryTable } from './registry-table.ts';

export { GOVERNANCE, TOPOLOGY } from '../mesh/fixtures.ts';

const ORGANIZATION = 'o-aaaaaaaaaa';
const TABLE = 'registry';
export const ORDERS: ProductKey = { domain: 'sales', name: 'orders', major: 1 };
export const DATABASE = 'sales__orders__v1';

/** What an agent's timer sends, and when. */
export interface Timer {
  readonly domain: string;
  readonly at: string;
  readonly message: { readonly detail: MeshEvent };
}

export type World = Awaited<ReturnType<typeof createWorld>>;

/** Patience that never waits, and remembers how long it would have. */
export function noWait(attempts = 6) {
  const pauses: number[] = [];
  return { attempts, pauses, random: () => 0.5, sleep: async (milliseconds: number) => void pauses.push(milliseconds) };
}

/** What a client is made into before anybody uses it. */
export type Prepare = <C extends LakeFormationClient | GlueClient | DynamoDBClient>(
  client: C,
  cloud: Cloud,
  role: string,
) => C;

/** Governance and three domains in one organization, each administered by its own Lambda's role, with an empty registry. */
export async function createWorld(prepare: Prepare = (client) => client) {
  const clock = new Clock(Date.parse('2026-03-01T12:00:00Z'));
  const cloud = new Cloud({ folder: mkdtempSync(join(tmpdir(), 'weft-')), clock });
  for (const service of [new DynamoDbService(cloud), new GlueService(), new LakeFormationService(), new RamService()]) {
    cloud.register(service);
  }
  const roles = [
    { account: GOVERNANCE, role: roleIn(GOVERNANCE, 'toy-reconcile') },
    ...TOPOLOGY.domains.map(({ account, name }) => ({ account, role: roleIn(account, `toy-${name}-agent`) })),
  ];
  for (const { account, role } of roles) {
    setOrganization(cloud.store, account, ORGANIZATION);
    await new LakeFormationClient(cloud.clientConfig(role)).send(
      new PutDataLakeSettingsCommand({
        DataLakeSettings: {
          DataLakeAdmins: [{ DataLakePrincipalIdentifier: role }],
          CreateDatabaseDefaultPermissions: [],
          CreateTableDefaultPermissions: [],
          Parameters: { CROSS_ACCOUNT_VERSION: '4' },
        },
      }),
    );
  }
  const ownRole = roleIn(GOVERNANCE, 'toy-reconcile');
  const reconciler = cloud.clientConfig(ownRole);
  const lakeFormationClient = prepare(new LakeFormationClient(reconciler), cloud, ownRole);
  for (const { name, account } of TOPOLOGY.domains) {
    await lakeFormationClient.send(
      new RegisterResourceCommand({
        ResourceArn: `arn:aws:s3:::toy-${name}-${account}-eu-central-1`,
        RoleArn: roleIn(GOVERNANCE, `toy-lf-${name}`),
      }),
    );
  }
  const dynamo = prepare(new DynamoDBClient(reconciler), cloud, ownRole);
  const { TableDescription } = await dynamo.send(registryTable(TABLE));
  const patience = noWait();
  const registry = createRegistry(dynamo, TABLE, patience);
  const now = () => clock.date();
  const topology = async () => withStops(TOPOLOGY, await registry.domains());
  let randoms = 0;
  const governance = {
    registry,
    topology,
    policy: async () => builtInEngine(TOPOLOGY.classification),
    policies: {
      store: createPolicyStore(dynamo, TABLE, patience),
      deployed: () => BUILT_IN,
      check: async (set: PolicySet) =>
        checkPolicySets([set], { cedar: cedar(), schema: readFileSync(POLICY_SCHEMA, 'utf8') }),
      topology,
      now,
    },
    cursors: createCursors(createCursorKey(dynamo, TABLE, patience)),
    now,
    random: () => {
      randoms += 1;
      return `r${randoms}`;
    },
    catalog: createCentralCatalog(prepare(new GlueClient(reconciler), cloud, ownRole), patience),
    lakeFormation: createLakeFormation(lakeFormationClient, patience),
    tags: createLakeFormationTags(lakeFormationClient, patience),
    maskKeys: { ensure: async () => undefined },
  };
  const remembered = new Map<string, number>();
  const timers = new Map<string, Timer>();
  const agentOf = (domain: string) => {
    const role = `toy-${domain}-agent`;
    const arn = roleIn(accountOf(domain), role);
    const config = cloud.clientConfig(arn);
    return {
      catalog: createLinkCatalog(prepare(new GlueClient(config), cloud, arn), patience),
      lakeFormation: createLakeFormation(prepare(new LakeFormationClient(config), cloud, arn), patience),
      agentRole: role,
      generations: {
        last: async (database: string) => remembered.get(`${domain} ${database}`),
        keep: async (database: string, generation: number) => void remembered.set(`${domain} ${database}`, generation),
      },
      timers: {
        set: async (database: string, at: string, message: unknown) =>
          void timers.set(`${domain} ${database}`, {
            domain,
            at,
            message: structuredClone(message) as Timer['message'],
          }),
        clear: async (database: string) => void timers.delete(`${domain} ${database}`),
      },
      now,
    };
  };
  const version = async (key = ORDERS): Promise<VersionState> => {
    const state = await registry.version(key);
    if (state === undefined) throw new Error(`${key.name} is not in the registry`);
    return state;
  };
  const run = (request: Partial<ReconcileRequest> = {}): Promise<Reconciled> =>
    reconcile({ ...ORDERS, cause: 'change', correlation: 'c-run', ...request }, governance);
  /** Lets each agent that is behind apply its intent, and takes its report in. */
  const agents = async (): Promise<void> => {
    for (const { intent, generation, applied, look } of (await version()).shares) {
      const answered = applied !== undefined && applied.generation >= generation;
      const asked = look !== undefined && applied !== undefined && applied.at <= look.at ? look : undefined;
      if (answered && asked === undefined) continue;
      const report = await share({ intent, generation, look: answered ? asked : undefined }, agentOf(intent.consumer));
      const { domain, product, major, consumer, account } = intent;
      const type = report.ok ? ('ShareApplied' as const) : ('ShareFailed' as const);
      const said = {
        type,
        id: `report-${generation}`,
        time: report.at,
        from: consumer,
        domain,
        product,
        major,
        consumer,
        report,
      };
      await sync({ id: said.id, account, detail: domainEvent(said) }, governance);
    }
  };
  return {
    cloud,
    clock,
    patience,
    registry,
    /** The ARN of the registry's stream. */
    stream: TableDescription?.LatestStreamArn ?? '',
    governance,
    agentOf,
    /** The timers that agents have set. */
    timers,
    /** Takes those out whose time has come. */
    ring: (): Timer[] => {
      const due = [...timers].filter(([, { at }]) => Date.parse(at) <= clock.now());
      for (const [key] of due) timers.delete(key);
      return due.map(([, timer]) => timer);
    },
    version,
    run,
    agents,
    /** Reconcile, agents, and reconcile again, as the events between them would do. */
    settle: async (): Promise<void> => {
      await run();
      await agents();
      await run({ cause: 'sweep' });
    },
    /** What Lake Formation lists in that account of a database, its tables included, other than what the Lambdas' own roles hold. */
    grantsIn: (account: string, database = DATABASE, catalogId = account) =>
      grantsIn(cloud, account, database, catalogId),
    count: <T>(work: () => Promise<T>) => count(cloud, work),
  };
}

export function accountOf(domain: string): string {
  return domainNamed(TOPOLOGY, domain)?.account ?? GOVERNANCE;
}

function roleIn(account: string, name: string): string {
  return `arn:aws:iam::${account}:role/${name}`;
}

/** The caller behind a role of a domain, e.g. `finance/analyst`, with a session of its own. */
export function callerAs(name: string, session = 'someone'): Caller {
  const [domain = '', kind = ''] = name.split('/');
  const role = domain === 'governance' ? `toy-${kind}` : `toy-${domain}-${kind}`;
  return callerOf(`arn:aws:sts::${accountOf(domain)}:assumed-role/${role}/${session}`, TOPOLOGY);
}

/** The calls that a piece of work sends, by action. */
async function count<T>(cloud: Cloud, work: () => Promise<T>): Promise<{ calls: Record<string, number>; value: T }> {
  const calls: Record<string, number> = {};
  const stop = cloud.observe({
    before: ({ action }: Call) => {
      calls[action] = (calls[action] ?? 0) + 1;
    },
  });
  try {
    return { value: await work(), calls };
  } finally {
    stop();
  }
}

async function grantsIn(cloud: Cloud, account: string, database: string, catalogId: string): Promise<string[]> {
  const domain = TOPOLOGY.domains.find((entry) => entry.account === account)?.name;
  const own = roleIn(account, domain === undefined ? 'toy-reconcile' : `toy-${domain}-agent`);
  const client = new LakeFormationClient(cloud.clientConfig(own));
  const { PrincipalResourcePermissions: all = [] } = await client.send(
    new ListPermissionsCommand({ MaxResults: 1000 }),
  );
  return all
    .filter(({ Principal }) => Principal?.DataLakePrincipalIdentifier !== own)
    .filter(({ Resource }) => JSON.stringify(Resource).includes(`"${database}"`))
    .filter(({ Resource }) => JSON.stringify(Resource).includes(catalogId))
    .map(
      ({ Principal, Permissions = [] }) =>
        `${Principal?.DataLakePrincipalIdentifier} ${[...Permissions].sort().join(',')}`,
    )
    .sort();
}
