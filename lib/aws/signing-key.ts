import type { JsonCall } from './json-call.ts';

/** A key of KMS that signs and is never seen. */
export interface SigningKey {
  readonly keyId: string;
  /** Base64 of the DER signature of a text of at most 4,096 bytes. */
  sign(text: string): Promise<string>;
  /** Base64 of the DER SubjectPublicKeyInfo. */
  publicKey(): Promise<string>;
}

/**
 * @param call KMS's JSON protocol
 * @param keyId ARN of a key on the curve P-256
 */
export function createSigningKey(call: JsonCall, keyId: string): SigningKey {
  let known: Promise<string> | undefined;
  return {
    keyId,
    async sign(text) {
      const Message = Buffer.from(text, 'utf8').toString('base64');
      const input = { KeyId: keyId, Message, MessageType: 'RAW', SigningAlgorithm: 'ECDSA_SHA_256' };
      const { Signature } = (await call('Sign', input)) as { Signature: string };
      return Signature;
    },
    publicKey() {
      known ??= call('GetPublicKey', { KeyId: keyId }).then((answer) => (answer as { PublicKey: string }).PublicKey);
      return known;
    },
  };
}
