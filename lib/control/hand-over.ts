import type { Bus } from '#aws/eventbridge.ts';
import { classify, type Symptom, symptomOf } from '#aws/retry.ts';
import type { Delivery } from '#mesh/event/product-event.ts';

/** How it went to put events on the bus of a consumer. */
export type HandedOver =
  | { readonly taken: true }
  | {
      readonly taken: false;
      readonly why: string;
      /** Whose trouble it is: `bus`, that nothing goes to; `event`, which would be taken nowhere; `way`, on which everybody waits. */
      readonly of: 'bus' | 'event' | 'way';
    };

/** What EventBridge says of an event that is wrong in itself (API Reference: PutEventsResultEntry). */
const OF_THE_EVENT = ['InvalidArgument', 'MalformedDetail', 'RedactionFailure', 'ValidationException'];

/** Throttles are those of this account, and no consumer's. */
const THROTTLED = /throttl|TooManyRequests|RequestLimit|rate exceeded/i;

/** Gives a consumer its events; `within` ends the wait for a bus that does not answer, with an error. */
export async function handOver(
  bus: Bus,
  deliveries: readonly Delivery[],
  within: <T>(work: Promise<T>) => Promise<T>,
): Promise<HandedOver> {
  const events = deliveries.map(({ event }) => ({ source: event.source, type: event.type, detail: event }));
  try {
    const { failed, unclear } = await within(bus.put(events));
    const lost = [...failed, ...unclear][0];
    return lost === undefined ? { taken: true } : refused(lost.symptom);
  } catch (error) {
    return refused(symptomOf(error));
  }
}

function refused(symptom: Symptom): HandedOver {
  return { taken: false, why: `${symptom.name}: ${symptom.message}`, of: troubleOf(symptom) };
}

function troubleOf(symptom: Symptom): 'bus' | 'event' | 'way' {
  if (OF_THE_EVENT.includes(symptom.name)) return 'event';
  const throttled = classify(symptom) === 'retry' && THROTTLED.test(`${symptom.name} ${symptom.message}`);
  return throttled ? 'way' : 'bus';
}
