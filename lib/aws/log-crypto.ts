import { createPublicKey, hash, verify } from 'node:crypto';
import type { LogCrypto } from '#mesh/audit/log/files.ts';

/** Hashing and verification of the log with the platform's own cryptography. */
export const logCrypto: LogCrypto = {
  sha256: (bytes) => hash('sha256', bytes, 'buffer'),
  verify: (publicKey, message, signature) => {
    const x = Buffer.from(publicKey).toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return verify(undefined, message, key, signature);
  },
};
