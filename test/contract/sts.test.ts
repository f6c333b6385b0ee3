import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { expect, test } from '@jest/globals';
import { setOrganization } from '#local/core/organization.ts';
import { IamService } from '#local/services/iam/service.ts';
import { describeBackends } from './harness.ts';

describeBackends('STS', { moto: true, services: (cloud) => [new IamService(cloud)] }, (backend) => {
  const trust = (statement: object) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', ...statement }] });
  const create = async (RoleName: string, statement: object) => {
    const AssumeRolePolicyDocument = trust(statement);
    await backend.client(IAMClient).send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
    return `arn:aws:iam::${backend.account}:role/${RoleName}`;
  };
  const assume = (RoleArn: string, more: object = {}, who?: string) =>
    backend.client(STSClient, who).send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'me', ...more }));

  test('the caller of a role session', async () => {
    const identity = await backend.client(STSClient).send(new GetCallerIdentityCommand({}));
    expect(identity.Account).toBe(backend.account);
    expect(identity.Arn).toContain(`arn:aws:sts::${backend.account}:assumed-role/tester/`);
  });

  test('a role that trusts the caller gives a session of its own', async () => {
    const RoleArn = await create('open', { Principal: { AWS: `arn:aws:iam::${backend.account}:root` } });
    const answer = await assume(RoleArn);
    expect(answer.AssumedRoleUser?.Arn).toBe(`arn:aws:sts::${backend.account}:assumed-role/open/me`);
    expect(answer.Credentials?.AccessKeyId).toMatch(/^ASIA/);
  });

  const denied = { name: 'AccessDenied' };
  backend.differs('sts-no-role', 'no role, no session', async () => {
    await expect(assume(`arn:aws:iam::${backend.account}:role/nobody`)).rejects.toMatchObject(denied);
  });

  backend.differs('sts-no-trust', 'no trust, no session', async () => {
    const closed = await create('closed', { Principal: { Service: 'lambda.amazonaws.com' } });
    await expect(assume(closed)).rejects.toMatchObject(denied);
  });

  backend.differs('sts-conditions', 'external id, organization, source identity and tags', async () => {
    const conditions = { StringEquals: { 'sts:ExternalId': 'secret', 'aws:PrincipalOrgID': 'o-mesh' } };
    const RoleArn = await create('guarded', { Principal: { AWS: '*' }, Condition: conditions });
    const other = backend.newAccount();
    await expect(assume(RoleArn, { ExternalId: 'secret' }, other)).rejects.toMatchObject(denied);
    setOrganization(backend.cloud.store, other, 'o-mesh');
    await expect(assume(RoleArn, {}, other)).rejects.toMatchObject(denied);
    await assume(RoleArn, { ExternalId: 'secret' }, other);
    await expect(assume(RoleArn, { ExternalId: 'secret', SourceIdentity: 'ann' }, other)).rejects.toMatchObject(denied);
    const tagged = await create('tagged', {
      Action: ['sts:AssumeRole', 'sts:TagSession'],
      Principal: { AWS: '*' },
      Condition: { StringEqualsIfExists: { 'aws:RequestTag/team': 'blue' } },
    });
    await assume(tagged, { Tags: [{ Key: 'team', Value: 'blue' }] });
    await expect(assume(tagged, { Tags: [{ Key: 'team', Value: 'red' }] })).rejects.toMatchObject(denied);
  });

  backend.differs('sts-chained-session', 'a chained session lasts an hour at most', async () => {
    const RoleArn = await create('open', { Principal: { AWS: backend.account } });
    await expect(assume(RoleArn, { DurationSeconds: 7200 })).rejects.toMatchObject({ name: 'ValidationError' });
  });

  backend.differs('sts-short-session', 'a session lasts a quarter of an hour at least', async () => {
    const RoleArn = await create('open', { Principal: { AWS: backend.account } });
    await expect(assume(RoleArn, { DurationSeconds: 60 })).rejects.toMatchObject({ name: 'ValidationError' });
  });
});
