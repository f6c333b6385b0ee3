import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as sdk from '@aws-sdk/client-iam';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Clock } from '#local/core/clock.ts';
import { Cloud } from '#local/core/cloud.ts';
import { IamService } from '#local/services/iam/service.ts';
import { StsService } from '#local/services/sts.ts';

const ACCOUNT = '111111111111';
const ARN = `arn:aws:iam::${ACCOUNT}:role/reader`;
const RoleName = 'reader';
const document = (Action: string) => JSON.stringify({ Statement: [{ Effect: 'Allow', Action, Resource: '*' }] });

describe('more of IAM', () => {
  let cloud: Cloud;
  let iam: sdk.IAMClient;

  beforeEach(async () => {
    cloud = new Cloud({ folder: mkdtempSync(join(tmpdir(), 'weft-')), clock: new Clock() });
    cloud.register(new IamService(cloud));
    cloud.register(new StsService());
    iam = new sdk.IAMClient(cloud.clientConfig(`arn:aws:iam::${ACCOUNT}:root`));
    const AssumeRolePolicyDocument = JSON.stringify({
      Statement: [{ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' }],
    });
    await iam.send(new sdk.CreateRoleCommand({ RoleName, AssumeRolePolicyDocument, Tags: [{ Key: 'a', Value: '1' }] }));
  });
  afterEach(() => cloud.close());

  test('tags, boundary and longest session of a role', async () => {
    await iam.send(new sdk.TagRoleCommand({ RoleName, Tags: [{ Key: 'b', Value: '2' }] }));
    const { Tags } = await iam.send(new sdk.ListRoleTagsCommand({ RoleName }));
    expect(Tags).toEqual([
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '2' },
    ]);
    const PermissionsBoundary = `arn:aws:iam::${ACCOUNT}:policy/limit`;
    await iam.send(new sdk.PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary }));
    expect(cloud.service(IamService).role(ARN)?.boundary).toBe(PermissionsBoundary);
    await iam.send(new sdk.DeleteRolePermissionsBoundaryCommand({ RoleName }));
    expect(cloud.service(IamService).role(ARN)?.boundary).toBeUndefined();
    await iam.send(new sdk.UpdateRoleCommand({ RoleName, MaxSessionDuration: 7200 }));
    const sts = new STSClient(cloud.clientConfig(`arn:aws:iam::${ACCOUNT}:root`));
    const assume = (DurationSeconds: number) =>
      sts.send(new AssumeRoleCommand({ RoleArn: ARN, RoleSessionName: 'me', DurationSeconds }));
    await assume(7200);
    await expect(assume(7201)).rejects.toMatchObject({ name: 'ValidationError' });
    await expect(
      sts.send(new AssumeRoleCommand({ RoleArn: ARN, RoleSessionName: 'me', Policy: document('s3:*') })),
    ).rejects.toThrow('Policy');
  });

  test('versions of a managed policy', async () => {
    const { Policy } = await iam.send(
      new sdk.CreatePolicyCommand({ PolicyName: 'read', PolicyDocument: document('glue:Get*') }),
    );
    const PolicyArn = Policy?.Arn ?? '';
    await iam.send(new sdk.AttachRolePolicyCommand({ RoleName, PolicyArn }));
    const version = { PolicyArn, PolicyDocument: document('glue:*'), SetAsDefault: true };
    await iam.send(new sdk.CreatePolicyVersionCommand(version));
    expect((await iam.send(new sdk.GetPolicyCommand({ PolicyArn }))).Policy?.DefaultVersionId).toBe('v2');
    expect(cloud.service(IamService).policiesOf(ARN)).toEqual([
      { name: 'read', arn: PolicyArn, document: document('glue:*') },
    ]);
    await expect(iam.send(new sdk.DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v2' }))).rejects.toMatchObject({
      name: 'DeleteConflictException',
    });
    await iam.send(new sdk.DeletePolicyVersionCommand({ PolicyArn, VersionId: 'v1' }));
    const { Versions } = await iam.send(new sdk.ListPolicyVersionsCommand({ PolicyArn }));
    expect(Versions?.map(({ VersionId }) => VersionId)).toEqual(['v2']);
    await expect(iam.send(new sdk.DeletePolicyCommand({ PolicyArn }))).rejects.toMatchObject({
      name: 'DeleteConflictException',
    });
    await iam.send(new sdk.DetachRolePolicyCommand({ RoleName, PolicyArn }));
    await iam.send(new sdk.DeletePolicyCommand({ PolicyArn }));
    await expect(iam.send(new sdk.GetPolicyCommand({ PolicyArn }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
    });
  });
});
