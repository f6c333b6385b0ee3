import { type Family, type ResourceRequest, rules } from './resource.ts';

export const kms: Family = {
  'AWS::KMS::Key': {
    properties: rules({
      update: 'Description Enabled EnableKeyRotation KeyPolicy PendingWindowInDays RotationPeriodInDays Tags',
      replace: 'KeySpec KeyUsage',
      inert: { BypassPolicyLockoutSafetyCheck: 'the lockout check is not modelled' },
    }),
    async create(request) {
      const { Description, KeySpec, KeyUsage, KeyPolicy } = request.properties;
      const { KeyMetadata: key } = await request.call<{ KeyMetadata: { KeyId: string; Arn: string } }>(
        'kms',
        'CreateKey',
        {
          Description,
          KeySpec,
          KeyUsage,
          Policy: KeyPolicy === undefined ? undefined : JSON.stringify(KeyPolicy),
          Tags: tags(request),
        },
      );
      if (request.properties.EnableKeyRotation === true)
        await request.call('kms', 'EnableKeyRotation', { KeyId: key.KeyId });
      if (request.properties.Enabled === false) await request.call('kms', 'DisableKey', { KeyId: key.KeyId });
      return { id: key.KeyId, attributes: { Arn: key.Arn, KeyId: key.KeyId } };
    },
    async update({ call, id, attributes, properties, previous }) {
      if (JSON.stringify(properties.KeyPolicy) !== JSON.stringify(previous.KeyPolicy)) {
        await call('kms', 'PutKeyPolicy', {
          KeyId: id,
          PolicyName: 'default',
          Policy: JSON.stringify(properties.KeyPolicy),
        });
      }
      if (properties.Description !== previous.Description) {
        await call('kms', 'UpdateKeyDescription', { KeyId: id, Description: properties.Description ?? '' });
      }
      if (properties.EnableKeyRotation !== previous.EnableKeyRotation) {
        const operation = properties.EnableKeyRotation === true ? 'EnableKeyRotation' : 'DisableKeyRotation';
        await call('kms', operation, { KeyId: id });
      }
      if (properties.Enabled !== previous.Enabled) {
        await call('kms', properties.Enabled === false ? 'DisableKey' : 'EnableKey', { KeyId: id });
      }
      return { id, attributes };
    },
    async delete({ call, id, properties }) {
      const PendingWindowInDays = Number(properties.PendingWindowInDays ?? 30);
      await call('kms', 'ScheduleKeyDeletion', { KeyId: id, PendingWindowInDays });
    },
  },

  'AWS::KMS::Alias': {
    nameProperty: 'AliasName',
    properties: rules({ update: 'TargetKeyId', replace: 'AliasName' }),
    async create({ call, properties }) {
      await call('kms', 'CreateAlias', properties);
      return { id: String(properties.AliasName) };
    },
    async update({ call, id, properties }) {
      await call('kms', 'UpdateAlias', properties);
      return { id };
    },
    async delete({ call, id }) {
      await call('kms', 'DeleteAlias', { AliasName: id });
    },
  },
};

function tags({ properties }: ResourceRequest): unknown {
  const list = properties.Tags as { Key: string; Value: string }[] | undefined;
  return list?.map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value }));
}
