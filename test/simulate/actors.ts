import { GrantPermissionsCommand, LakeFormationClient, RevokePermissionsCommand } from '@aws-sdk/client-lakeformation';
import { decide, revokeSubscription } from '#control/decide.ts';
import { deprecateProduct } from '#control/deprecate.ts';
import { publish } from '#control/publish.ts';
import { renewSubscription } from '#control/renew.ts';
import { requestSubscription } from '#control/request-subscription.ts';
import { retireProduct } from '#control/retire.ts';
import { suspendProduct, suspendSubscription } from '#control/suspend.ts';
import { suspendDomain } from '#control/suspend-domain.ts';
import { WeftError } from '#mesh/error.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { domainRoleName, roleArn } from '#mesh/topology/names.ts';
import { accountOf, callerAs, GOVERNANCE, TOPOLOGY } from '../control/world.ts';
import { filesOf, PRODUCTS, type SimulatedProduct } from './contract.ts';
import type { Mesh } from './mesh.ts';
import type { Random } from './random.ts';

/** A command as it was given: `accepted` when the control plane took it, else why not. `correlation` is empty when it changed nothing. */
export interface Given {
  readonly command: string;
  readonly correlation: string;
  readonly outcome: string;
}

/** What would leave nothing to look at if it came as often as the rest. */
const RARE = new Set(['end', 'suspendDomain', 'suspendProduct']);

const FILTERS = ["state = 'TX'", 'id > 10', "state IN ('TX', 'CA')"];

