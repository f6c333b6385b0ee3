const encoder = new TextEncoder();

/** The bytes of a leaf of the log. */
export function leafBytes(text: string): Uint8Array {
  return encoder.encode(text);
}
