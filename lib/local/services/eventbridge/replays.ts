import type { Cloud } from '../../core/cloud.ts';
import { AwsError } from '../../core/error.ts';
import type { Context, Operations } from '../../core/service.ts';
import { archivedEvents, getArchive } from './archives.ts';
import { busArn, parseBus, validation } from './model.ts';
import { publish } from './publisher.ts';

interface StoredReplay {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly archive: string;
  readonly bus: string;
  readonly rules?: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly state: 'STARTING' | 'COMPLETED' | 'CANCELLED';
  readonly description?: string;
  readonly startedAt: number;
  readonly endedAt?: number;
}

interface ReplayInput {
  readonly ReplayName: string;
  readonly Description?: string;
  readonly EventSourceArn: string;
  /** Epoch seconds. */
  readonly EventStartTime: number;
  readonly EventEndTime: number;
  readonly Destination: { readonly Arn: string; readonly FilterArns?: readonly string[] };
}

const REPLAYS = 'events/replays';

/** Puts the events of every replay that was started on their bus again. True when there was one. */
export function pumpReplays(cloud: Cloud): boolean {
  const waiting = cloud.store.list<StoredReplay>(REPLAYS).filter(({ value }) => value.state === 'STARTING');
  for (const { key, value: replay } of waiting) {
    const { account, region, bus } = replay;
    const archive = getArchive(cloud, account, region, replay.archive);
    cloud.store.transaction(() => {
      for (const event of archivedEvents(cloud, archive, replay.from, replay.to)) {
        const origin = { byRule: false, fromAccount: event.account };
        publish(cloud, { account, region, name: bus }, { ...event, 'replay-name': replay.name }, origin, replay.rules);
      }
      cloud.store.put(REPLAYS, key, { ...replay, state: 'COMPLETED', endedAt: cloud.clock.now() });
    });
  }
  return waiting.length > 0;
}

/** Replays of an archive to the bus that it is of. */
export const replayOperations: Operations = {
  StartReplay: {
    resources: (input: ReplayInput, { account, region }: Context) => [
      input.EventSourceArn,
      input.Destination.Arn,
      replayArn({ account, region, name: input.ReplayName }),
    ],
    run: (input: ReplayInput, context: Context) => {
      const { cloud, account, region, now } = context;
      const name = /:archive\/(.+)$/.exec(input.EventSourceArn)?.[1] ?? '';
      const archive = getArchive(cloud, account, region, name);
      const bus = parseBus(input.Destination.Arn, context);
      if (busArn(bus) !== busArn({ account, region, name: archive.bus })) {
        throw validation(
          'Parameter Destination.Arn is not valid. Reason: Must be the same as the event bus of the archive.',
        );
      }
      if (input.EventStartTime >= input.EventEndTime) {
        throw validation('Parameter EventEndTime is not valid. Reason: EventStartTime must be before EventEndTime.');
      }
      const key = `${account} ${region} ${input.ReplayName}`;
      if (cloud.store.get(REPLAYS, key) !== undefined) {
        throw new AwsError('ResourceAlreadyExistsException', `Replay ${input.ReplayName} already exists.`);
      }
      const replay: StoredReplay = {
        name: input.ReplayName,
        account,
        region,
        archive: name,
        bus: bus.name,
        rules: input.Destination.FilterArns?.map((arn) => arn.slice(arn.lastIndexOf('/') + 1)),
        from: input.EventStartTime * 1000,
        to: input.EventEndTime * 1000,
        state: 'STARTING',
        description: input.Description,
        startedAt: now,
      };
      cloud.store.put(REPLAYS, key, replay);
      return { ReplayArn: replayArn(replay), State: 'STARTING', ReplayStartTime: new Date(now) };
    },
  },
  DescribeReplay: {
    resources: (input: { ReplayName: string }, { account, region }: Context) => [
      replayArn({ account, region, name: input.ReplayName }),
    ],
    run: (input: { ReplayName: string }, context: Context) => describe(getReplay(context, input.ReplayName)),
  },
  ListReplays: {
    run: (input: { NamePrefix?: string }, { cloud, account, region }: Context) => ({
      Replays: cloud.store
        .list<StoredReplay>(REPLAYS, `${account} ${region} ${input.NamePrefix ?? ''}`)
        .map(({ value }) => describe(value)),
    }),
  },
  CancelReplay: {
    run: (input: { ReplayName: string }, context: Context) => {
      const replay = getReplay(context, input.ReplayName);
      if (replay.state !== 'STARTING') {
        throw new AwsError(
          'IllegalStatusException',
          `Replay ${replay.name} is not in a valid state for this operation.`,
        );
      }
      const { account, region, name } = replay;
      context.cloud.store.put(REPLAYS, `${account} ${region} ${name}`, { ...replay, state: 'CANCELLED' });
      return { ReplayArn: replayArn(replay), State: 'CANCELLED' };
    },
  },
};

function getReplay({ cloud, account, region }: Context, name: string): StoredReplay {
  const replay = cloud.store.get<StoredReplay>(REPLAYS, `${account} ${region} ${name}`);
  if (replay === undefined) throw new AwsError('ResourceNotFoundException', `Replay ${name} does not exist.`);
  return replay;
}

function replayArn(replay: Pick<StoredReplay, 'account' | 'region' | 'name'>): string {
  return `arn:aws:events:${replay.region}:${replay.account}:replay/${replay.name}`;
}

function describe(replay: StoredReplay) {
  const { account, region } = replay;
  return {
    ReplayName: replay.name,
    ReplayArn: replayArn(replay),
    Description: replay.description,
    State: replay.state,
    EventSourceArn: `arn:aws:events:${region}:${account}:archive/${replay.archive}`,
    Destination: { Arn: busArn({ account, region, name: replay.bus }) },
    EventStartTime: new Date(replay.from),
    EventEndTime: new Date(replay.to),
    ReplayStartTime: new Date(replay.startedAt),
    ReplayEndTime: replay.endedAt === undefined ? undefined : new Date(replay.endedAt),
  };
}
