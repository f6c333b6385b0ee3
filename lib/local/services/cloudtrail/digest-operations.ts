import type { Context, Operations } from '../../core/service.ts';
import type { Digests } from './digest.ts';

/** Ten years: CloudTrail says until when a key counts, and keys here are never changed. */
const KEY_LIFE = 3650 * 86_400_000;

/** The public keys with which digests can be verified. */
export function digestOperations(digests: Digests): Operations {
  return {
    ListPublicKeys: {
      run: (input: { StartTime?: number; EndTime?: number }, { region, now }: Context) => {
        const from = (input.StartTime ?? 0) * 1000;
        const to = input.EndTime === undefined ? now : input.EndTime * 1000;
        const keys = digests.keys(region).filter((key) => key.from <= to && key.from + KEY_LIFE >= from);
        return {
          PublicKeyList: keys.map(({ value, fingerprint, from: since }) => ({
            Value: value,
            ValidityStartTime: new Date(since),
            ValidityEndTime: new Date(since + KEY_LIFE),
            Fingerprint: fingerprint,
          })),
        };
      },
    },
  };
}
