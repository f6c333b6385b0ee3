import { createPublicKey, verify } from 'node:crypto';
import {
  CancelKeyDeletionCommand,
  CreateAliasCommand,
  CreateKeyCommand,
  type CreateKeyCommandInput,
  DecryptCommand,
  DeleteAliasCommand,
  DescribeKeyCommand,
  DisableKeyCommand,
  DisableKeyRotationCommand,
  EnableKeyCommand,
  EnableKeyRotationCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GenerateDataKeyWithoutPlaintextCommand,
  GetKeyPolicyCommand,
  GetKeyRotationStatusCommand,
  GetPublicKeyCommand,
  KMSClient,
  ListAliasesCommand,
  ListKeysCommand,
  ListResourceTagsCommand,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
  SignCommand,
  type SigningAlgorithmSpec,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAliasCommand,
  UpdateKeyDescriptionCommand,
  VerifyCommand,
} from '@aws-sdk/client-kms';
import { expect, test } from '@jest/globals';
import { KmsService } from '#local/services/kms/service.ts';
import { describeBackends } from './harness.ts';

describeBackends('KMS', { moto: true, services: (cloud) => [new KmsService(cloud)] }, (backend) => {
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
    if (SigningAlgorithm === 'RSASSA_PSS_SHA_256') return;
    const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId }));
    const key = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
    expect(verify('sha256', Plaintext, key, Buffer.from(Signature ?? []))).toBe(true);
  });

  backend.differs('kms-wrong-signature', 'answers an error to a signature of something else', async () => {
    const { kms, KeyId } = await newKey({ KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
    const SigningAlgorithm = 'ECDSA_SHA_256';
    const { Signature } = await kms.send(new SignCommand({ KeyId, Message: Plaintext, SigningAlgorithm }));
    const Message = Buffer.from('another');
    await expect(kms.send(new VerifyCommand({ KeyId, Message, Signature, SigningAlgorithm }))).rejects.toMatchObject({
      name: 'KMSInvalidSignatureException',
    });
  });

  test('refuses a key that is to be deleted', async () => {
    const { kms, KeyId } = await newKey();
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
    expect(KeyMetadata?.KeyState).toBe('PendingDeletion');
  });

  backend.differs('kms-key-being-deleted', 'encrypts nothing with a key that is to be deleted', async () => {
    const { kms, KeyId } = await newKey();
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    await expect(kms.send(new EncryptCommand({ KeyId, Plaintext }))).rejects.toMatchObject({
      name: 'KMSInvalidStateException',
    });
  });

  backend.differs('kms-key-policy', 'lets another account in by the key policy only', async () => {
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

  test('switches a key off and on', async () => {
    const { kms, KeyId } = await newKey();
    const encrypt = () => kms.send(new EncryptCommand({ KeyId, Plaintext }));
    await kms.send(new DisableKeyCommand({ KeyId }));
    expect((await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState).toBe('Disabled');
    await kms.send(new EnableKeyCommand({ KeyId }));
    expect((await encrypt()).KeyId).toContain(KeyId);
  });

  backend.differs('kms-disabled-key', 'encrypts nothing with a key that is switched off', async () => {
    const { kms, KeyId } = await newKey();
    await kms.send(new DisableKeyCommand({ KeyId }));
    await expect(kms.send(new EncryptCommand({ KeyId, Plaintext }))).rejects.toMatchObject({
      name: 'DisabledException',
    });
  });

  test('points an alias to another key, and forgets it', async () => {
    const { kms, KeyId } = await newKey();
    const second = await newKey();
    const AliasName = 'alias/product';
    await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: KeyId }));
    await kms.send(new UpdateAliasCommand({ AliasName, TargetKeyId: second.KeyId }));
    const named = () => kms.send(new DescribeKeyCommand({ KeyId: AliasName }));
    expect((await named()).KeyMetadata?.Arn).toBe(second.arn);
    await kms.send(new DeleteAliasCommand({ AliasName }));
    await expect(named()).rejects.toMatchObject({ name: 'NotFoundException' });
    const { Keys } = await kms.send(new ListKeysCommand({}));
    expect(Keys?.map((key) => key.KeyId).sort()).toEqual([KeyId, second.KeyId].sort());
  });

  test('changes description and tags, and switches rotation off', async () => {
    const { kms, KeyId } = await newKey({ Tags: [{ TagKey: 'a', TagValue: 'b' }] });
    await kms.send(new UpdateKeyDescriptionCommand({ KeyId, Description: 'of the mesh' }));
    expect((await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.Description).toBe('of the mesh');
    await kms.send(new TagResourceCommand({ KeyId, Tags: [{ TagKey: 'c', TagValue: 'd' }] }));
    await kms.send(new UntagResourceCommand({ KeyId, TagKeys: ['a'] }));
    expect((await kms.send(new ListResourceTagsCommand({ KeyId }))).Tags).toEqual([{ TagKey: 'c', TagValue: 'd' }]);
    await kms.send(new EnableKeyRotationCommand({ KeyId }));
    await kms.send(new DisableKeyRotationCommand({ KeyId }));
    expect((await kms.send(new GetKeyRotationStatusCommand({ KeyId }))).KeyRotationEnabled).toBe(false);
  });

  test('gives a data key that only the key opens', async () => {
    const { kms, KeyId } = await newKey();
    const made = await kms.send(new GenerateDataKeyWithoutPlaintextCommand({ KeyId, KeySpec: 'AES_256' }));
    expect(made).not.toHaveProperty('Plaintext');
    const opened = await kms.send(new DecryptCommand({ CiphertextBlob: made.CiphertextBlob }));
    expect(opened.Plaintext).toHaveLength(32);
  });

  test('keeps a key whose deletion was cancelled, disabled', async () => {
    const { kms, KeyId } = await newKey();
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    await kms.send(new CancelKeyDeletionCommand({ KeyId }));
    expect((await kms.send(new DescribeKeyCommand({ KeyId }))).KeyMetadata?.KeyState).toBe('Disabled');
  });

  backend.localOnly('clock', 'has no key after its window', async () => {
    const { kms, KeyId } = await newKey();
    await kms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    backend.advance(8 * 86_400_000);
    const later = backend.client(KMSClient);
    await expect(later.send(new DescribeKeyCommand({ KeyId }))).rejects.toMatchObject({ name: 'NotFoundException' });
  });
});
