import { X509Certificate } from 'node:crypto';
import { AwsError } from '../../core/error.ts';

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
/** What a session tag may be; a `*` would be a wildcard wherever a policy names the tag. */
const TAG_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+@-]{0,256}$/u;
const NAMED = ['C', 'O', 'OU', 'ST', 'L', 'CN'];

/** The certificates of a PEM text. @throws AwsError `ValidationException` when there is none. */
export function certificatesOf(pem: string): X509Certificate[] {
  try {
    const found = (pem.match(PEM) ?? []).map((one) => new X509Certificate(one));
    if (found.length > 0) return found;
  } catch {
    // Told below.
  }
  throw new AwsError('ValidationException', 'The certificate data is not PEM of X.509 certificates');
}

/** A certificate as it comes in a header. @throws AwsError `AccessDeniedException`. */
export function certificateIn(header: string): X509Certificate {
  try {
    return new X509Certificate(Buffer.from(header, 'base64'));
  } catch {
    throw denied('Invalid certificate');
  }
}

/**
 * Follows the chain from the certificate that signed to one of the anchors.
 * @param now epoch milliseconds; every certificate on the way has to be valid then.
 * @throws AwsError `AccessDeniedException`.
 */
export function verifyChain(
  certificate: X509Certificate,
  chain: readonly X509Certificate[],
  anchors: readonly X509Certificate[],
  now: number,
): void {
  if (certificate.ca) throw denied('Untrusted signing certificate: it is the certificate of an authority');
  let current = certificate;
  const left = [...chain];
  for (;;) {
    checkTime(current, now);
    const anchor = anchors.find((candidate) => signed(current, candidate));
    if (anchor !== undefined) {
      checkTime(anchor, now);
      return;
    }
    const at = left.findIndex((candidate) => signed(current, candidate));
    const next = left[at];
    if (next === undefined) throw denied('Untrusted signing certificate');
    left.splice(at, 1);
    current = next;
  }
}

function signed(certificate: X509Certificate, by: X509Certificate): boolean {
  return by.ca && certificate.checkIssued(by) && certificate.verify(by.publicKey);
}

function checkTime({ validFromDate, validToDate }: X509Certificate, now: number): void {
  if (now < validFromDate.getTime()) throw denied('Untrusted certificate. The certificate is not valid yet');
  if (now > validToDate.getTime()) throw denied('Untrusted certificate. The certificate has expired');
}

/** The session tags that a certificate gives: `x509Subject/OU`, `x509Issuer/CN`, `x509SAN/DNS` and so on. */
export function tagsOf({ subject, issuer, subjectAltName }: X509Certificate): Record<string, string> {
  const tags: Record<string, string> = {};
  const put = (name: string, value: string) => {
    const problem =
      tags[name] !== undefined ? `several ${name}` : TAG_VALUE.test(value) ? undefined : `the ${name} "${value}"`;
    if (problem !== undefined) {
      throw new AwsError('WeftLocalNotImplemented', `weft local does not implement rolesanywhere with ${problem}`, 501);
    }
    tags[name] = value;
  };
  for (const [field, names] of [
    ['x509Subject', subject],
    ['x509Issuer', issuer],
  ] as const) {
    for (const line of names.split('\n')) {
      const [, name = '', value = ''] = /^(\w+)=(.*)$/.exec(line) ?? [];
      if (NAMED.includes(name)) put(`${field}/${name}`, value);
    }
  }
  for (const [, kind = '', value = ''] of (subjectAltName ?? '').matchAll(/(DNS|URI):([^,]+)/g)) {
    tags[`x509SAN/${kind}`] ??= value;
  }
  return tags;
}

export function denied(message: string): AwsError {
  return new AwsError('AccessDeniedException', message, 403);
}
