import { createHash, createHmac } from 'node:crypto';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { type Patience, persist } from './retry.ts';

/** Calls one operation of one AWS service. */
export type JsonCall = (operation: string, input: object) => Promise<unknown>;

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What a call needs to reach a service: the same members as the configuration of an SDK client. */
export interface JsonCallOptions {
  readonly region: string;
  readonly credentials: Keys | (() => Promise<Keys>);
  /** Default: the service's public endpoint in the region. */
  readonly endpoint?: string;
  readonly requestHandler: {
    handle(request: HttpRequest): Promise<{ response: { statusCode: number; body?: unknown } }>;
  };
}

/**
 * A signed call in AWS's JSON 1.1 protocol, for a service of which a Lambda needs one operation: the generated client of SSM alone is
 * a fifth of a bundle.
 */
export function createJsonCall(
  service: string,
  target: string,
  options: JsonCallOptions,
  patience: Patience,
): JsonCall {
  const endpoint = new URL(options.endpoint ?? `https://${service}.${options.region}.amazonaws.com`);
  const signer = new SignatureV4({ service, region: options.region, credentials: options.credentials, sha256: Sha256 });
  const once = async (operation: string, input: object): Promise<unknown> => {
    const request = new HttpRequest({
      method: 'POST',
      protocol: endpoint.protocol,
      hostname: endpoint.hostname,
      port: endpoint.port === '' ? undefined : Number(endpoint.port),
      path: '/',
      headers: {
        host: endpoint.host,
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `${target}.${operation}`,
      },
      body: JSON.stringify(input),
    });
    const { response } = await options.requestHandler.handle((await signer.sign(request)) as HttpRequest);
    const answer = JSON.parse((await textOf(response.body)) || '{}') as Record<string, unknown>;
    if (response.statusCode < 300) return answer;
    const error = new Error(String(answer.message ?? answer.Message ?? `status ${response.statusCode}`));
    error.name = String(answer.__type ?? 'Unknown').replace(/^.*#/, '');
    throw Object.assign(error, { $metadata: { httpStatusCode: response.statusCode } });
  };
  return (operation, input) => persist(() => once(operation, input), patience);
}

/** SHA-256 in the shape that the signer asks for. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', keyOf(secret));
  }

  update(data: string | Uint8Array): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {}
}

function keyOf(secret: string | ArrayBuffer | ArrayBufferView): string | Uint8Array {
  if (typeof secret === 'string') return secret;
  return secret instanceof ArrayBuffer
    ? new Uint8Array(secret)
    : new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength);
}

async function textOf(body: unknown): Promise<string> {
  if (body === undefined || body === null) return '';
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}
