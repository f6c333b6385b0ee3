import { ListPermissionsCommand } from '@aws-sdk/client-lakeformation';
import { toGrants } from '#aws/lake-formation-shape.ts';
import type { VersionState } from '#aws/registry.ts';
import { compileAccess } from '#mesh/access/compile.ts';
import type { Grant } from '#mesh/access/grant.ts';
import { diffGrants, type GrantChange } from '#mesh/plan/grants.ts';
import { condition } from '#mesh/record.ts';
import { TOPOLOGY } from '../../control/world.ts';
import type { Given } from '../actors.ts';
import { MOST_SKEW } from '../clocks.ts';
import type { Mesh, Registered } from '../mesh.ts';
import { Broken } from './broken.ts';
import { Kept } from './kept.ts';
import { maySourcesOf, uncovered } from './may-read.ts';
import { Sights } from './sights.ts';

/** The order in which a subscription walks through its life; none goes back. */
const LIFE = ['pending', 'approved', 'active', 'expiring', 'expired', 'revoking', 'revoked'];

/** What these write, they write at once. */
const OF_ONE_WRITE = new Set([
  'request',
  'decide',
  'renew',
  'entitle',
  'disentitle',
  'hold',
  'reportData',
  'releaseData',
]);

export function tell({ kind, grant: { principal, permissions, resource } }: GrantChange): string {
  return `${kind} of ${permissions.join(',')} on ${JSON.stringify(resource)} to ${principal} is open`;
}

/** Keeps what the mesh has said so far, and holds it against what is. */
export class Watch {
  readonly sights: Sights;
  /** Commands that were accepted, with what they wrote. */
  readonly accepted: Given[] = [];
  /** Commands of one write that were refused. */
  readonly refused: Given[] = [];
  readonly #kept = new Kept();
  readonly #mesh: Mesh;
  readonly #eventBodies = new Map<string, string>();
  /** What was told of a delivery, by its run. */
  readonly #deliveries = new Map<string, string>();
  /** The revision of each product that was last held against its grants. */
  readonly #looked = new Map<string, number>();
  readonly #ended = new Map<string, string>();
  /** The newest intent that each agent has taken up. */
  readonly #newest = new Map<string, number>();
  #checkedEvents = 0;
  #checkedAnswers = 0;
  #lake = 0;
  #registered: Registered | undefined;

  constructor(mesh: Mesh) {
    this.#mesh = mesh;
    this.sights = new Sights(mesh);
  }

  /** Takes a command's outcome in; `frozen` names the consumers for whom a forbid was in force all the while. @throws Broken `forbid-in-force` */
  given(given: Given, frozen: readonly string[]): void {
    const { written, correlation, command, outcome } = given;
    if (outcome.startsWith('WEFT-') && OF_ONE_WRITE.has(command)) this.refused.push(given);
    if (written === undefined) return;
    this.accepted.push(given);
    const [consumer] =
      written.type === 'subscription' && written.change.action === 'SubscriptionApproved'
        ? [written.consumer]
        : written.type === 'entitlement' && written.change.action === 'EntitlementGranted'
          ? written.consumers
          : [];
    if (consumer !== undefined && frozen.includes(consumer))
      throw new Broken('forbid-in-force', `${correlation} gives ${consumer} something new: ${written.change.action}`);
  }

