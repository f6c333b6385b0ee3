import { crc32 } from 'node:zlib';

/** Length and CRC-32 of what follows, both as 32-bit numbers, big-endian. */
const HEADER = 8;

/** A payload as it stands in a segment file. @throws RangeError for an empty one, which zeros at the end of a file would look like. */
export function encodeFrame(payload: Uint8Array): Buffer {
  if (payload.length === 0) throw new RangeError('a frame holds at least one byte');
  const frame = Buffer.alloc(HEADER + payload.length);
  frame.writeUInt32BE(payload.length, 0);
  frame.set(payload, HEADER);
  frame.writeUInt32BE(checksum(frame), 4);
  return frame;
}

/**
 * The whole frames at the beginning of a file, and how many bytes they take: behind them a write was torn, or the disk has failed. It has for sure (`rotten`) where a frame is wrong and
 * others were written behind it.
 */
export function scanFrames(bytes: Buffer): {
  readonly payloads: Buffer[];
  readonly sound: number;
  readonly rotten: boolean;
} {
  const payloads: Buffer[] = [];
  let sound = 0;
  while (sound + HEADER <= bytes.length) {
    const length = bytes.readUInt32BE(sound);
    const end = sound + HEADER + length;
    if (length === 0 || end > bytes.length) break;
    const frame = bytes.subarray(sound, end);
    if (checksum(frame) !== frame.readUInt32BE(4)) return { payloads, sound, rotten: end < bytes.length };
    payloads.push(frame.subarray(HEADER));
    sound = end;
  }
  return { payloads, sound, rotten: false };
}

/** Over the length too, so that a wrong length is found out. */
function checksum(frame: Buffer): number {
  return crc32(frame.subarray(HEADER), crc32(frame.subarray(0, 4)));
}
