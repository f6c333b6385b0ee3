import { createHash } from 'node:crypto';
import { classify, type Patience, persist, symptomOf } from './retry.ts';
import { awsError, createSigned, type Way } from './signed-request.ts';

/** What is looked at and taken out of buckets whose older versions stay. */
export interface Objects {
  /** ETag of the object that stands now, without quotation marks; undefined when there is none. */
  etag(bucket: string, key: string): Promise<string | undefined>;
  /** Puts a mark of deletion over an object; one that is not there is no error. */
  remove(bucket: string, key: string): Promise<void>;
}

/** Tells bytes and SHA-256 of an object, which is read piece by piece. */
export type Digest = (bucket: string, key: string) => Promise<{ readonly bytes: number; readonly sha256: string }>;

/** So much of an object is held at once. */
const PIECE = 8 * 1024 * 1024;

/** The buckets in path style, which every endpoint of S3 takes as long as their names have no dots. */
export function createObjects(way: Way, patience: Patience): Objects & { readonly digest: Digest } {
  const send = createSigned('s3', way);
  const hash = createHash('sha256').update('').digest('hex');
  const call = (
    method: 'GET' | 'HEAD' | 'DELETE',
    bucket: string,
    key: string,
    range: Readonly<Record<string, string>> = {},
  ) =>
    persist(
      async () => {
        const path = `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`;
        const answer = await send({ method, path, headers: { 'x-amz-content-sha256': hash, ...range }, body: '' });
        if (answer.status < 300 || answer.status === 404) return answer;
        const name = /<Code>([^<]+)<\/Code>/.exec(answer.text)?.[1] ?? 'Unknown';
        throw awsError(name, `${method} ${key} was answered with status ${answer.status}`, answer.status);
      },
      patience,
      (error) => classify(symptomOf(error)) === 'retry',
    );
  return {
    async etag(bucket, key) {
      const { status, headers } = await call('HEAD', bucket, key);
      return status === 404 ? undefined : (headers.etag ?? '').replaceAll('"', '');
    },
    async remove(bucket, key) {
      await call('DELETE', bucket, key);
    },
    async digest(bucket, key) {
      const { headers } = await call('HEAD', bucket, key);
      const size = Number(headers['content-length'] ?? 0);
      const digest = createHash('sha256');
      let bytes = 0;
      while (bytes < size) {
        const piece = await call('GET', bucket, key, { range: `bytes=${bytes}-${Math.min(bytes + PIECE, size) - 1}` });
        if (piece.bytes.length === 0) throw awsError('NoSuchKey', `${key} went while it was read`, 404);
        digest.update(piece.bytes);
        bytes += piece.bytes.length;
      }
      return { bytes, sha256: digest.digest('hex') };
    },
  };
}
