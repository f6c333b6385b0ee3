import {
  constants,
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  type SignKeyObjectInput,
  sign,
  verify,
} from 'node:crypto';
import { AwsError } from '../../core/error.ts';
import type { Context } from '../../core/service.ts';
import { findKey, type Key, type KeySpec, keyArn, requireKey, requireUsable, signingAlgorithms } from './key.ts';

type EncryptionContext = Readonly<Record<string, string>>;

interface EncryptInput {
  readonly KeyId: string;
  readonly Plaintext: string;
  readonly EncryptionContext?: EncryptionContext;
  readonly EncryptionAlgorithm?: string;
}

interface DecryptInput {
  readonly CiphertextBlob: string;
  readonly KeyId?: string;
  readonly EncryptionContext?: EncryptionContext;
  readonly EncryptionAlgorithm?: string;
}

interface DataKeyInput {
  readonly KeyId: string;
  readonly KeySpec?: 'AES_256' | 'AES_128';
  readonly NumberOfBytes?: number;
  readonly EncryptionContext?: EncryptionContext;
}

interface SignInput {
  readonly KeyId: string;
  readonly Message: string;
  readonly MessageType?: 'RAW' | 'DIGEST';
  readonly SigningAlgorithm: string;
}

const ALGORITHM = 'SYMMETRIC_DEFAULT';
const MOST_PLAINTEXT = 4096;
const HEADER = Buffer.from([1, 2]);

