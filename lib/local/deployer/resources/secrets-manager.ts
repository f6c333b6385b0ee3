import { type Family, nameOf, type Properties, pick, type ResourceRequest, rules } from './resource.ts';

interface Generate extends Properties {
  readonly SecretStringTemplate?: string;
  readonly GenerateStringKey?: string;
}

export const secretsManager: Family = {
  'AWS::SecretsManager::Secret': {
    nameProperty: 'Name',
    properties: rules({ update: 'Description KmsKeyId SecretString GenerateSecretString Tags', replace: 'Name' }),
    async create(request) {
      const Name = nameOf(request, 'Name', 512);
      const { ARN } = await request.call<{ ARN: string }>('secretsmanager', 'CreateSecret', {
        ...pick(request.properties, 'Description KmsKeyId Tags'),
        Name,
        SecretString: await secretString(request),
      });
      return { id: ARN, attributes: { Id: ARN } };
    },
    async update(request) {
      const { call, id, attributes, properties, previous } = request;
      const isNew =
        JSON.stringify([properties.SecretString, properties.GenerateSecretString]) !==
        JSON.stringify([previous.SecretString, previous.GenerateSecretString]);
      await call('secretsmanager', 'UpdateSecret', {
        ...pick(properties, 'Description KmsKeyId'),
        SecretId: id,
        SecretString: isNew ? await secretString(request) : undefined,
      });
      return { id, attributes };
    },
    async delete({ call, id }) {
      await call('secretsmanager', 'DeleteSecret', { SecretId: id, ForceDeleteWithoutRecovery: true });
    },
  },

  'AWS::SecretsManager::ResourcePolicy': {
    properties: rules({
      update: 'ResourcePolicy',
      replace: 'SecretId',
      inert: { BlockPublicPolicy: 'no policy of a secret is reasoned about here' },
    }),
    async create(request) {
      await putPolicy(request);
      return { id: String(request.properties.SecretId) };
    },
    async update(request) {
      await putPolicy(request);
      return { id: request.id };
    },
    async delete({ call, id }) {
      await call('secretsmanager', 'DeleteResourcePolicy', { SecretId: id });
    },
  },

  'AWS::SecretsManager::RotationSchedule': {
    properties: rules({
      update: 'RotationLambdaARN RotationRules RotateImmediatelyOnUpdate',
      replace: 'SecretId',
    }),
    async create(request) {
      await rotate(request);
      return { id: String(request.properties.SecretId) };
    },
    async update(request) {
      await rotate(request);
      return { id: request.id };
    },
    async delete({ call, id }) {
      await call('secretsmanager', 'CancelRotateSecret', { SecretId: id });
    },
  },
};

/** The given value, or a generated one: a password, or an object with a password in it. */
async function secretString({ call, properties }: ResourceRequest): Promise<unknown> {
  const generate = properties.GenerateSecretString as Generate | undefined;
  if (generate === undefined) return properties.SecretString;
  const { SecretStringTemplate, GenerateStringKey, ...rules } = generate;
  const { RandomPassword } = await call<{ RandomPassword: string }>('secretsmanager', 'GetRandomPassword', rules);
  if (GenerateStringKey === undefined) return RandomPassword;
  const template = JSON.parse(SecretStringTemplate ?? '{}') as Properties;
  return JSON.stringify({ ...template, [GenerateStringKey]: RandomPassword });
}

async function putPolicy({ call, properties }: ResourceRequest): Promise<void> {
  const { SecretId, ResourcePolicy } = properties;
  await call('secretsmanager', 'PutResourcePolicy', { SecretId, ResourcePolicy: JSON.stringify(ResourcePolicy) });
}

async function rotate({ call, properties }: ResourceRequest): Promise<void> {
  const { RotateImmediatelyOnUpdate, ...rest } = properties;
  await call('secretsmanager', 'RotateSecret', {
    ...rest,
    RotateImmediately: String(RotateImmediatelyOnUpdate) !== 'false',
  });
}
