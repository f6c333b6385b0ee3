import type { Cloud } from '../../core/cloud.ts';
import { jsonCodec } from '../../core/codecs.ts';
import type { Context, Operation, Operations, Service } from '../../core/service.ts';
import * as cryptography from './cryptography.ts';
import { aliasesNamespace, findKey, type Key, keyArn, keysNamespace } from './key.ts';
import * as keys from './key-operations.ts';

/** AWS KMS: symmetric keys that encrypt, elliptic and RSA keys that sign, key policies, aliases. */
export class KmsService implements Service {
  readonly signingName = 'kms';
  readonly codec = jsonCodec('1.1');
  readonly operations: Operations = {
    CreateKey: { run: keys.createKey },
    ListKeys: { run: keys.listKeys },
    DescribeKey: onKey(keys.describeKey),
    EnableKey: onKey(keys.enableKey),
    DisableKey: onKey(keys.disableKey),
    EnableKeyRotation: onKey(keys.enableKeyRotation),
    DisableKeyRotation: onKey(keys.disableKeyRotation),
    GetKeyRotationStatus: onKey(keys.getKeyRotationStatus),
    GetKeyPolicy: onKey(keys.getKeyPolicy),
    PutKeyPolicy: onKey(keys.putKeyPolicy),
    UpdateKeyDescription: onKey(keys.updateKeyDescription),
    ScheduleKeyDeletion: onKey(keys.scheduleKeyDeletion),
    CancelKeyDeletion: onKey(keys.cancelKeyDeletion),
    TagResource: onKey(keys.tagResource),
    UntagResource: onKey(keys.untagResource),
    ListResourceTags: onKey(keys.listResourceTags),
    CreateAlias: { run: keys.createAlias },
    UpdateAlias: { run: keys.updateAlias },
    DeleteAlias: { run: keys.deleteAlias },
    ListAliases: { run: keys.listAliases },
    Encrypt: onKey(cryptography.encrypt),
    Decrypt: { run: cryptography.decrypt },
    GenerateDataKey: onKey(cryptography.generateDataKey),
    GenerateDataKeyWithoutPlaintext: onKey(cryptography.generateDataKeyWithoutPlaintext),
    Sign: onKey(cryptography.signMessage),
    Verify: { ...onKey(cryptography.verifyMessage), readOnly: true },
    GetPublicKey: onKey(cryptography.getPublicKey),
  };
  readonly #cloud: Cloud;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /** The policy of a key, or undefined when there is no such key. */
  policyOf(arn: string): string | undefined {
    const [, , , region = '', account = '', name = ''] = arn.split(':');
    return this.#cloud.store.get<Key>(keysNamespace(account, region), name.replace(/^key\//, ''))?.policy;
  }

  /** The aliases of a key. */
  aliasesOf(arn: string): string[] {
    const [, , , region = '', account = '', name = ''] = arn.split(':');
    const aliases = this.#cloud.store.list<{ name: string; keyId: string }>(aliasesNamespace(account, region));
    return aliases.filter(({ value }) => `key/${value.keyId}` === name).map(({ value }) => value.name);
  }
}

function onKey<I extends { readonly KeyId: string }>(run: (input: I, context: Context) => unknown): Operation<I> {
  return {
    run,
    resources: ({ KeyId }, context) => {
      const key = findKey(context, KeyId);
      return [key === undefined ? keyArn({ ...context, id: KeyId }) : keyArn(key)];
    },
  };
}
