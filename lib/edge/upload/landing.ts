import { createHash } from 'node:crypto';
import { awsError, createSigned, type Way } from '#aws/signed-request.ts';

/** The landing bucket, as far as a site may reach it: it writes, and reads nothing. */
export interface Landing {
  /** Writes the object unless its key is taken; false when it was there already, as after an answer that was lost. */
  putOnce(key: string, body: string): Promise<boolean>;
  /** Writes the object over whatever is there. */
  put(key: string, body: string): Promise<void>;
}

export function landingOf(way: Way, bucket: string): Landing {
  const send = createSigned('s3', way);
  const write = async (key: string, body: string, condition: Record<string, string>) => {
    const sum = createHash('sha256').update(body).digest();
    const { status, text } = await send({
      method: 'PUT',
      path: `/${bucket}/${key.split('/').map(encodeURIComponent).join('/')}`,
      headers: {
        'content-type': key.endsWith('.jsonl') ? 'application/x-ndjson' : 'application/json',
        // S3 compares it with what arrived, and keeps it beside the object.
        'x-amz-checksum-sha256': sum.toString('base64'),
        'x-amz-content-sha256': sum.toString('hex'),
        ...condition,
      },
      body,
    });
    if (status < 300) return true;
    const code = /<Code>([^<]+)<\/Code>/.exec(text)?.[1] ?? 'Unknown';
    if (code === 'PreconditionFailed') return false;
    throw awsError(code, /<Message>([^<]+)<\/Message>/.exec(text)?.[1] ?? `status ${status}`, status);
  };
  return {
    putOnce: (key, body) => write(key, body, { 'if-none-match': '*' }),
    put: async (key, body) => void (await write(key, body, {})),
  };
}
