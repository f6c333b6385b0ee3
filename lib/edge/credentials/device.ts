import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { userError } from '#mesh/error.ts';

/** Who the device is: its certificate, the key that belongs to it, and what leads from there to the trust anchor. */
export interface Device {
  readonly certificate: X509Certificate;
  readonly chain: readonly X509Certificate[];
  readonly key: KeyObject;
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * Reads the files of a device, each time anew: a renewed certificate needs no restart.
 * @throws WeftError `WEFT-EDGE-023` when a file is no PEM, the key is another certificate's, or the certificate is not valid now.
 */
export function readDevice(files: { certificate: string; key: string; chain?: string }, now: number): Device {
  const [certificate] = certificatesIn(files.certificate);
  if (certificate === undefined) throw refused(`${files.certificate} holds no certificate`);
  const key = privateKeyIn(files.key);
  if (!certificate.checkPrivateKey(key)) throw refused(`${files.key} is not the key of ${files.certificate}`);
  const [from, to] = [certificate.validFromDate, certificate.validToDate];
  if (now < from.getTime())
    throw refused(`the certificate is valid from ${from.toISOString()}`, 'set the clock of the machine');
  if (now > to.getTime()) throw refused(`the certificate expired at ${to.toISOString()}`);
  return { certificate, key, chain: files.chain === undefined ? [] : certificatesIn(files.chain) };
}

/** The organizational unit in a certificate's subject; undefined when there is none. */
export function groupOf({ certificate }: Device): string | undefined {
  return /^OU=(.+)$/m.exec(certificate.subject)?.[1];
}

function certificatesIn(file: string): X509Certificate[] {
  try {
    return (readFileSync(file, 'utf8').match(PEM) ?? []).map((pem) => new X509Certificate(pem));
  } catch (cause) {
    throw refused(`${file} cannot be read: ${(cause as Error).message}`);
  }
}

function privateKeyIn(file: string): KeyObject {
  try {
    return createPrivateKey(readFileSync(file));
  } catch (cause) {
    throw refused(`${file} holds no private key that can be read: ${(cause as Error).message}`);
  }
}

function refused(message: string, hint = 'have a new certificate signed, and put it where the old one is') {
  return userError('WEFT-EDGE-023', message, { hint });
}
