import canonicalize from 'canonicalize';

/** The one text of a value that is hashed, signed and kept: RFC 8785 canonical JSON. Half a surrogate pair, which the RFC refuses, becomes U+FFFD; absent members are left out. */
export function canonicalText(value: object): string {
  return canonicalize(wellFormed(value)) ?? 'null';
}

function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name.toWellFormed(), wellFormed(member)]));
}
