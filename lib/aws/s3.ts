import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { classify, isNamed, type Patience, persist, symptomOf } from './retry.ts';

/** A place where objects are written once and never again. */
export interface WriteOnce {
  /** Writes the object unless its key is taken; answers `false` when it was already there. */
  put(key: string, body: string): Promise<boolean>;
}

export function createWriteOnce(client: S3Client, bucket: string, patience: Patience): WriteOnce {
  return {
    async put(key, body) {
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: body,
        ContentType: 'application/x-ndjson',
        IfNoneMatch: '*',
      });
      const retryable = (error: unknown) =>
        isNamed(error, 'ConditionalRequestConflict') || classify(symptomOf(error)) === 'retry';
      try {
        await persist(() => client.send(command), patience, retryable);
        return true;
      } catch (error) {
        if (isNamed(error, 'PreconditionFailed') || symptomOf(error).status === 412) return false;
        throw error;
      }
    },
  };
}
