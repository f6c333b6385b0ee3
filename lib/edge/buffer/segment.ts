/** A file of entries that is written no more. */
export interface Segment {
  readonly name: string;
  readonly first: number;
  readonly last: number;
  readonly bytes: number;
  /** When its oldest entry came, in epoch milliseconds. */
  readonly since: number;
}

/** How the segment that is written to is opened. */
export const OPEN = 'a';

const DIGITS = 12;

/** A sequence number as it stands in names: they sort as the numbers do. */
export function digits(sequence: number): string {
  return String(sequence).padStart(DIGITS, '0');
}

export function openName(first: number): string {
  return `${digits(first)}.open`;
}

export function closedName(first: number, last: number): string {
  return `${digits(first)}-${digits(last)}.segment`;
}

/** The numbers of a segment's name; no `last` for the one that is written to. Undefined for another file. */
export function numbersOf(name: string): { readonly first: number; readonly last?: number } | undefined {
  const [, first, last, open] = /^(\d{12,})(?:-(\d{12,})\.segment|(\.open))$/.exec(name) ?? [];
  if (first === undefined) return undefined;
  return open === undefined ? { first: Number(first), last: Number(last) } : { first: Number(first) };
}