/** The people of the mesh, who do something now and then, sensible or not. */
export function createActors(mesh: Mesh, random: Random) {
  const { governance } = mesh.world;
  const minors = new Map<string, number>();
  const request = (as: string) => ({
    caller: callerAs(as, `person-${random.below(3)}`),
    correlation: mesh.correlation(),
  });

  const subscriptions = async (): Promise<SubscriptionRecord[]> =>
    (await mesh.versions()).flatMap((version) => version?.subscriptions ?? []);

  const commands: Readonly<Record<string, () => Promise<string>>> = {
    publish: async () => {
      const product = random.pick(PRODUCTS);
      const minor = minors.get(product.name) ?? 0;
      const by = request(`${product.domain}/producer`);
      const { changed } = await publish(filesOf(product, minor), by, governance);
      minors.set(product.name, Math.min(3, minor + random.below(2)));
      return changed ? by.correlation : '';
    },
    request: async () => {
      const product = random.pick(PRODUCTS);
      const consumer = random.pick(TOPOLOGY.domains.filter(({ name }) => name !== product.domain)).name;
      const by = request(`${consumer}/analyst`);
      const { changed } = await requestSubscription(wish(product, consumer), by, governance);
      return changed ? by.correlation : '';
    },
    decide: async () => {
      const found = random.pick((await subscriptions()).filter(({ state }) => state === 'pending'));
      const by = request(`${found.domain}/steward`);
      const decision = random.chance(0.8) ? ('approve' as const) : ('reject' as const);
      const narrower = decision === 'approve' && random.chance(0.3) ? { clearance: 'internal' } : {};
      await decide(found.id, { decision, reason: 'simulated', ...narrower }, by, governance);
      return by.correlation;
    },
    revoke: async () => {
      const found = random.pick(
        (await subscriptions()).filter(({ state }) => state !== 'revoked' && state !== 'rejected'),
      );
      const by = request(`${random.pick([found.domain, found.consumer])}/steward`);
      await revokeSubscription(found.id, 'simulated', by, governance);
      return found.state === 'revoking' ? '' : by.correlation;
    },
    suspend: async () => {
      const found = random.pick(
        (await subscriptions()).filter(({ state }) => state === 'active' || state === 'approved'),
      );
      const by = request(`${random.pick([found.domain, found.consumer])}/steward`);
      const action = found.suspensions === undefined || random.chance(0.2) ? ('suspend' as const) : ('resume' as const);
      const after = await suspendSubscription(found.id, { action, reason: 'simulated' }, by, governance);
      return after.revision === found.revision ? '' : by.correlation;
    },
    renew: async () => {
      const found = random.pick(
        (await subscriptions()).filter(({ state }) => state === 'active' || state === 'expiring'),
      );
      const by = request(random.pick([`${found.domain}/steward`, `${found.consumer}/analyst`]));
      const until = new Date(mesh.world.clock.now() + random.below(60) * 86_400_000).toISOString();
      const after = await renewSubscription(found.id, found.expiresAt === undefined ? {} : { until }, by, governance);
      return after.revision === found.revision ? '' : by.correlation;
    },
    suspendDomain: async () => {
      const { name } = random.pick(TOPOLOGY.domains);
      const by = request(random.pick([`${name}/steward`, 'governance/platform']));
      const stopped = (await governance.registry.domains()).find((entry) => entry.name === name);
      const action = stopped === undefined || stopped.stops.length === 0 ? ('suspend' as const) : ('resume' as const);
      const after = await suspendDomain(name, { action, reason: 'simulated' }, by, governance);
      return after.revision === stopped?.revision ? '' : by.correlation;
    },
    end: async () => {
      const { product } = random.pick((await mesh.versions()).filter((entry) => entry !== undefined));
      const by = request(`${product.domain}/steward`);
      if (random.chance(0.9)) {
        const action = product.state === 'deprecated' ? ('reactivate' as const) : ('deprecate' as const);
        const sunset = new Date(mesh.world.clock.now() + 30 * 86_400_000).toISOString();
        await deprecateProduct(
          product,
          { action, major: 1, ...(action === 'deprecate' ? { sunset } : {}) },
          by,
          governance,
        );
      } else await retireProduct(product, { major: 1, force: true, reason: 'simulated' }, by, governance);
      const after = (await governance.registry.version({ ...product, major: 1 }))?.product;
      return after?.change.correlation === by.correlation ? by.correlation : '';
    },
    suspendProduct: async () => {
      const version = random.pick((await mesh.versions()).filter((entry) => entry !== undefined));
      const by = request(`${version.product.domain}/steward`);
      const action = version.product.suspensions === undefined ? ('suspend' as const) : ('resume' as const);
      await suspendProduct(version.product, { action, reason: 'simulated' }, by, governance);
      return by.correlation;
    },
  };

  function wish({ domain, name }: SimulatedProduct, consumer: string) {
    const roles = ['analyst', 'service'].map((kind) =>
      roleArn(accountOf(consumer), domainRoleName(TOPOLOGY.mesh, consumer, kind as 'analyst')),
    );
    const principals = random.chance(0.3) ? roles : [random.pick(roles)];
    const days = 1 + random.below(40);
    return {
      domain,
      name,
      principals,
      purpose: 'simulated',
      clearance: random.pick(['public', 'internal', 'confidential']),
      ...(random.chance(0.3) ? { rows: { entries: random.pick(FILTERS) } } : {}),
      ...(random.chance(0.2) ? { tables: ['entries'] } : {}),
      ...(random.chance(0.2) ? { columns: { entries: ['id', 'state'] } } : {}),
      ...(random.chance(0.4) ? { expiresAt: new Date(mesh.world.clock.now() + days * 86_400_000).toISOString() } : {}),
    };
  }

  return {
    /** Gives one command at random; what the control plane refuses is part of life. */
    act: async (): Promise<Given> => {
      const command = random.pick(Object.keys(commands).filter((name) => !RARE.has(name) || random.chance(0.4)));
      try {
        const correlation = (await commands[command]?.()) ?? '';
        return { command, correlation, outcome: 'accepted' };
      } catch (error) {
        if (error instanceof WeftError) return { command, correlation: '', outcome: error.code };
        if (error instanceof Error && error.message === 'there is nothing to pick from')
          return { command, correlation: '', outcome: 'nothing to do' };
        throw error;
      }
    },
    /** Somebody changes grants by hand, past the mesh. */
    meddle: async (): Promise<string> => {
      const product = random.pick(PRODUCTS);
      const database = mesh.databaseOf(product);
      const consumer = random.pick(TOPOLOGY.domains.filter(({ name }) => name !== product.domain));
      const config = mesh.world.cloud.clientConfig(roleArn(GOVERNANCE, 'toy-reconcile'), 'by-hand');
      const client = new LakeFormationClient(config);
      const grant = {
        Principal: { DataLakePrincipalIdentifier: consumer.account },
        Resource: random.chance(0.5)
          ? { Database: { CatalogId: GOVERNANCE, Name: database } }
          : { Table: { CatalogId: GOVERNANCE, DatabaseName: database, TableWildcard: {} } },
      };
      const on = 'Database' in grant.Resource ? 'DESCRIBE' : 'SELECT';
      try {
        if (random.chance(0.5)) await client.send(new GrantPermissionsCommand({ ...grant, Permissions: [on] }));
        else await client.send(new RevokePermissionsCommand({ ...grant, Permissions: [on] }));
        return 'done';
      } catch (error) {
        return error instanceof Error ? error.name : 'failed';
      }
    },
  };
}
