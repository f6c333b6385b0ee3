import { WeftError } from '../error.ts';

/** What started a run: a file that came, new data of another product, or time. */
export type StepCause =
  | { readonly kind: 'file'; readonly key: string; readonly etag: string; readonly bytes: number }
  | { readonly kind: 'event'; readonly id: string }
  | { readonly kind: 'time'; readonly at: string };

/** What the queue of a pipeline brings. */
export type PipelineMessage =
  | { readonly kind: 'step'; readonly step: string; readonly cause: StepCause }
  /** A snapshot for a partner is due. */
  | { readonly kind: 'exchange'; readonly exchange: string; readonly at: string }
  /** Look how old the tables are, and tell the mesh where they are. */
  | { readonly kind: 'look' }
  /** A product was published: the mesh may know its tables from its contract alone. */
  | { readonly kind: 'published'; readonly product: string };

interface EventLike {
  readonly id?: string;
  readonly source?: string;
  readonly 'detail-type'?: string;
  readonly detail?: {
    readonly object?: { readonly key?: string; readonly etag?: string; readonly size?: number };
    readonly id?: string;
    readonly data?: { readonly product?: string };
  };
}

/** Reads a message as the rules and schedules of the stack write it. @throws `WEFT-PIPELINE-019` for what is none. */
export function parseMessage(text: string): PipelineMessage {
  const message = JSON.parse(text) as {
    step?: string;
    event?: EventLike;
    at?: string;
    look?: unknown;
    published?: unknown;
    exchange?: string;
  };
  const { step, event, at } = message;
  if (message.look !== undefined) return { kind: 'look' };
  if (message.exchange !== undefined && at !== undefined) return { kind: 'exchange', exchange: message.exchange, at };
  const product = event?.detail?.data?.product;
  if (message.published !== undefined && product !== undefined) return { kind: 'published', product };
  const cause = step === undefined ? undefined : causeOf(event, at);
  if (step === undefined || cause === undefined) {
    throw new WeftError('WEFT-PIPELINE-019', `the message names no step and its cause: ${text.slice(0, 200)}`);
  }
  return { kind: 'step', step, cause };
}

function causeOf(event: EventLike | undefined, at: string | undefined): StepCause | undefined {
  if (at !== undefined) return { kind: 'time', at };
  const object = event?.detail?.object;
  if (object?.key !== undefined) {
    return { kind: 'file', key: object.key, etag: object.etag ?? '', bytes: object.size ?? 0 };
  }
  // The mesh's own id: the same event may come with another one of EventBridge's.
  const id = event?.detail?.id ?? event?.id;
  return id === undefined ? undefined : { kind: 'event', id };
}
