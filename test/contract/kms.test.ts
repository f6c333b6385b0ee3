import { createPublicKey, verify } from 'node:crypto';
import {
  CreateAliasCommand,
  CreateKeyCommand,
  type CreateKeyCommandInput,
  DecryptCommand,
  DescribeKeyCommand,
  EnableKeyRotationCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  GetPublicKeyCommand,
  KMSClient,
  ListAliasesCommand,
  ListResourceTagsCommand,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
  SignCommand,
  type SigningAlgorithmSpec,
  VerifyCommand,
} from '@aws-sdk/client-kms';
import { expect, test } from '@jest/globals';
import { KmsService } from '#local/services/kms/service.ts';
import { describeBackends } from './harness.ts';

describeBackends('KMS', { moto: true, services: () => [new KmsService()] }, (backend) => {
  async function newKey(input: CreateKeyCommandInput = {}) {
    const kms = backend.client(KMSClient);
    const { KeyMetadata } = await kms.send(new CreateKeyCommand(input));
    return { kms, KeyId: KeyMetadata?.KeyId ?? '', arn: KeyMetadata?.Arn ?? '' };
  }
  const Plaintext = Buffer.from('a secret');
  const EncryptionContext = { table: 'flights' };

  test('describes a key, by alias too', async () => {
    const { kms, KeyId, arn } = await newKey({ Description: 'of a product', Tags: [{ TagKey: 'a', TagValue: 'b' }] });
    expect(arn).toBe(`arn:aws:kms:us-east-1:${backend.account}:key/${KeyId}`);
    await kms.send(new CreateAliasCommand({ AliasName: 'alias/product', TargetKeyId: KeyId }));
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: 'alias/product' }));
    expect(KeyMetadata).toMatchObject({ Arn: arn, KeyState: 'Enabled', Description: 'of a product' });
    const { Aliases } = await kms.send(new ListAliasesCommand({ KeyId }));
    expect(Aliases?.map(({ AliasName }) => AliasName)).toEqual(['alias/product']);
    const { Tags } = await kms.send(new ListResourceTagsCommand({ KeyId }));
    expect(Tags).toEqual([{ TagKey: 'a', TagValue: 'b' }]);
    await expect(kms.send(new DescribeKeyCommand({ KeyId: 'alias/none' }))).rejects.toMatchObject({
      name: 'NotFoundException',
    });
  });

  test('switches rotation, and keeps a policy', async () => {
    const { kms, KeyId } = await newKey();
    expect((await kms.send(new GetKeyRotationStatusCommand({ KeyId }))).KeyRotationEnabled).toBe(false);
    await kms.send(new EnableKeyRotationCommand({ KeyId }));
    expect((await kms.send(new GetKeyRotationStatusCommand({ KeyId }))).KeyRotationEnabled).toBe(true);
    const { Policy } = await kms.send(new GetKeyPolicyCommand({ KeyId, PolicyName: 'default' }));
    expect(Policy).toContain(`arn:aws:iam::${backend.account}:root`);
  });

  test('encrypts, and decrypts in the same encryption context only', async () => {
    const { kms, KeyId, arn } = await newKey();
    const { CiphertextBlob } = await kms.send(new EncryptCommand({ KeyId, Plaintext, EncryptionContext }));
    expect(Buffer.from(CiphertextBlob ?? []).includes('a secret')).toBe(false);
    const opened = await kms.send(new DecryptCommand({ CiphertextBlob, EncryptionContext }));
    expect(Buffer.from(opened.Plaintext ?? []).toString()).toBe('a secret');
    expect(opened.KeyId).toBe(arn);
    await expect(kms.send(new DecryptCommand({ CiphertextBlob }))).rejects.toMatchObject({
      name: 'InvalidCiphertextException',
    });
  });

  test('gives a data key, plain and encrypted', async () => {
    const { kms, KeyId } = await newKey();
    const made = await kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: 'AES_256', EncryptionContext }));
    expect(made.Plaintext).toHaveLength(32);
    const opened = await kms.send(new DecryptCommand({ CiphertextBlob: made.CiphertextBlob, EncryptionContext }));
    expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Buffer.from(made.Plaintext ?? []));
  });

  const specs: ['ECC_NIST_P256' | 'RSA_2048', SigningAlgorithmSpec][] = [
    ['ECC_NIST_P256', 'ECDSA_SHA_256'],
    ['RSA_2048', 'RSASSA_PKCS1_V1_5_SHA_256'],
    ['RSA_2048', 'RSASSA_PSS_SHA_256'],
  ];
  test.each(specs)('signs and verifies with %s, %s', async (KeySpec, SigningAlgorithm) => {
    const { kms, KeyId } = await newKey({ KeySpec, KeyUsage: 'SIGN_VERIFY' });
    const { Signature } = await kms.send(new SignCommand({ KeyId, Message: Plaintext, SigningAlgorithm }));
    const check = (Message: Buffer) => kms.send(new VerifyCommand({ KeyId, Message, Signature, SigningAlgorithm }));
    expect((await check(Plaintext)).SignatureValid).toBe(true);
    // moto answers SignatureValid: false where KMS answers an error.
    const wrong = check(Buffer.from('another'));
    if (backend.name === 'moto') expect((await wrong).SignatureValid).toBe(false);
    else await expect(wrong).rejects.toMatchObject({ name: 'KMSInvalidSignatureException' });
    if (SigningAlgorithm === 'RSASSA_PSS_SHA_256') return;
    const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId }));
    const key = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
    expect(verify('sha256', Plaintext, key, Buffer.from(Signature ?? []))).toBe(true);
  });

  test('refuses a key that is to be deleted', async () => {
    const { kms, KeyId } = await newKey();
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
    expect(KeyMetadata?.KeyState).toBe('PendingDeletion');
  });

  backend.localOnly('moto goes on encrypting', 'encrypts nothing with a key that is to be deleted', async () => {
    const { kms, KeyId } = await newKey();
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    await expect(kms.send(new EncryptCommand({ KeyId, Plaintext }))).rejects.toMatchObject({
      name: 'KMSInvalidStateException',
    });
  });

  backend.localOnly('moto enforces no key policy', 'lets another account in by the key policy only', async () => {
    const { kms, KeyId, arn } = await newKey();
    const stranger = backend.newAccount();
    const other = backend.client(KMSClient, stranger);
    const attempt = () => other.send(new EncryptCommand({ KeyId: arn, Plaintext }));
    await expect(attempt()).rejects.toMatchObject({ name: 'AccessDeniedException' });
    const allow = (AWS: string, Action: string) => ({ Effect: 'Allow', Principal: { AWS }, Action, Resource: '*' });
    const Statement = [allow(`arn:aws:iam::${backend.account}:root`, 'kms:*'), allow(stranger, 'kms:Encrypt')];
    await kms.send(new PutKeyPolicyCommand({ KeyId, PolicyName: 'default', Policy: JSON.stringify({ Statement }) }));
    const { CiphertextBlob } = await attempt();
    await expect(other.send(new DecryptCommand({ CiphertextBlob }))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });
});
