import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { encodeFrame, scanFrames } from '#edge/buffer/frame.ts';

const payloads = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 8 });
const fileOf = (list: readonly Uint8Array[]) => Buffer.concat(list.map(encodeFrame));

test('what is written is read', () => {
  fc.assert(
    fc.property(payloads, (list) => {
      const file = fileOf(list);
      const { payloads: read, sound } = scanFrames(file);
      expect(sound).toBe(file.length);
      expect(read.map((payload) => [...payload])).toEqual(list.map((payload) => [...payload]));
    }),
  );
});

test('a file that is cut at any byte gives every frame before the cut and no other', () => {
  fc.assert(
    fc.property(payloads, (list) => {
      const file = fileOf(list);
      for (let cut = 0; cut <= file.length; cut += 1) {
        const { payloads: read, sound } = scanFrames(file.subarray(0, cut));
        const whole = list.filter((_payload, at) => fileOf(list.slice(0, at + 1)).length <= cut);
        expect(read).toHaveLength(whole.length);
        expect(sound).toBe(fileOf(whole).length);
      }
    }),
    { numRuns: 40 },
  );
});

test('zeros, and anything else, behind the frames are no frame', () => {
  fc.assert(
    fc.property(payloads, fc.uint8Array({ maxLength: 30 }), fc.boolean(), (list, garbage, zeros) => {
      const file = fileOf(list);
      const tail = zeros ? new Uint8Array(garbage.length) : garbage;
      const { sound } = scanFrames(Buffer.concat([file, tail]));
      expect(sound).toBe(file.length);
    }),
  );
});

test('a bit that flips in a frame ends what is read before that frame', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 4 }),
      fc.nat(),
      (list, at) => {
        const file = fileOf(list);
        const bit = at % (file.length * 8);
        const byte = Math.floor(bit / 8);
        file[byte] = (file[byte] ?? 0) ^ (1 << (bit % 8));
        expect(scanFrames(file).sound).toBeLessThanOrEqual(byte);
      },
    ),
  );
});

test('an empty frame cannot be written', () => {
  expect(() => encodeFrame(new Uint8Array())).toThrow(RangeError);
});