/** The secret of a new key: 32 random bytes, or a private key. */
export function newSecret(spec: KeySpec): string {
  if (spec === ALGORITHM) return randomBytes(32).toString('base64');
  return newPair(spec).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function newPair(spec: KeySpec) {
  if (spec === 'ECC_NIST_P256') return generateKeyPairSync('ec', { namedCurve: 'P-256' });
  if (spec === 'ECC_NIST_EDWARDS25519') return generateKeyPairSync('ed25519');
  return generateKeyPairSync('rsa', { modulusLength: Number(spec.slice(4)) });
}

export function encrypt(input: EncryptInput, context: Context) {
  const key = requireKey(context, input.KeyId, 'Encrypt');
  const plain = Buffer.from(input.Plaintext, 'base64');
  requireSymmetric(key, input.EncryptionAlgorithm);
  if (plain.length < 1 || plain.length > MOST_PLAINTEXT) {
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to ${MOST_PLAINTEXT}`,
    );
  }
  return {
    CiphertextBlob: seal(key, plain, input.EncryptionContext),
    KeyId: keyArn(key),
    EncryptionAlgorithm: ALGORITHM,
  };
}

export function decrypt(input: DecryptInput, context: Context) {
  const blob = Buffer.from(input.CiphertextBlob, 'base64');
  const arn = arnIn(blob);
  const sealed = findKey(context, arn);
  if (sealed === undefined) throw invalidCiphertext();
  const key = requireKey(context, arn, 'Decrypt');
  if (input.KeyId !== undefined && findKey(context, input.KeyId)?.id !== key.id) {
    throw new AwsError(
      'IncorrectKeyException',
      'The key ID in the request does not identify a CMK that can perform this operation.',
    );
  }
  requireSymmetric(key, input.EncryptionAlgorithm);
  return { Plaintext: open(key, blob, input.EncryptionContext), KeyId: keyArn(key), EncryptionAlgorithm: ALGORITHM };
}

export function generateDataKey(input: DataKeyInput, context: Context) {
  const key = requireKey(context, input.KeyId, 'GenerateDataKey');
  requireSymmetric(key, undefined);
  if ((input.KeySpec === undefined) === (input.NumberOfBytes === undefined)) {
    throw new AwsError('ValidationException', 'Please specify either number of bytes or key spec.');
  }
  const length = input.NumberOfBytes ?? (input.KeySpec === 'AES_128' ? 16 : 32);
  const plain = randomBytes(length);
  return { CiphertextBlob: seal(key, plain, input.EncryptionContext), Plaintext: plain, KeyId: keyArn(key) };
}

export function generateDataKeyWithoutPlaintext(input: DataKeyInput, context: Context) {
  const { CiphertextBlob, KeyId } = generateDataKey(input, context);
  return { CiphertextBlob, KeyId };
}

export function signMessage(input: SignInput, context: Context) {
  const key = requireKey(context, input.KeyId, 'Sign');
  requireUsable(key, 'SIGN_VERIFY');
  const { hash, options } = signingOptions(key, input, createPrivateKey(key.secret));
  return {
    KeyId: keyArn(key),
    Signature: sign(hash, Buffer.from(input.Message, 'base64'), options),
    SigningAlgorithm: input.SigningAlgorithm,
  };
}

export function verifyMessage(input: SignInput & { readonly Signature: string }, context: Context) {
  const key = requireKey(context, input.KeyId, 'Verify');
  requireUsable(key, 'SIGN_VERIFY');
  const { hash, options } = signingOptions(key, input, createPublicKey(key.secret));
  const valid = verify(hash, Buffer.from(input.Message, 'base64'), options, Buffer.from(input.Signature, 'base64'));
  if (!valid) throw new AwsError('KMSInvalidSignatureException', '');
  return { KeyId: keyArn(key), SignatureValid: true, SigningAlgorithm: input.SigningAlgorithm };
}

export function getPublicKey(input: { readonly KeyId: string }, context: Context) {
  const key = requireKey(context, input.KeyId, 'GetPublicKey');
  requireUsable(key, 'SIGN_VERIFY');
  return {
    KeyId: keyArn(key),
    PublicKey: createPublicKey(key.secret).export({ type: 'spki', format: 'der' }),
    KeySpec: key.spec,
    CustomerMasterKeySpec: key.spec,
    KeyUsage: key.usage,
    SigningAlgorithms: signingAlgorithms(key.spec),
  };
}

function signingOptions(key: Key, input: SignInput, keyObject: KeyObject) {
  if (!signingAlgorithms(key.spec).includes(input.SigningAlgorithm)) {
    throw new AwsError(
      'InvalidKeyUsageException',
      `Algorithm ${input.SigningAlgorithm} is incompatible with key spec ${key.spec}.`,
    );
  }
  if (input.MessageType === 'DIGEST') {
    throw new AwsError(
      'WeftLocalNotImplemented',
      'weft local does not implement kms:Sign with MessageType DIGEST',
      501,
    );
  }
  // Ed25519 hashes by itself.
  const hash = key.spec === 'ECC_NIST_EDWARDS25519' ? undefined : `sha${input.SigningAlgorithm.slice(-3)}`;
  const options: SignKeyObjectInput = input.SigningAlgorithm.startsWith('RSASSA_PSS')
    ? { key: keyObject, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : { key: keyObject };
  return { hash, options };
}

/** Header, length and ARN of the key, nonce, tag, bytes: so that the key is found again from the bytes alone. */
function seal(key: Key, plain: Buffer, encryptionContext: EncryptionContext | undefined): Buffer {
  const nonce = randomBytes(12);
  const arn = Buffer.from(keyArn(key));
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(key.secret, 'base64'), nonce);
  cipher.setAAD(canonical(encryptionContext));
  const bytes = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([HEADER, Buffer.from([arn.length]), arn, nonce, cipher.getAuthTag(), bytes]);
}

function open(key: Key, blob: Buffer, encryptionContext: EncryptionContext | undefined): Buffer {
  const start = HEADER.length + 1 + (blob[HEADER.length] ?? 0);
  try {
    const decipher = createDecipheriv(
      'aes-256-gcm',
      Buffer.from(key.secret, 'base64'),
      blob.subarray(start, start + 12),
    );
    decipher.setAAD(canonical(encryptionContext));
    decipher.setAuthTag(blob.subarray(start + 12, start + 28));
    return Buffer.concat([decipher.update(blob.subarray(start + 28)), decipher.final()]);
  } catch {
    throw invalidCiphertext();
  }
}

function arnIn(blob: Buffer): string {
  if (!blob.subarray(0, HEADER.length).equals(HEADER)) throw invalidCiphertext();
  const start = HEADER.length + 1;
  return blob.toString('utf8', start, start + (blob[HEADER.length] ?? 0));
}

function canonical(encryptionContext: EncryptionContext = {}): Buffer {
  return Buffer.from(
    JSON.stringify(Object.entries(encryptionContext).sort(([left], [right]) => (left < right ? -1 : 1))),
  );
}

function requireSymmetric(key: Key, algorithm: string | undefined): void {
  requireUsable(key, 'ENCRYPT_DECRYPT');
  if (key.spec === ALGORITHM && (algorithm ?? ALGORITHM) === ALGORITHM) return;
  throw new AwsError('InvalidKeyUsageException', `weft local encrypts with ${ALGORITHM} keys only, not ${key.spec}`);
}

function invalidCiphertext(): AwsError {
  return new AwsError('InvalidCiphertextException', '');
}
