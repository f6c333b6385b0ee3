import { AwsError } from './error.ts';
import type { Codec, WireResponse } from './service.ts';

/** AWS JSON 1.0 and 1.1: the operation in `X-Amz-Target`, JSON in and out, dates as epoch seconds. */
export function jsonCodec(version: '1.0' | '1.1'): Codec {
  const type = `application/x-amz-json-${version}`;
  return {
    decode(request) {
      const target = request.headers['x-amz-target'];
      if (target === undefined) throw new AwsError('UnknownOperationException', 'no X-Amz-Target header');
      return { operation: target.slice(target.lastIndexOf('.') + 1), input: parseJson(request.body) };
    },
    encode: (_operation, output) => ({ status: 200, headers: { 'content-type': type }, body: toJson(output ?? {}) }),
    encodeError: (error, requestId) => jsonError(error, requestId, type),
  };
}

/** REST-JSON of services whose every operation is `POST /<Operation>`, as Lake Formation's. */
export const postJsonCodec: Codec = {
  decode: (request) => ({ operation: request.path.replace(/^\/+/, ''), input: parseJson(request.body) }),
  encode: (_operation, output) => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: toJson(output ?? {}),
  }),
  encodeError: (error, requestId) => jsonError(error, requestId, 'application/json'),
};

/** AWS Query: form-encoded in, XML out. Output members become elements; arrays become `<member>` lists. */
export const queryCodec: Codec = {
  decode(request) {
    const form = new URLSearchParams(request.body.toString('utf8') || new URLSearchParams(request.query).toString());
    const input: Record<string, string> = {};
    for (const [name, value] of form) input[name] = value;
    const operation = input.Action;
    if (operation === undefined) throw new AwsError('MissingAction', 'the request has no Action');
    return { operation, input };
  },
  encode: (operation, output, context) => ({
    status: 200,
    headers: { 'content-type': 'text/xml' },
    body: `<${operation}Response><${operation}Result>${toXml(output)}</${operation}Result><ResponseMetadata><RequestId>${context.requestId}</RequestId></ResponseMetadata></${operation}Response>`,
  }),
  encodeError: (error, requestId) => ({
    status: error.status,
    headers: { 'content-type': 'text/xml' },
    body: `<ErrorResponse><Error><Type>${error.status >= 500 ? 'Receiver' : 'Sender'}</Type><Code>${error.code}</Code><Message>${escapeXml(error.message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
  }),
};

/** JSON as the AWS JSON protocols write it: a `Date` is epoch seconds, bytes are base64, undefined is left out. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, function replace(this: Record<string, unknown>, key, json) {
    const raw = this[key];
    if (raw instanceof Date) return raw.getTime() / 1000;
    if (raw instanceof Uint8Array) return Buffer.from(raw).toString('base64');
    return json as unknown;
  });
}

export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return {};
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    throw new AwsError('SerializationException', 'the body is not JSON');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new AwsError('SerializationException', 'the body is not a JSON object');
}

function toXml(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((entry) => `<member>${toXml(entry)}</member>`).join('');
  if (typeof value === 'object') {
    return Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => `<${name}>${toXml(member)}</${name}>`)
      .join('');
  }
  return escapeXml(String(value));
}

export function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function jsonError(
  error: { code: string; message: string; status: number; members: Readonly<Record<string, unknown>> },
  requestId: string,
  type: string,
): WireResponse {
  return {
    status: error.status,
    headers: { 'content-type': type, 'x-amzn-errortype': error.code, 'x-amzn-requestid': requestId },
    body: toJson({ __type: error.code, message: error.message, Message: error.message, ...error.members }),
  };
}
