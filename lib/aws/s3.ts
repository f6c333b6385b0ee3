import { createHash } from 'node:crypto';
import { classify, isNamed, type Patience, persist, symptomOf } from './retry.ts';
import { awsError, createSigned, type Way } from './signed-request.ts';

/** A place where objects are written once and never again. */
export interface WriteOnce {
  /** Writes the object unless its key is taken; answers `false` when it was already there. */
  put(key: string, body: string): Promise<boolean>;
}

/** The bucket in path style, which every endpoint of S3 takes as long as the bucket's name has no dots. */
export function createWriteOnce(way: Way, bucket: string, patience: Patience): WriteOnce {
  const send = createSigned('s3', way);
  const once = async (key: string, body: string): Promise<void> => {
    const { status, text } = await send({
      method: 'PUT',
      path: `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`,
      headers: {
        'content-type': 'application/x-ndjson',
        'if-none-match': '*',
        // A bucket with Object Lock asks for a checksum of each object.
        'content-md5': createHash('md5').update(body).digest('base64'),
        'x-amz-content-sha256': createHash('sha256').update(body).digest('hex'),
      },
      body,
    });
    if (status < 300) return;
    const name = /<Code>([^<]+)<\/Code>/.exec(text)?.[1] ?? 'Unknown';
    throw awsError(name, /<Message>([^<]+)<\/Message>/.exec(text)?.[1] ?? `status ${status}`, status);
  };
  const retryable = (error: unknown) =>
    isNamed(error, 'ConditionalRequestConflict') || classify(symptomOf(error)) === 'retry';
  return {
    async put(key, body) {
      try {
        await persist(() => once(key, body), patience, retryable);
        return true;
      } catch (error) {
        if (symptomOf(error).status === 412) return false;
        throw error;
      }
    },
  };
}
