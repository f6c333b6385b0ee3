/** SHA-256 of bytes; passed in, because this part of the mesh knows no platform. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

/** A UUID that is the same for the same words (RFC 9562, version 8). */
export function uuidOf(words: readonly string[], sha256: Sha256): string {
  const bytes = sha256(new TextEncoder().encode(words.join('\n'))).slice(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
