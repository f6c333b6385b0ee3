import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { type BatchOutcome, sendAll } from './batch.ts';
import { type Patience, persist } from './retry.ts';

/** An event as it goes on a bus: `detail` is the whole CloudEvents envelope. */
export interface BusEvent {
  readonly source: string;
  readonly type: string;
  readonly detail: object;
}

/** A bus that one can put events on. */
export interface Bus {
  /** Puts every event, at most 10 in a call, and says which did not go through. */
  put<T extends BusEvent>(events: readonly T[]): Promise<BatchOutcome<T>>;
}

/** Well below what EventBridge takes in one call, so that every reader downstream can take it too. */
const CALL_BYTES = 200 * 1024;

export function createBus(client: EventBridgeClient, name: string, patience: Patience): Bus {
  return {
    put(events) {
      return sendAll(
        events,
        async (group) => {
          const Entries = group.map((event) => ({
            EventBusName: name,
            Source: event.source,
            DetailType: event.type,
            Detail: JSON.stringify(event.detail),
          }));
          const answer = await persist(() => client.send(new PutEventsCommand({ Entries })), patience);
          return (answer.Entries ?? []).flatMap(({ ErrorCode, ErrorMessage }, index) =>
            ErrorCode === undefined ? [] : [{ index, symptom: { name: ErrorCode, message: ErrorMessage ?? '' } }],
          );
        },
        { size: 10, weight: { of: bytesOf, limit: CALL_BYTES }, patience },
      );
    },
  };
}

/** What EventBridge counts of an entry without time and resources. */
function bytesOf(event: BusEvent): number {
  return (
    Buffer.byteLength(event.source) + Buffer.byteLength(event.type) + Buffer.byteLength(JSON.stringify(event.detail))
  );
}
