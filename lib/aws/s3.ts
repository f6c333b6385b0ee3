import { createHash } from 'node:crypto';
import { classify, isNamed, type Patience, persist, symptomOf } from './retry.ts';
import { type Answer, awsError, createSigned, type Unsigned, type Way } from './signed-request.ts';

/** A place where objects are written once and never again. */
export interface WriteOnce {
  /** Writes the object unless its key is taken; answers `false` when it was already there. */
  put(key: string, body: string): Promise<boolean>;
}

/** The objects of one bucket, as far as a log needs them. */
export interface ObjectStore {
  /** The object with its ETag, or undefined; asks for `s3:ListBucket`, without which S3 does not say that a key is free. */
  get(key: string): Promise<{ readonly body: Uint8Array; readonly etag: string } | undefined>;
  exists(key: string): Promise<boolean>;
  /** Writes the object unless its key is taken; answers `false` when it was already there. */
  putOnce(key: string, body: string | Uint8Array): Promise<boolean>;
  /** Writes over the object of that ETag, or where there is none (`undefined`); the new ETag, or undefined when it is no longer so. */
  replace(key: string, body: string, etag: string | undefined): Promise<string | undefined>;
}

/** The bucket in path style, which every endpoint of S3 takes as long as the bucket's name has no dots. */
export function createObjectStore(way: Way, bucket: string, patience: Patience): ObjectStore {
  const send = createSigned('s3', way);
  const call = (key: string, request: Omit<Unsigned, 'path'>): Promise<Answer> =>
    persist(
      async () => {
        const answer = await send({
          ...request,
          path: `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`,
        });
        if (answer.status < 300 || answer.status === 404 || answer.status === 412) return answer;
        throw errorOf(answer);
      },
      patience,
      (error) => isNamed(error, 'ConditionalRequestConflict') || classify(symptomOf(error)) === 'retry',
    );
  const read = (method: 'GET' | 'HEAD', key: string): Promise<Answer> =>
    call(key, { method, headers: { 'x-amz-content-sha256': sha256('') }, body: '' });
  const write = async (key: string, body: string | Uint8Array, condition: Record<string, string>): Promise<Answer> => {
    const headers = {
      'content-type': typeof body === 'string' ? 'application/x-ndjson' : 'application/octet-stream',
      ...condition,
      // A bucket with Object Lock asks for a checksum of each object.
      'content-md5': createHash('md5').update(body).digest('base64'),
      'x-amz-content-sha256': sha256(body),
    };
    const answer = await call(key, { method: 'PUT', headers, body });
    if (answer.status === 404) throw errorOf(answer);
    return answer;
  };
  return {
    async get(key) {
      const { status, bytes, headers, text } = await read('GET', key);
      if (status === 404 && /<Code>NoSuchBucket</.test(text)) throw errorOf({ status, bytes, headers, text });
      return status === 404 ? undefined : { body: bytes, etag: headers.etag ?? '' };
    },
    exists: async (key) => (await read('HEAD', key)).status !== 404,
    putOnce: async (key, body) => (await write(key, body, { 'if-none-match': '*' })).status !== 412,
    async replace(key, body, etag) {
      const condition: Record<string, string> = etag === undefined ? { 'if-none-match': '*' } : { 'if-match': etag };
      const { status, headers } = await write(key, body, condition);
      return status === 412 ? undefined : headers.etag;
    },
  };
}

export function createWriteOnce(way: Way, bucket: string, patience: Patience): WriteOnce {
  return { put: createObjectStore(way, bucket, patience).putOnce };
}

function errorOf({ status, text }: Answer): Error {
  const name = /<Code>([^<]+)<\/Code>/.exec(text)?.[1] ?? 'Unknown';
  return awsError(name, /<Message>([^<]+)<\/Message>/.exec(text)?.[1] ?? `status ${status}`, status);
}

function sha256(body: string | Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}
