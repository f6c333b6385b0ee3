import { WeftError } from '../error.ts';
import { isObject } from './check.ts';
import type { RowsChanged } from './rows.ts';

/**
 * Changes of rows that one consumer could not be given yet: what the domain said, as it said it. Who sees what of them is asked anew when they are given. Where they
 * wait they look like the event they came as, so that people who find them among the dead letters see what they are.
 */
export interface HeldRows {
  readonly 'detail-type': string;
  readonly consumer: string;
  readonly detail: unknown;
}

/** What waits for a consumer. */
export function heldRows(type: string, consumer: string, detail: unknown): HeldRows {
  return { 'detail-type': type, consumer, detail };
}

/** What two messages have in common that hold the same changes for the same consumer. */
export function heldRowsId({ id, from, product, major, table, sequence }: RowsChanged, consumer: string): string {
  return JSON.stringify([consumer, from, product, major, table, sequence, id]);
}

/** Reads what waits. @throws `WEFT-EVENT-007` for what is none. */
export function parseHeldRows(text: string): HeldRows {
  const message = JSON.parse(text) as unknown;
  if (isObject(message) && typeof message.consumer === 'string') return message as unknown as HeldRows;
  throw new WeftError('WEFT-EVENT-007', 'the message names no consumer that it is held for');
}
