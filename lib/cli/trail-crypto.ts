import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { Crypto } from '#mesh/audit/digest/verify.ts';

/** A public key of CloudTrail, as `ListPublicKeys` answers it and an archive keeps it. */
export interface TrailKeyValue {
  readonly fingerprint: string;
  /** DER, base64: of PKCS #1 or of a SubjectPublicKeyInfo, for AWS documents one and shows both. */
  readonly value: string;
}

/** The mathematics of the verification, with the public keys of an archive. */
export function trailCrypto(keys: readonly TrailKeyValue[]): Crypto {
  const opened = new Map<string, KeyObject | undefined>();
  const keyOf = (fingerprint: string) => {
    if (!opened.has(fingerprint)) {
      const found = keys.find((key) => key.fingerprint === fingerprint);
      opened.set(fingerprint, found && open(Buffer.from(found.value, 'base64')));
    }
    return opened.get(fingerprint);
  };
  return {
    hash: (content) => createHash('sha256').update(content).digest('hex'),
    verify(fingerprint, text, signature) {
      const key = keyOf(fingerprint);
      return key && verify('sha256', Buffer.from(text), key, Buffer.from(signature, 'hex'));
    },
  };
}

function open(der: Buffer): KeyObject | undefined {
  for (const type of ['pkcs1', 'spki'] as const) {
    try {
      return createPublicKey({ key: der, format: 'der', type });
    } catch {
      // The other form, then.
    }
  }
  return undefined;
}
