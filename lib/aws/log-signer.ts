import { createPublicKey } from 'node:crypto';
import { WeftError } from '#mesh/error.ts';
import type { JsonCall } from './json-call.ts';

/** A KMS key that signs notes (`ECC_NIST_EDWARDS25519`); only its public half ever leaves KMS. */
export interface LogSigner {
  /** The 32 bytes of RFC 8032. */
  publicKey(): Promise<Uint8Array>;
  sign(message: Uint8Array): Promise<Uint8Array>;
}

/** @param keyId the key's id, ARN or alias */
export function createLogSigner(kms: JsonCall, keyId: string): LogSigner {
  let key: Promise<Uint8Array> | undefined;
  const fetchKey = async () => {
    const { PublicKey } = (await kms('GetPublicKey', { KeyId: keyId })) as { PublicKey: string };
    return rawEd25519(Buffer.from(PublicKey, 'base64'), keyId);
  };
  return {
    publicKey() {
      key ??= fetchKey();
      return key;
    },
    async sign(message) {
      const request = {
        KeyId: keyId,
        Message: Buffer.from(message).toString('base64'),
        MessageType: 'RAW',
        SigningAlgorithm: 'ED25519_SHA_512',
      };
      const { Signature } = (await kms('Sign', request)) as { Signature: string };
      return Buffer.from(Signature, 'base64');
    },
  };
}

/** The raw key in the SubjectPublicKeyInfo that KMS answers. @throws WEFT-AUDIT-015 for a key of another kind. */
export function rawEd25519(der: Buffer, name: string): Uint8Array {
  const { x, crv } = createPublicKey({ key: der, format: 'der', type: 'spki' }).export({ format: 'jwk' });
  if (crv === 'Ed25519' && x !== undefined) return Buffer.from(x, 'base64url');
  throw new WeftError('WEFT-AUDIT-015', `the key ${name} is of kind ${crv ?? 'unknown'}, not Ed25519`, {
    hint: 'make the key with KeySpec ECC_NIST_EDWARDS25519',
  });
}
