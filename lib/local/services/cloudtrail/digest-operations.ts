import type { Context, Operations } from '../../core/service.ts';
import type { Digests } from './digest.ts';

/** From when to when a key of this machine counts, whatever its clock is moved to: it is never changed. */
const VALID = { from: Date.parse('2015-01-01'), until: Date.parse('2099-01-01') };

/** The public keys with which digests can be verified. */
export function digestOperations(digests: Digests): Operations {
  return {
    ListPublicKeys: {
      run: (input: { StartTime?: number; EndTime?: number }, { region, now }: Context) => {
        const from = (input.StartTime ?? 0) * 1000;
        const to = input.EndTime === undefined ? now : input.EndTime * 1000;
        const keys = VALID.from <= to && from <= VALID.until ? digests.keys(region) : [];
        return {
          PublicKeyList: keys.map(({ value, fingerprint }) => ({
            Value: value,
            ValidityStartTime: new Date(VALID.from),
            ValidityEndTime: new Date(VALID.until),
            Fingerprint: fingerprint,
          })),
        };
      },
    },
  };
}
