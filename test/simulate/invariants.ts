import { LakeFormationClient, ListPermissionsCommand } from '@aws-sdk/client-lakeformation';
import { toGrants } from '#aws/lake-formation-shape.ts';
import type { VersionState } from '#aws/registry.ts';
import { callerFor } from '#local/core/cloud.ts';
import { readTable } from '#local/services/lake-formation/access.ts';
import type { Cell } from '#local/services/lake-formation/cells.ts';
import { compileAccess } from '#mesh/access/compile.ts';
import type { Grant } from '#mesh/access/grant.ts';
import { diffGrants, type GrantChange } from '#mesh/plan/grants.ts';
import { condition } from '#mesh/record.ts';
import type { AccessScope, SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { isSuspended } from '#mesh/suspension.ts';
import { domainRoleName, roleArn } from '#mesh/topology/names.ts';
import { GOVERNANCE, TOPOLOGY } from '../control/world.ts';
import { PRODUCTS, TABLES } from './contract.ts';
import type { Mesh } from './mesh.ts';

/** An invariant that does not hold, by its name. */
export class Broken extends Error {
  readonly invariant: string;

  constructor(invariant: string, message: string) {
    super(`${invariant}: ${message}`);
    this.invariant = invariant;
  }
}

const ROLES = TOPOLOGY.domains.flatMap(({ name, account }) =>
  (['analyst', 'service'] as const).map((kind) => ({
    domain: name,
    account,
    arn: roleArn(account, domainRoleName(TOPOLOGY.mesh, name, kind as 'analyst')),
  })),
);

/** One place where a role could read a table of a product. */
interface Sight {
  readonly role: (typeof ROLES)[number];
  readonly product: (typeof PRODUCTS)[number];
  readonly table: string;
  readonly cells: readonly Cell[];
}

/** What every role reads now, as Lake Formation itself says: through its own account's link, and straight at the central catalog. */
function sights(mesh: Mesh): Sight[] {
  const { cloud } = mesh.world;
  return PRODUCTS.flatMap((product) =>
    ROLES.filter(({ domain }) => domain !== product.domain).flatMap((role) =>
      TABLES.map((table) => {
        const caller = callerFor(role.arn, 'looks');
        const at = { catalogId: role.account, database: mesh.databaseOf(product), table };
        const cells = [at, { ...at, catalogId: TOPOLOGY.governanceAccount }].flatMap((address) => {
          try {
            return readTable(cloud, caller, address).cells;
          } catch {
            return [];
          }
        });
        return { role, product, table, cells };
      }),
    ),
  );
}

/** True while somebody may have access through the subscription: it is live, or what it gave has not been read back as gone. */
function mayStillHold(subscription: SubscriptionRecord): boolean {
  if (subscription.approved === undefined) return false;
  if (subscription.state === 'revoked' || subscription.state === 'rejected' || subscription.state === 'pending')
    return false;
  if (subscription.status.endedAt !== undefined) return false;
  if (!isSuspended(subscription)) return true;
  return (['Shared', 'Linked'] as const).some((type) => condition(subscription, type)?.reason !== 'Suspended');
}

/** A column of a cell that none of these subscriptions shows the role, by the classification written in the contract; undefined when all are shown. */
function uncovered(
  cell: Cell,
  table: string,
  role: string,
  subscriptions: readonly SubscriptionRecord[],
): string | undefined {
  const scopes = subscriptions
    .filter(({ principals }) => principals.includes(role))
    .flatMap(({ approved }) => (approved === undefined ? [] : [approved]));
  return cell.columns.find((column) => !scopes.some((scope) => shows(scope, table, column, cell.rows)));
}

/** Whether a scope shows a column of a table, in rows of that filter: written a second time, apart from the compiler. */
function shows(scope: AccessScope, table: string, column: string, rows: string | undefined): boolean {
  const ladder = TOPOLOGY.classification;
  const level = column.startsWith('extra_') ? 'internal' : (LEVELS[column] ?? 'secret');
  if (ladder.indexOf(level) > ladder.indexOf(scope.clearance)) return false;
  if (scope.tables !== undefined && !scope.tables.includes(table)) return false;
  const asked = scope.columns?.[table];
  if (asked !== undefined && !asked.includes(column)) return false;
  const filter = scope.rows?.[table];
  // What an account has and what its role has are both asked of a row: fewer rows than the filter's own.
  return filter === undefined || plain(rows ?? '').includes(plain(filter));
}

/** The columns that every edition of a table has and the scope shows, which no cell gives in the rows of the scope. */
function missingOf(scope: AccessScope, table: string, cells: readonly Cell[]): string[] {
  const rows = scope.rows?.[table];
  const shown = COLUMNS[table]?.filter((column) => shows(scope, table, column, rows)) ?? [];
  return shown.filter(
    (column) =>
      !cells.some(
        (cell) =>
          cell.columns.includes(column) &&
          (cell.rows === undefined || (rows !== undefined && plain(cell.rows).includes(plain(rows)))),
      ),
  );
}

const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  entries: ['id', 'state', 'email'],
  states: ['state', 'tax'],
};

