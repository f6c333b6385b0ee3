import { everyRecord, type ProductKey, type Registry } from '#aws/registry.ts';
import { groupOf } from '#aws/registry-keys.ts';
import { userError } from '#mesh/error.ts';
import { condition } from '#mesh/record.ts';
import { SUSPENDED } from '#mesh/subscription/readiness.ts';
import type { Act } from '#mesh/subscription/step.ts';
import { type DomainRecord, isStopped, withoutStop, withStop, withStops } from '#mesh/subscription/stop.ts';
import { holdsAccess, type SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { GOVERNANCE_SIDE, isSuspended, type Reach, type Stop } from '#mesh/suspension.ts';
import { domainNamed, type Topology } from '#mesh/topology/topology.ts';
import { authorize, may } from './authorize.ts';
import { bumped } from './bumped.ts';
import type { Caller } from './caller.ts';
import { optimistically } from './optimistic.ts';
import { type ApiDeps, changeBy, type Request } from './request.ts';
import type { SuspensionWish } from './suspend.ts';

export interface DomainSuspensionWish extends SuspensionWish {
  /** Default `everything`. */
  readonly reach?: Reach;
}

export interface DomainStatus {
  /** Absent for one that nobody ever suspended; for those whom it does not concern without who and why. */
  readonly domain?: DomainRecord | OpenDomain;
  /** Subscriptions that it concerns and whose read-backs do not show yet what it says. */
  readonly open: readonly string[];
}

type Reader = Pick<Registry, 'page' | 'version' | 'domains' | 'write'>;

/** Product versions that are told in one transaction. */
const PORTION = 40;

/**
 * Suspends or resumes a whole domain: what it consumes, or that and what others have of its products. One record is the switch: whatever reconciles from its write on
 * gives nothing, for subscriptions that are approved meanwhile, too. Then every product that it concerns is told to be looked at now.
 * @throws WEFT-AUTH-002, WEFT-REQUEST-008 when only another side has suspended it, -010 when there is no such domain.
 */
export async function suspendDomain(
  name: string,
  wish: DomainSuspensionWish,
  request: Request,
  deps: ApiDeps,
): Promise<DomainRecord> {
  const { reach = 'everything' } = wish;
  refuseUnknown(name, await deps.topology());
  const { domain: side = GOVERNANCE_SIDE } = request.caller;
  // An owner may keep a consumer from what is the owner's, and from nothing else.
  authorize('domain.suspend', request.caller, { owner: reach === 'consuming' ? request.caller.domain : name });
  const record = await optimistically(async () => {
    const before = (await deps.registry.domains()).find((entry) => entry.name === name);
    const suspending = wish.action === 'suspend';
    const change = changeBy(request, suspending ? 'DomainSuspended' : 'DomainResumed', deps.now(), reasonOf(wish));
    const current: DomainRecord =
      before ??
      ({
        type: 'domain',
        name,
        stops: [],
        concerns: [],
        revision: 0,
        change,
        createdAt: change.at,
      } satisfies DomainRecord);
    if (!suspending) refuseForeign(current, side, reach);
    const stop = { side, reach, by: request.caller.arn, at: change.at, ...reasonOf(wish) };
    const next = suspending ? withStop(current, stop) : withoutStop(current, side, reach);
    if (next === current) return current;
    const concerns = await concernedDomains(name, deps.registry);
    const record: DomainRecord = { ...next, concerns, spreading: true, revision: current.revision + 1, change };
    await deps.registry.write([{ record, replaces: before?.revision }]);
    return record;
  });
  if (record.spreading !== true) return record;
  return spread(
    record,
    { actor: request.caller.arn, at: deps.now().toISOString(), correlation: request.correlation },
    deps,
  );
}

/** A domain's record, and what is still on its way of what the caller may see. @throws WEFT-REQUEST-010. */
export async function showDomain(
  name: string,
  caller: Caller,
  deps: Pick<ApiDeps, 'registry' | 'topology'>,
): Promise<DomainStatus> {
  const topology = await deps.topology();
  refuseUnknown(name, topology);
  const records = await deps.registry.domains();
  const domain = records.find((entry) => entry.name === name);
  const open: string[] = [];
  for (const key of await concernedVersions(name, deps.registry)) {
    const version = await deps.registry.version(key);
    const concerned = version?.subscriptions.filter(
      ({ domain: owner, consumer }) =>
        (owner === name || consumer === name) && may('subscription.read', caller, { owner, consumer }),
    );
    for (const subscription of concerned ?? []) {
      const suspended = version !== undefined && isSuspended(version.product);
      if (!isDone(subscription, suspended, withStops(topology, records))) open.push(subscription.id);
    }
  }
  return { ...(domain === undefined ? {} : { domain: seenBy(caller, domain) }), open };
}

type OpenDomain = Pick<DomainRecord, 'type' | 'name' | 'createdAt' | 'revision'> & {
  readonly stops: readonly (Stop | OpenStop)[];
};
type OpenStop = Pick<Stop, 'side' | 'reach' | 'at'>;

function seenBy(caller: Caller, record: DomainRecord): DomainRecord | OpenDomain {
  if (isInside(caller, record.name)) return record;
  const { type, name, createdAt, revision } = record;
  return { type, name, createdAt, revision, stops: stopsSeenBy(caller, name, record.stops) };
}

/** What is stopped everybody may know, for access fails by it; who said so and why is for that side, for the domain, and for those who govern. */
export function stopsSeenBy(caller: Caller, name: string, stops: readonly Stop[]): (Stop | OpenStop)[] {
  const isOwn = ({ side }: Stop) => caller.kind !== undefined && side === caller.domain;
  if (isInside(caller, name)) return [...stops];
  return stops.map((stop) => (isOwn(stop) ? stop : { side: stop.side, reach: stop.reach, at: stop.at }));
}

function isInside(caller: Caller, name: string): boolean {
  return may('subscription.read', caller, { owner: name });
}

/** Every domain record that still has products to tell: what a command did not bring to an end. */
export async function finishSpreading(act: Act, deps: { readonly registry: Reader }): Promise<void> {
  for (const record of await deps.registry.domains()) if (record.spreading === true) await spread(record, act, deps);
}

/**
 * Raises the generation of every product version that a domain's record concerns, so that each is reconciled now, and marks the record as done. Called again it
 * tells all of them again, which does no harm; it goes on until a look at the index finds nothing new.
 */
async function spread(record: DomainRecord, act: Act, deps: { readonly registry: Reader }): Promise<DomainRecord> {
  const told = new Set<string>();
  for (;;) {
    const fresh = (await concernedVersions(record.name, deps.registry)).filter((key) => !told.has(groupOf(key)));
    if (fresh.length === 0) break;
    for (let start = 0; start < fresh.length; start += PORTION) {
      const some = fresh.slice(start, start + PORTION);
      await optimistically(() => tell(some, { ...act, action: record.change.action }, deps.registry));
    }
    for (const key of fresh) told.add(groupOf(key));
  }
  const { spreading: _, ...rest } = record;
  const done: DomainRecord = {
    ...rest,
    revision: record.revision + 1,
    change: { ...record.change, ...act, action: 'DomainToldOf' },
  };
  return optimistically(async () => {
    const current = (await deps.registry.domains()).find(({ name }) => name === record.name);
    // Somebody has said something else meanwhile, and spreads that.
    if (current !== undefined && current.revision !== record.revision) return current;
    await deps.registry.write([{ record: done, replaces: record.revision }]);
    return done;
  });
}

async function tell(
  keys: readonly ProductKey[],
  change: Act & { readonly action: string },
  registry: Reader,
): Promise<void> {
  const versions = await Promise.all(keys.map((key) => registry.version(key)));
  const writes = versions.flatMap((version) =>
    version === undefined || version.product.state === 'retired'
      ? []
      : [{ record: bumped(version.product, change), replaces: version.product.revision }],
  );
  if (writes.length > 0) await registry.write(writes);
}

/** The versions that it owns, and those that it has subscriptions to, as the index has them. */
async function concernedVersions(name: string, registry: Pick<Registry, 'page'>): Promise<ProductKey[]> {
  const keys = new Map<string, ProductKey>();
  for await (const product of everyRecord(registry, 'product', `${name}/`)) {
    const key = { domain: product.domain, name: product.name, major: product.major };
    keys.set(groupOf(key), key);
  }
  for await (const { domain, product, major } of everyRecord(registry, 'subscription', `${name}#`)) {
    const key = { domain, name: product, major };
    keys.set(groupOf(key), key);
  }
  return [...keys.values()];
}

/** Those who own what it uses, and those who use what it owns. */
async function concernedDomains(name: string, registry: Pick<Registry, 'page'>): Promise<string[]> {
  const others = new Set<string>();
  for await (const subscription of everyRecord(registry, 'subscription')) {
    const { domain, consumer } = subscription;
    if (!holdsAccess(subscription)) continue;
    if (domain === name) others.add(consumer);
    if (consumer === name) others.add(domain);
  }
  others.delete(name);
  return [...others].toSorted();
}

/** True when the read-backs show access, or none where something stops it. */
function isDone(subscription: SubscriptionRecord, suspended: boolean, topology: Topology): boolean {
  if (!holdsAccess(subscription)) return true;
  const linked = condition(subscription, 'Linked');
  const stopped =
    suspended || isSuspended(subscription) || isStopped(subscription.domain, subscription.consumer, topology);
  return stopped ? linked?.reason === SUSPENDED : linked?.status === 'true';
}

/** Nobody takes back what another side has stopped. */
function refuseForeign({ name, stops }: DomainRecord, side: string, reach: Reach): void {
  if (stops.length === 0 || stops.some((stop) => stop.side === side && stop.reach === reach)) return;
  const said = stops.map((stop) => `${stop.side} (${stop.reach})`).join(' and ');
  throw userError('WEFT-REQUEST-008', `${name} was suspended by ${said}, not by ${side} (${reach})`, {
    hint: `${said} can resume it`,
  });
}

function refuseUnknown(name: string, topology: Topology): void {
  if (domainNamed(topology, name) !== undefined) return;
  throw userError('WEFT-REQUEST-010', `\`${name}\` is no domain of the mesh`, {
    hint: `domains are ${topology.domains.map((domain) => domain.name).join(', ')}`,
  });
}

function reasonOf({ reason }: SuspensionWish): { reason?: string } {
  return reason === undefined ? {} : { reason };
}
