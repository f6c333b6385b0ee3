import canonicalize from 'canonicalize';
import type { AuditEntry } from '../entry.ts';

const encoder = new TextEncoder();

/** The text of an entry that is hashed and kept: RFC 8785 canonical JSON. Half a surrogate pair, which the RFC refuses, becomes U+FFFD. */
export function canonicalText(entry: AuditEntry | Readonly<Record<string, unknown>>): string {
  return canonicalize(wellFormed(entry)) ?? 'null';
}

/** The bytes of a leaf of the log. */
export function leafBytes(text: string): Uint8Array {
  return encoder.encode(text);
}

function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name.toWellFormed(), wellFormed(member)]));
}
