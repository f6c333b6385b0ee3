import { createHash, sign } from 'node:crypto';
import type { Device } from './device.ts';

export interface X509Request {
  readonly host: string;
  readonly path: string;
  readonly body: string;
  readonly region: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

const SERVICE = 'rolesanywhere';

/**
 * The headers of a POST that the device signs with its own key: Signature Version 4 with the certificate's serial number for an access key, and the
 * certificate itself among the signed headers (IAM Roles Anywhere User Guide: signing process).
 */
export function signX509({ certificate, chain, key }: Device, request: X509Request): Record<string, string> {
  const { host, path, body, region, now } = request;
  const algorithm = key.asymmetricKeyType === 'ec' ? 'AWS4-X509-ECDSA-SHA256' : 'AWS4-X509-RSA-SHA256';
  const at = new Date(now).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const scope = `${at.slice(0, 8)}/${region}/${SERVICE}/aws4_request`;
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    host,
    'x-amz-date': at,
    'x-amz-x509': certificate.raw.toString('base64'),
    ...(chain.length === 0 ? {} : { 'x-amz-x509-chain': chain.map(({ raw }) => raw.toString('base64')).join(',') }),
  };
  const names = Object.keys(headers).sort();
  const canonical = [
    'POST',
    path,
    '',
    ...names.map((name) => `${name}:${headers[name]}`),
    '',
    names.join(';'),
    sha256(body),
  ].join('\n');
  const text = [algorithm, at, scope, sha256(canonical)].join('\n');
  const serial = BigInt(`0x${certificate.serialNumber}`);
  const signature = sign('sha256', Buffer.from(text), key).toString('hex');
  const authorization = `${algorithm} Credential=${serial}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { ...headers, authorization };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