  /** What holds at every step. @throws Broken */
  async step(byHand: boolean): Promise<void> {
    const registered = await this.#mesh.registered();
    if (!byHand) {
      this.#readers(registered);
      for (const version of registered.versions) await this.#honest(version, registered);
    }
    if (registered !== this.#registered) this.#endsForGood(registered);
    this.#registered = registered;
    this.#eventsOnce();
    this.#newestWins();
  }

  /** What holds between any two calls, too: what roles read. @throws Broken */
  between(byHand: boolean): Promise<void> | undefined {
    const lake = this.#mesh.lake();
    if (byHand || lake === this.#lake) return undefined;
    this.#lake = lake;
    // A moment later, when calls of this look are none of the process.
    return Promise.resolve().then(async () => this.#readers(await this.#mesh.registered()));
  }

  #readers(registered: Registered): void {
    this.#nobodyWithout(registered);
    this.#kept.check(registered, this.sights.now(), this.#mesh.world.clock.now());
  }

  /** `newest-intent-wins`: an agent that has taken up an intent takes up no older one, however late it comes. */
  #newestWins(): void {
    const { answers } = this.#mesh;
    for (; this.#checkedAnswers < answers.length; this.#checkedAnswers += 1) {
      const { domain, detail } = answers[this.#checkedAnswers] as (typeof answers)[number];
      const { report, major } = detail.data;
      if (report.overtakenBy !== undefined) continue;
      const about = `${domain} ${detail.subject} ${major}`;
      const newest = this.#newest.get(about) ?? 0;
      if (report.generation < newest)
        throw new Broken('newest-intent-wins', `${about}: intent ${report.generation} came after ${newest}`);
      this.#newest.set(about, report.generation);
    }
  }

  /** `no-access-without-subscription`: what anybody reads is given by a subscription or an entitlement that lives, or one whose end is not read back yet. */
  #nobodyWithout(registered: Registered): void {
    for (const { role, version: of, table, cells } of this.sights.now()) {
      if (cells.length === 0) continue;
      const version = versionOf(registered, of);
      const sources = version === undefined ? [] : maySourcesOf(version, registered);
      for (const cell of cells) {
        const column = uncovered(cell, table, role.arn, sources);
        if (column === undefined) continue;
        const said = version?.subscriptions.map(({ id, state }) => `${id} ${state}`).join(', ') ?? 'no product';
        throw new Broken(
          'no-access-without-subscription',
          `${role.arn} reads ${of.name}.${table}.${column}${cell.rows === undefined ? '' : ` where ${cell.rows}`} (${said})`,
        );
      }
    }
  }

  /** `honest-status`: a version that says it is shared as of now is shared just so. */
  async #honest({ product, subscriptions, shares }: VersionState, { topology }: Registered): Promise<void> {
    const shared = condition(product, 'Shared');
    const name = `${product.domain}/${product.name} ${product.major}`;
    if (this.#looked.get(name) === product.revision) return;
    this.#looked.set(name, product.revision);
    if (shared?.status !== 'true' || shared.generation < product.generation) return;
    const now = this.#mesh.world.clock.now();
    const ends = [...subscriptions, ...(product.entitlements ?? [])].map(({ expiresAt }) => expiresAt);
    if (ends.some((end) => end !== undefined && Date.parse(end) <= now + MOST_SKEW)) return;
    // A domain's switch counts at once, and reaches the products one after the other: before that they are as they were.
    const central = await this.central(this.#mesh.databaseOf(product));
    const [open = []] = [topology, TOPOLOGY]
      .map((one) =>
        diffGrants(
          compileAccess(product, subscriptions, shares, one, new Date(now).toISOString()).accountGrants,
          central,
        ),
      )
      .toSorted((one, other) => one.length - other.length);
    if (open.length > 0)
      throw new Broken('honest-status', `${product.name} says it is shared, but ${open.map(tell).join('; ')}`);
  }

  /** `revoke-wins`: what is over stays over, whatever comes late. */
  #endsForGood({ versions, entitlements }: Registered): void {
    for (const { id, state, status } of [...versions.flatMap(({ subscriptions }) => subscriptions), ...entitlements]) {
      const former = this.#ended.get(id);
      const over = state === 'rejected' || LIFE.indexOf(state) >= LIFE.indexOf('expired');
      if (former !== undefined && (!over || (former === 'revoked' && state !== 'revoked')))
        throw new Broken('revoke-wins', `${id} was ${former} and is ${state}`);
      if (over) this.#ended.set(id, status.endedAt === undefined ? state : 'revoked' === state ? 'revoked' : state);
    }
  }

  /** `events-once`: an event of one id always says the same, and a delivery of data is told once. */
  #eventsOnce(): void {
    const { events } = this.#mesh;
    for (; this.#checkedEvents < events.length; this.#checkedEvents += 1) {
      const event = events[this.#checkedEvents] as (typeof events)[number];
      // Whom it concerns may be somebody more by the time that it is told again.
      const body = JSON.stringify({ ...event, data: { ...event.data, audience: [] } });
      const former = this.#eventBodies.get(event.id);
      if (former !== undefined && former !== body) throw new Broken('events-once', `${event.id} says two things`);
      this.#eventBodies.set(event.id, body);
      if (event.type !== 'DataUpdated' || event.data.run === undefined) continue;
      const run = `${event.subject} ${event.data.major} ${event.data.run}`;
      const told = this.#deliveries.get(run);
      if (told !== undefined && told !== event.id) throw new Broken('events-once', `${run} is told twice`);
      this.#deliveries.set(run, event.id);
    }
  }

  /** Every grant to another account on a database and what is in it, as Lake Formation lists it. */
  async central(database: string): Promise<Grant[]> {
    const command = new ListPermissionsCommand({ MaxResults: 1000 });
    const { PrincipalResourcePermissions: all = [] } = await this.#mesh.lakeFormation.send(command);
    return toGrants(all).filter(
      ({ principal, resource }) =>
        /^\d{12}$/.test(principal) && resource.kind !== 'other' && resource.database === database,
    );
  }
}

/** The registry's word on a version. */
export function versionOf(
  { versions }: Registered,
  of: { readonly domain: string; readonly name: string; readonly major: number },
): VersionState | undefined {
  return versions.find(
    ({ product }) => product.domain === of.domain && product.name === of.name && product.major === of.major,
  );
}
