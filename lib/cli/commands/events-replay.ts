import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { DescribeReplayCommand, EventBridgeClient, StartReplayCommand } from '@aws-sdk/client-eventbridge';
import { userError } from '#mesh/error.ts';
import { archiveName } from '#mesh/topology/names.ts';
import { type Invocation, listOption, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { eventPlace, timeOf } from '../events.ts';
import { busy, tone } from '../io.ts';

const RUNNING = ['STARTING', 'RUNNING'];
const POLL_MS = 500;

export async function run(invocation: Invocation): Promise<number> {
  const { io } = invocation;
  const now = Date.now();
  const written = textOption(invocation, 'from');
  if (written === undefined) {
    throw userError('WEFT-CLI-084', 'nobody says from when', { hint: 'add --from with a time, or a span such as 1h' });
  }
  const from = timeOf(written, now);
  const to = timeOf(textOption(invocation, 'to') ?? '0s', now);
  if (from >= to) {
    throw userError('WEFT-CLI-085', `${from.toISOString()} is not before ${to.toISOString()}`, {
      hint: 'give a --from that is before --to',
    });
  }
  const connection = await connect(invocation);
  const { bus } = eventPlace(connection);
  const arn = (kind: string) => `arn:aws:events:${connection.region}:${connection.account}:${kind}`;
  const rules = listOption(invocation, 'rule').map((rule) => arn(`rule/${bus}/${rule}`));
  const ReplayName = `${archiveName(bus)}-${randomUUID().slice(0, 8)}`;
  const events = new EventBridgeClient(connection.client);
  await events.send(
    new StartReplayCommand({
      ReplayName,
      EventSourceArn: arn(`archive/${archiveName(bus)}`),
      EventStartTime: from,
      EventEndTime: to,
      Destination: { Arn: arn(`event-bus/${bus}`), ...(rules.length === 0 ? {} : { FilterArns: rules }) },
    }),
  );
  const state = invocation.options.wait === false ? 'STARTING' : await ended(events, ReplayName, invocation);
  const result = { replay: ReplayName, state, from: from.toISOString(), to: to.toISOString() };
  if (invocation.json) io.out(`${JSON.stringify(result)}\n`);
  else
    io.out(
      `${tone(io, state === 'FAILED' ? 'bad' : 'good', state.toLowerCase())} ${ReplayName}: ${bus} from ${result.from} to ${result.to}\n`,
    );
  return state === 'FAILED' || state === 'CANCELLED' ? 1 : 0;
}

/** Waits for the end and says how far it has come: to which event's time. */
async function ended(events: EventBridgeClient, ReplayName: string, { io }: Invocation): Promise<string> {
  for (;;) {
    const replay = await events.send(new DescribeReplayCommand({ ReplayName }));
    const { State = 'STARTING', EventLastReplayedTime: reached } = replay;
    if (!RUNNING.includes(State)) return State;
    if (reached !== undefined) busy(io, `replayed up to ${reached.toISOString()}`);
    await sleep(POLL_MS);
  }
}
