import type { Row } from '../normalize/row.ts';

/** Why a record does not fit the contract. */
export interface Rejection {
  readonly code: string;
  readonly message: string;
  /** The contract's column, when the reason is in one. */
  readonly column?: string;
}

/** What became of one record of a source: a row of the contract, or a rejection with the record as it came. */
export type Item =
  | { readonly row: Row }
  | { readonly rejected: Rejection /** The record as it came; it stays at the site. */; readonly record: unknown };

/** A threshold that a row passed. */
export interface Alarm {
  readonly name: string;
  readonly sequence: number;
  readonly column: string;
  readonly value: number;
  readonly limit: number;
  /** What the rule is kept apart by, e.g. the machine. */
  readonly of: string;
}

/**
 * What is written as one: all of it is kept, or nothing is. The place in the source stands beside the records that were read up to there, so
 * that neither can be ahead of the other.
 */
export interface Entry {
  /** The sequence number of the first item; the others follow without a gap. */
  readonly first: number;
  /** Epoch milliseconds at which it came. */
  readonly at: number;
  readonly items: readonly Item[];
  /** How far the source was read: what is new since the entry before. */
  readonly mark?: unknown;
  readonly alarms?: readonly Alarm[];
  /** What is above its threshold now, when that changed. */
  readonly raised?: readonly string[];
}
