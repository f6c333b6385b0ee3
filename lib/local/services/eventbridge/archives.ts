import type { Cloud } from '../../core/cloud.ts';
import { AwsError } from '../../core/error.ts';
import type { Context, Operations } from '../../core/service.ts';
import { getBus } from './buses.ts';
import { type BusId, busArn, type EventEnvelope, namespace, parseBus } from './model.ts';
import { compilePattern, matchesPattern } from './pattern.ts';

/** An archive as the store keeps it. */
export interface StoredArchive {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  /** The bus's name. */
  readonly bus: string;
  readonly pattern?: string;
  readonly description?: string;
  /** 0 keeps events for ever. */
  readonly retentionDays: number;
  readonly createdAt: number;
  readonly eventCount: number;
  readonly sizeBytes: number;
}

interface ArchivedEvent {
  readonly event: EventEnvelope;
  readonly archivedAt: number;
}

interface ArchiveInput {
  readonly ArchiveName: string;
  readonly EventSourceArn: string;
  readonly EventPattern?: string;
  readonly Description?: string;
  readonly RetentionDays?: number;
}

const DAY = 86_400_000;

function archiveArn(archive: Pick<StoredArchive, 'account' | 'region' | 'name'>): string {
  return `arn:aws:events:${archive.region}:${archive.account}:archive/${archive.name}`;
}

/** Keeps an event in every archive of the bus whose pattern it matches. */
export function archiveEvent(cloud: Cloud, bus: BusId, event: EventEnvelope): void {
  const all = cloud.store.list<StoredArchive>(namespace(bus.account, bus.region, 'archives'));
  for (const { value: archive } of all) {
    if (archive.bus !== bus.name || (archive.pattern !== undefined && !matchesPattern(archive.pattern, event)))
      continue;
    const archivedAt = cloud.clock.now();
    const key = `${new Date(archivedAt).toISOString()} ${event.id}`;
    cloud.store.put(eventsNamespace(archive), key, { event, archivedAt } satisfies ArchivedEvent);
    save(cloud, {
      ...archive,
      eventCount: archive.eventCount + 1,
      sizeBytes: archive.sizeBytes + JSON.stringify(event).length,
    });
  }
}

/** The events of an archive whose own time lies in `[from, to)`, epoch milliseconds, in the order in which they came. */
export function archivedEvents(cloud: Cloud, archive: StoredArchive, from: number, to: number): EventEnvelope[] {
  const oldest = archive.retentionDays === 0 ? 0 : cloud.clock.now() - archive.retentionDays * DAY;
  return cloud.store
    .list<ArchivedEvent>(eventsNamespace(archive))
    .filter(({ value }) => value.archivedAt >= oldest)
    .map(({ value }) => value.event)
    .filter((event) => Date.parse(event.time) >= from && Date.parse(event.time) < to);
}

/** @throws AwsError `ResourceNotFoundException`. */
export function getArchive(cloud: Cloud, account: string, region: string, name: string): StoredArchive {
  const archive = cloud.store.get<StoredArchive>(namespace(account, region, 'archives'), name);
  if (archive === undefined) throw new AwsError('ResourceNotFoundException', `Archive ${name} does not exist.`);
  return archive;
}

const onArchive = (input: { ArchiveName: string }, { account, region }: Context) => [
  archiveArn({ account, region, name: input.ArchiveName }),
];

/** Archives of a bus's events. */
export const archiveOperations: Operations = {
  CreateArchive: {
    resources: onArchive,
    run: (input: ArchiveInput, context: Context) => {
      const { cloud, account, region, now } = context;
      const bus = getBus(cloud, parseBus(input.EventSourceArn, context));
      if (cloud.store.get(namespace(account, region, 'archives'), input.ArchiveName) !== undefined) {
        throw new AwsError('ResourceAlreadyExistsException', `Archive ${input.ArchiveName} already exists.`);
      }
      if (input.EventPattern !== undefined) compilePattern(input.EventPattern);
      const archive: StoredArchive = {
        name: input.ArchiveName,
        account,
        region,
        bus: bus.name,
        pattern: input.EventPattern,
        description: input.Description,
        retentionDays: input.RetentionDays ?? 0,
        createdAt: now,
        eventCount: 0,
        sizeBytes: 0,
      };
      save(cloud, archive);
      return { ArchiveArn: archiveArn(archive), State: 'ENABLED', CreationTime: new Date(now) };
    },
  },
  DescribeArchive: {
    resources: onArchive,
    run: (input: { ArchiveName: string }, { cloud, account, region }: Context) => {
      const archive = getArchive(cloud, account, region, input.ArchiveName);
      return {
        ...describe(archive),
        ArchiveArn: archiveArn(archive),
        Description: archive.description,
        EventPattern: archive.pattern,
      };
    },
  },
  ListArchives: {
    run: (input: { NamePrefix?: string; EventSourceArn?: string }, { cloud, account, region }: Context) => ({
      Archives: cloud.store
        .list<StoredArchive>(namespace(account, region, 'archives'), input.NamePrefix ?? '')
        .map(({ value }) => describe(value))
        .filter((archive) => input.EventSourceArn === undefined || archive.EventSourceArn === input.EventSourceArn),
    }),
  },
  UpdateArchive: {
    resources: onArchive,
    run: (input: Partial<ArchiveInput> & { ArchiveName: string }, { cloud, account, region }: Context) => {
      const archive = getArchive(cloud, account, region, input.ArchiveName);
      if (input.EventPattern !== undefined) compilePattern(input.EventPattern);
      const {
        EventPattern: pattern = archive.pattern,
        Description: description = archive.description,
        RetentionDays: retentionDays = archive.retentionDays,
      } = input;
      save(cloud, { ...archive, pattern, description, retentionDays });
      return { ArchiveArn: archiveArn(archive), State: 'ENABLED', CreationTime: new Date(archive.createdAt) };
    },
  },
  DeleteArchive: {
    resources: onArchive,
    run: (input: { ArchiveName: string }, { cloud, account, region }: Context) => {
      const archive = getArchive(cloud, account, region, input.ArchiveName);
      cloud.store.clear(eventsNamespace(archive));
      cloud.store.delete(namespace(account, region, 'archives'), archive.name);
    },
  },
};

function eventsNamespace(archive: StoredArchive): string {
  return namespace(archive.account, archive.region, `archive/${archive.name}`);
}

function save(cloud: Cloud, archive: StoredArchive): void {
  cloud.store.put(namespace(archive.account, archive.region, 'archives'), archive.name, archive);
}

function describe(archive: StoredArchive) {
  return {
    ArchiveName: archive.name,
    EventSourceArn: busArn({ account: archive.account, region: archive.region, name: archive.bus }),
    State: 'ENABLED',
    RetentionDays: archive.retentionDays,
    SizeBytes: archive.sizeBytes,
    EventCount: archive.eventCount,
    CreationTime: new Date(archive.createdAt),
  };
}
