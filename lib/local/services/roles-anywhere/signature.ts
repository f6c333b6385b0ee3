import { createHash, verify, type X509Certificate } from 'node:crypto';
import type { WireRequest } from '../../core/service.ts';
import { certificateIn, denied } from './certificates.ts';

const HEADER =
  /^(AWS4-X509-(?:RSA|ECDSA)-SHA256) Credential=(\d+)\/(\d{8}\/([a-z0-9-]+)\/rolesanywhere\/aws4_request),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]+)$/;
const SKEW = 5 * 60_000;

/** A request that a certificate's key signed. */
export interface SignedByCertificate {
  readonly certificate: X509Certificate;
  readonly chain: readonly X509Certificate[];
  readonly region: string;
}

/** Whether a request is signed so at all. */
export function isSignedByCertificate({ headers }: WireRequest): boolean {
  return headers.authorization?.startsWith('AWS4-X509-') === true;
}

/** Checks the signature with the public key of the certificate that the request carries. @throws AwsError `AccessDeniedException`. */
export function verifySignature(request: WireRequest, now: number): SignedByCertificate {
  const { headers, method, path, query, body } = request;
  const [, algorithm, serial, scope = '', region = '', names = '', signature = ''] =
    HEADER.exec(headers.authorization ?? '') ?? [];
  if (algorithm === undefined) throw denied('The Authorization header is not that of a signature with X.509');
  const certificate = certificateIn(headers['x-amz-x509'] ?? '');
  if (BigInt(`0x${certificate.serialNumber}`) !== BigInt(serial ?? ''))
    throw denied('The serial number is not the certificate’s');
  const kind = certificate.publicKey.asymmetricKeyType === 'ec' ? 'ECDSA' : 'RSA';
  if (!algorithm.includes(kind)) throw denied('The algorithm is not that of the certificate’s key');
  const signed = names.split(';');
  for (const name of ['host', 'x-amz-date', 'x-amz-x509'])
    if (!signed.includes(name)) throw denied(`${name} is not signed`);
  const at = headers['x-amz-date'] ?? '';
  const time = Date.parse(at.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Math.abs(now - time) <= SKEW)) throw denied('Signature expired, or the time of the request is wrong');
  const canonical = [
    method,
    path,
    new URLSearchParams([...Object.entries(query)].sort()).toString(),
    ...signed.map((name) => `${name}:${(headers[name] ?? '').trim()}`),
    '',
    names,
    createHash('sha256').update(body).digest('hex'),
  ].join('\n');
  const text = [algorithm, at, scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
  if (!verify('sha256', Buffer.from(text), certificate.publicKey, Buffer.from(signature, 'hex'))) {
    throw denied('The request signature does not match');
  }
  const chain = (headers['x-amz-x509-chain'] ?? '').split(',').filter((one) => one !== '');
  return { certificate, chain: chain.map(certificateIn), region };
}
