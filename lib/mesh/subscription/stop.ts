import type { Change } from '../record.ts';
import { GOVERNANCE_SIDE, type Reach, type Stop } from '../suspension.ts';
import { domainNamed, type Topology } from '../topology/topology.ts';

/** The registry's one record of a domain whose access was ever stopped as a whole: one write stops everything at once. */
export interface DomainRecord {
  readonly type: 'domain';
  readonly name: string;
  /** At most one of each side and reach; empty when nothing is stopped. */
  readonly stops: readonly Stop[];
  /** Set until every product that the last change concerns was told to be looked at again. */
  readonly spreading?: true;
  /** The other domains that the last change concerns: they are told. */
  readonly concerns: readonly string[];
  readonly revision: number;
  readonly change: Change;
  readonly createdAt: string;
}

/** The topology with what is stopped now. */
export function withStops(topology: Topology, records: readonly DomainRecord[]): Topology {
  const stopped = records.filter(({ stops }) => stops.length > 0);
  if (stopped.length === 0) return topology;
  const domains = topology.domains.map((domain) => {
    const stops = stopped.find(({ name }) => name === domain.name)?.stops;
    return stops === undefined ? domain : { ...domain, stops };
  });
  return { ...topology, domains };
}

/** The stops that keep a consumer from what a domain owns. */
function stopsBetween(owner: string, consumer: string, topology: Topology): Stop[] {
  const mine = (name: string) => domainNamed(topology, name)?.stops ?? [];
  const counts = (name: string, { side }: Stop) => side === name || side === GOVERNANCE_SIDE;
  return [
    ...mine(consumer).filter((stop) => counts(consumer, stop) || stop.side === owner),
    ...mine(owner).filter((stop) => stop.reach === 'everything' && counts(owner, stop)),
  ];
}

/** True while nothing of a domain's products may reach anybody. */
export function isOwnerStopped(owner: string, topology: Topology): boolean {
  return isStopped(owner, '', topology);
}

/** True while nothing of the owner's products may reach the consumer. */
export function isStopped(owner: string, consumer: string, topology: Topology): boolean {
  return stopsBetween(owner, consumer, topology).length > 0;
}

/** The record with one stop more; the record itself when that side has said so already. */
export function withStop(record: DomainRecord, stop: Stop): DomainRecord {
  if (record.stops.some((one) => isSame(one, stop))) return record;
  return { ...record, stops: [...record.stops, stop] };
}

/** The record without what that side had stopped; the record itself when it had not. */
export function withoutStop(record: DomainRecord, side: string, reach: Reach): DomainRecord {
  const stops = record.stops.filter((stop) => !isSame(stop, { side, reach }));
  return stops.length === record.stops.length ? record : { ...record, stops };
}

function isSame(one: Pick<Stop, 'side' | 'reach'>, other: Pick<Stop, 'side' | 'reach'>): boolean {
  return one.side === other.side && one.reach === other.reach;
}
