import { randomBytes } from 'node:crypto';
import type { Patience } from './retry.ts';
import { createWriteOnce } from './s3.ts';
import type { Way } from './signed-request.ts';

/** Where the keys that masked columns are hashed with come to be. Nothing here reads one. */
export interface MaskKeyStore {
  /** Writes a new key of 256 random bits as the object, unless there is one. */
  ensure(bucket: string, object: string): Promise<void>;
}

/** @param column name of the only column of the table that lies over the object */
export function createMaskKeys(way: Way, column: string, patience: Patience): MaskKeyStore {
  return {
    async ensure(bucket, object) {
      const key = randomBytes(32).toString('hex');
      await createWriteOnce(way, bucket, patience).put(object, `${JSON.stringify({ [column]: key })}\n`);
    },
  };
}
