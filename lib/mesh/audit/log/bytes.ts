/** True when both hold the same bytes. */
export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && beginsWith(left, right);
}

/** True when the bytes begin with those of `head`. */
export function beginsWith(bytes: Uint8Array, head: Uint8Array): boolean {
  if (head.length > bytes.length) return false;
  for (let index = 0; index < head.length; index += 1) if (bytes[index] !== head[index]) return false;
  return true;
}
