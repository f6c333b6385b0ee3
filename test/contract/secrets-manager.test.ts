import { randomUUID } from 'node:crypto';
import { beforeEach, expect, test } from '@jest/globals';
import { SecretsManagerService } from '#local/services/secrets-manager/service.ts';
import { describeBackends } from './harness.ts';
import { type JsonClient, jsonClient } from './json-client.ts';

interface Value {
  readonly ARN: string;
  readonly Name: string;
  readonly VersionId: string;
  readonly SecretString: string;
  readonly VersionStages: readonly string[];
}

describeBackends(
  'Secrets Manager',
  { moto: true, services: (cloud) => [new SecretsManagerService(cloud)] },
  (backend) => {
    let secrets: JsonClient;
    const value = async (SecretId: string, more: object = {}) =>
      (await secrets.send('GetSecretValue', { SecretId, ...more })) as Value;

    beforeEach(() => {
      secrets = backend.client(jsonClient('secretsmanager', 'secretsmanager'));
    });

    test('a secret is found by name, by ARN, and by ARN without its end', async () => {
      const made = (await secrets.send('CreateSecret', { Name: 'crm/reader', SecretString: 'one' })) as Value;
      expect(made.ARN).toMatch(/:secret:crm\/reader-[A-Za-z0-9]{6}$/);
      for (const id of ['crm/reader', made.ARN, made.ARN.slice(0, -7)]) {
        expect(await value(id)).toMatchObject({ ARN: made.ARN, SecretString: 'one', VersionStages: ['AWSCURRENT'] });
      }
    });

    test('a name is given once, and what is not there is told so', async () => {
      await secrets.send('CreateSecret', { Name: 'a', SecretString: 'one' });
      await expect(secrets.send('CreateSecret', { Name: 'a' })).rejects.toMatchObject({
        name: 'ResourceExistsException',
      });
      await expect(value('b')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    });

    test('a new value is current, the one before it previous, the one before that gone', async () => {
      await secrets.send('CreateSecret', { Name: 'a', SecretString: 'one' });
      const two = { SecretId: 'a', SecretString: 'two', ClientRequestToken: randomUUID() };
      await secrets.send('PutSecretValue', two);
      expect(await value('a')).toMatchObject({ SecretString: 'two' });
      expect(await value('a', { VersionStage: 'AWSPREVIOUS' })).toMatchObject({ SecretString: 'one' });
      const three = { SecretId: 'a', SecretString: 'three', Description: 'a third', ClientRequestToken: randomUUID() };
      await secrets.send('UpdateSecret', three);
      expect(await value('a', { VersionStage: 'AWSPREVIOUS' })).toMatchObject({ SecretString: 'two' });
      expect(await secrets.send('DescribeSecret', { SecretId: 'a' })).toMatchObject({ Description: 'a third' });
    });

    test('a version with a label of its own is not the current one', async () => {
      await secrets.send('CreateSecret', { Name: 'a', SecretString: 'one' });
      const ClientRequestToken = '11111111-2222-4333-8444-555555555555';
      const pending = { SecretId: 'a', SecretString: 'two', ClientRequestToken, VersionStages: ['AWSPENDING'] };
      await secrets.send('PutSecretValue', pending);
      expect(await value('a')).toMatchObject({ SecretString: 'one' });
      expect(await value('a', { VersionStage: 'AWSPENDING' })).toMatchObject({
        SecretString: 'two',
        VersionId: ClientRequestToken,
      });
      await secrets.send('PutSecretValue', pending);
      expect(await value('a', { VersionId: ClientRequestToken })).toMatchObject({ SecretString: 'two' });
    });

    test('what is marked for deletion cannot be read until it is restored', async () => {
      await secrets.send('CreateSecret', { Name: 'a', SecretString: 'one' });
      await secrets.send('DeleteSecret', { SecretId: 'a', RecoveryWindowInDays: 7 });
      await expect(value('a')).rejects.toMatchObject({ name: 'InvalidRequestException' });
      await secrets.send('RestoreSecret', { SecretId: 'a' });
      expect(await value('a')).toMatchObject({ SecretString: 'one' });
      await secrets.send('DeleteSecret', { SecretId: 'a', ForceDeleteWithoutRecovery: true });
      await expect(value('a')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
    });

    backend.differs('secrets-name-being-deleted', 'a name that is marked for deletion is not given again', async () => {
      await secrets.send('CreateSecret', { Name: 'a', SecretString: 'one' });
      await secrets.send('DeleteSecret', { SecretId: 'a' });
      await expect(secrets.send('CreateSecret', { Name: 'a' })).rejects.toMatchObject({
        name: 'InvalidRequestException',
      });
    });

    test('secrets are listed with their tags and without their values', async () => {
      await secrets.send('CreateSecret', { Name: 'a', SecretString: 'one', Tags: [{ Key: 'k', Value: 'v' }] });
      await secrets.send('TagResource', { SecretId: 'a', Tags: [{ Key: 'l', Value: 'w' }] });
      await secrets.send('UntagResource', { SecretId: 'a', TagKeys: ['k'] });
      const list = await secrets.send('ListSecrets', {});
      expect(list).toMatchObject({ SecretList: [{ Name: 'a', Tags: [{ Key: 'l', Value: 'w' }] }] });
      expect(JSON.stringify(list)).not.toContain('one');
    });

    test('a password has the length and the letters that are asked for', async () => {
      const asked = { PasswordLength: 24, ExcludePunctuation: true, ExcludeCharacters: 'abc' };
      const { RandomPassword } = (await secrets.send('GetRandomPassword', asked)) as { RandomPassword: string };
      expect(RandomPassword).toMatch(/^[d-zA-Z0-9]{24}$/);
    });
  },
);