const LEVELS: Readonly<Record<string, string>> = {
  id: 'public',
  state: 'public',
  email: 'confidential',
  tax: 'internal',
};

/** A filter without what a printer may add. */
function plain(filter: string): string {
  return filter.replaceAll(/[\s()"]/g, '').toLowerCase();
}

function tell({ kind, grant: { principal, permissions, resource } }: GrantChange): string {
  return `${kind} of ${permissions.join(',')} on ${JSON.stringify(resource)} to ${principal} is open`;
}

/** Keeps what the mesh has said so far, and holds it against what is. */
export class Watch {
  readonly #mesh: Mesh;
  readonly #accepted: { command: string; correlation: string }[] = [];
  readonly #eventBodies = new Map<string, string>();
  /** The revision of each product that was last held against its grants. */
  readonly #looked = new Map<string, number>();
  #checkedEvents = 0;

  constructor(mesh: Mesh) {
    this.#mesh = mesh;
  }

  accepted(command: string, correlation: string): void {
    this.#accepted.push({ command, correlation });
  }

  /** What holds at every step. @throws Broken */
  async step(byHand: boolean): Promise<void> {
    const versions = (await this.#mesh.versions()).filter((version) => version !== undefined);
    if (!byHand) this.#nobodyWithout(versions);
    for (const version of byHand ? [] : versions) await this.#honest(version);
    this.#eventsOnce();
  }

  /** `no-access-without-subscription`: what anybody reads is given by a subscription that lives, or one whose end is not read back yet. */
  #nobodyWithout(versions: readonly VersionState[]): void {
    for (const { role, product, table, cells } of sights(this.#mesh)) {
      if (cells.length === 0) continue;
      const version = versions.find(
        (entry) => entry.product.domain === product.domain && entry.product.name === product.name,
      );
      const holding = (version?.subscriptions ?? []).filter(mayStillHold);
      for (const cell of cells) {
        const column = uncovered(cell, table, role.arn, holding);
        if (column === undefined) continue;
        const said = version?.subscriptions.map(({ id, state }) => `${id} ${state}`).join(', ') ?? 'no product';
        throw new Broken(
          'no-access-without-subscription',
          `${role.arn} reads ${product.name}.${table}.${column}${cell.rows === undefined ? '' : ` where ${cell.rows}`} (${said})`,
        );
      }
    }
  }

  /** `honest-status`: a version that says it is shared as of now is shared just so. */
  async #honest({ product, subscriptions, shares }: VersionState): Promise<void> {
    const shared = condition(product, 'Shared');
    const name = `${product.domain}/${product.name}`;
    if (this.#looked.get(name) === product.revision) return;
    this.#looked.set(name, product.revision);
    if (shared?.status !== 'true' || shared.generation < product.generation) return;
    const now = this.#mesh.world.clock.date().toISOString();
    if (subscriptions.some(({ expiresAt }) => expiresAt !== undefined && expiresAt <= now)) return;
    // A domain's switch counts at once, and reaches the products one after the other: before that they are as they were.
    const central = await this.#central(this.#mesh.databaseOf(product));
    const [open = []] = [await this.#mesh.world.governance.topology(), TOPOLOGY]
      .map((topology) =>
        diffGrants(compileAccess(product, subscriptions, shares, topology, now).accountGrants, central),
      )
      .toSorted((one, other) => one.length - other.length);
    if (open.length > 0)
      throw new Broken('honest-status', `${product.name} says it is shared, but ${open.map(tell).join('; ')}`);
  }

  /** `events-once`: an event of one id always says the same. */
  #eventsOnce(): void {
    const { events } = this.#mesh;
    for (; this.#checkedEvents < events.length; this.#checkedEvents += 1) {
      const event = events[this.#checkedEvents] as (typeof events)[number];
      // Whom it concerns may be somebody more by the time that it is told again.
      const body = JSON.stringify({ ...event, data: { ...event.data, audience: [] } });
      const former = this.#eventBodies.get(event.id);
      if (former !== undefined && former !== body) throw new Broken('events-once', `${event.id} says two things`);
      this.#eventBodies.set(event.id, body);
    }
  }

  /** What holds once faults have stopped and nothing is on its way; what the clock ends, only after a sweep. @throws Broken */
  async settled(swept: boolean): Promise<void> {
    await this.#trailWhole();
    const versions = (await this.#mesh.versions()).filter((version) => version !== undefined);
    for (const version of versions) await this.#converged(version, swept);
  }

  /** `one-entry-each`: every committed change and every event is one entry, and every accepted command has one; `trail-verifies`. */
  async #trailWhole(): Promise<void> {
    const { problems } = await this.#mesh.verifyTrail();
    // Before the first entry there is no log yet.
    if (this.#mesh.entries().length > 0 && problems[0] !== undefined)
      throw new Broken('trail-verifies', `${problems[0].where}: ${problems[0].message}`);
    const all = this.#mesh.entries();
    const ids = new Set(all.map(({ id }) => id));
    const told = new Set(this.#mesh.events.map(({ id }) => `event/${id}`));
    const entries = all.filter(({ kind }) => kind !== 'event');
    const events = all.filter(({ kind }) => kind === 'event');
    if (events.length !== told.size || events.some(({ id }) => !told.has(id)))
      throw new Broken('one-entry-each', `${told.size} events, ${events.length} entries of events`);
    if (ids.size !== all.length) throw new Broken('one-entry-each', 'an entry stands twice in the trail');
    const changes = this.#mesh.relayed.filter(({ before, after }) =>
      /^(PRODUCT|ATTEMPT|DOMAIN)/.test((after ?? before)?.pk?.S ?? ''),
    );
    const records = changes.filter(({ before, after }) => before?.revision?.N !== after?.revision?.N);
    if (records.length !== entries.length)
      throw new Broken('one-entry-each', `${records.length} changes, ${entries.length} entries`);
    for (const { command, correlation } of this.#accepted) {
      const own = entries.filter((entry) => entry.correlation === correlation);
      if (own.length === 0) throw new Broken('one-entry-each', `${command} ${correlation} has no entry`);
    }
  }

  /** Every grant to another account on a database and what is in it, as Lake Formation lists it. */
  async #central(database: string): Promise<Grant[]> {
    const config = this.#mesh.world.cloud.clientConfig(roleArn(GOVERNANCE, 'toy-reconcile'));
    const command = new ListPermissionsCommand({ MaxResults: 1000 });
    const { PrincipalResourcePermissions: all = [] } = await new LakeFormationClient(config).send(command);
    return toGrants(all).filter(
      ({ principal, resource }) =>
        /^\d{12}$/.test(principal) && resource.kind !== 'other' && resource.database === database,
    );
  }

  /** `converged`: grants, links and states are what the registry wants, in every account. */
  async #converged(version: VersionState, swept: boolean): Promise<void> {
    const { product, subscriptions, shares } = version;
    const { world } = this.#mesh;
    const name = `${product.domain}/${product.name}`;
    const now = world.clock.date().toISOString();
    const topology = await world.governance.topology();
    const stopped = (await world.registry.domains())
      .filter(({ stops }) => stops.length > 0)
      .map((domain) => domain.name);
    /** Whether a subscription has to give access now: written a second time, apart from the compiler. */
    const lives = (entry: SubscriptionRecord): boolean =>
      ['approved', 'active', 'expiring'].includes(entry.state) &&
      entry.suspensions === undefined &&
      product.suspensions === undefined &&
      product.state !== 'retired' &&
      (entry.expiresAt === undefined || entry.expiresAt > now) &&
      ![product.domain, entry.consumer].some((domain) => stopped.includes(domain));
    const desired = compileAccess(product, subscriptions, shares, topology, now);
    const database = this.#mesh.databaseOf(product);
    const running = subscriptions.every(
      ({ expiresAt }) => expiresAt === undefined || Date.parse(expiresAt) > world.clock.now(),
    );
    if (!swept && !running) return;
    const open = diffGrants(desired.accountGrants, await this.#central(database));
    if (open.length > 0) throw new Broken('converged', `${name}: ${open.map(tell).join('; ')}`);
    for (const subscription of subscriptions) {
      const { state, status, id, expiresAt } = subscription;
      const over = expiresAt !== undefined && Date.parse(expiresAt) <= world.clock.now();
      if (over && !swept) continue;
      if (over && ['pending', 'approved', 'active', 'expiring'].includes(state))
        throw new Broken('ends-in-time', `${id} is ${state} after its end ${expiresAt}`);
      if (state === 'approved' && lives(subscription))
        throw new Broken('converged', `${id} is still ${state}: ${JSON.stringify(status)}`);
      if (
        state === 'revoking' ||
        (state === 'expired' && subscription.approved !== undefined && status.endedAt === undefined)
      )
        throw new Broken('converged', `${id} is ${state} and does not end`);
    }
    const live = subscriptions.filter(lives);
    for (const { role, product: of, table, cells } of sights(this.#mesh)) {
      if (of.name !== product.name) continue;
      const missing = live
        .filter(({ principals }) => principals.includes(role.arn))
        .flatMap(({ approved }) => (approved === undefined ? [] : missingOf(approved, table, cells)));
      if (missing.length > 0)
        throw new Broken('converged', `${role.arn} does not read ${of.name}.${table}.${missing[0]}`);
      for (const cell of cells) {
        const column = uncovered(cell, table, role.arn, live);
        if (column !== undefined)
          throw new Broken('converged', `${role.arn} still reads ${of.name}.${table}.${column}`);
      }
    }
  }
}
