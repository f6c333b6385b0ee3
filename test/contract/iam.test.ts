import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { expect, test } from '@jest/globals';
import { IamService } from '#local/services/iam/service.ts';
import { describeBackends } from './harness.ts';

const TRUST = (service: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
  });
const READ = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: 'glue:Get*', Resource: '*' }],
});

describeBackends('IAM', { moto: true, services: (cloud) => [new IamService(cloud)] }, (backend) => {
  const iam = () => backend.client(IAMClient);
  const create = (RoleName: string) =>
    iam().send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST('lambda.amazonaws.com') }));

  test('a role keeps its documents as they came', async () => {
    const { Role } = await create('reader');
    expect(Role).toMatchObject({ RoleName: 'reader', Path: '/', Arn: `arn:aws:iam::${backend.account}:role/reader` });
    const found = await iam().send(new GetRoleCommand({ RoleName: 'reader' }));
    expect(JSON.parse(decodeURIComponent(found.Role?.AssumeRolePolicyDocument ?? ''))).toEqual(
      JSON.parse(TRUST('lambda.amazonaws.com')),
    );
    const trust = TRUST('events.amazonaws.com');
    await iam().send(new UpdateAssumeRolePolicyCommand({ RoleName: 'reader', PolicyDocument: trust }));
    const after = await iam().send(new GetRoleCommand({ RoleName: 'reader' }));
    expect(decodeURIComponent(after.Role?.AssumeRolePolicyDocument ?? '')).toContain('events.amazonaws.com');
    const { Roles } = await iam().send(new ListRolesCommand({}));
    expect(Roles?.map((role) => role.RoleName)).toContain('reader');
  });

  test('inline policies', async () => {
    await create('reader');
    await iam().send(new PutRolePolicyCommand({ RoleName: 'reader', PolicyName: 'read', PolicyDocument: READ }));
    const { PolicyNames } = await iam().send(new ListRolePoliciesCommand({ RoleName: 'reader' }));
    expect(PolicyNames).toEqual(['read']);
    const { PolicyDocument } = await iam().send(new GetRolePolicyCommand({ RoleName: 'reader', PolicyName: 'read' }));
    expect(JSON.parse(decodeURIComponent(PolicyDocument ?? ''))).toEqual(JSON.parse(READ));
    await expect(iam().send(new DeleteRoleCommand({ RoleName: 'reader' }))).rejects.toMatchObject({
      name: 'DeleteConflictException',
    });
    await iam().send(new DeleteRolePolicyCommand({ RoleName: 'reader', PolicyName: 'read' }));
    await iam().send(new DeleteRoleCommand({ RoleName: 'reader' }));
    await expect(iam().send(new GetRoleCommand({ RoleName: 'reader' }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
    });
  });

  test('managed policies are attached by ARN', async () => {
    await create('reader');
    const { Policy } = await iam().send(new CreatePolicyCommand({ PolicyName: 'read', PolicyDocument: READ }));
    await iam().send(new AttachRolePolicyCommand({ RoleName: 'reader', PolicyArn: Policy?.Arn }));
    const { AttachedPolicies } = await iam().send(new ListAttachedRolePoliciesCommand({ RoleName: 'reader' }));
    expect(AttachedPolicies).toEqual([{ PolicyName: 'read', PolicyArn: Policy?.Arn }]);
    const { PolicyVersion } = await iam().send(
      new GetPolicyVersionCommand({ PolicyArn: Policy?.Arn, VersionId: Policy?.DefaultVersionId }),
    );
    expect(JSON.parse(decodeURIComponent(PolicyVersion?.Document ?? ''))).toEqual(JSON.parse(READ));
    await iam().send(new DetachRolePolicyCommand({ RoleName: 'reader', PolicyArn: Policy?.Arn }));
    const after = await iam().send(new ListAttachedRolePoliciesCommand({ RoleName: 'reader' }));
    expect(after.AttachedPolicies ?? []).toEqual([]);
  });

  test('a second role of one name and a document that is none are refused', async () => {
    await create('reader');
    await expect(create('reader')).rejects.toMatchObject({ name: 'EntityAlreadyExistsException' });
    const bad = { RoleName: 'reader', PolicyName: 'bad', PolicyDocument: 'not json' };
    await expect(iam().send(new PutRolePolicyCommand(bad))).rejects.toMatchObject({
      name: 'MalformedPolicyDocumentException',
    });
  });

  backend.localOnly('cloud', 'the judge of a call gets every policy of a role', async () => {
    await create('reader');
    await iam().send(new PutRolePolicyCommand({ RoleName: 'reader', PolicyName: 'read', PolicyDocument: READ }));
    const PolicyArn = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole';
    await iam().send(new AttachRolePolicyCommand({ RoleName: 'reader', PolicyArn }));
    const arn = `arn:aws:iam::${backend.account}:role/reader`;
    const service = backend.cloud.service(IamService);
    expect(service.role(arn)).toMatchObject({ name: 'reader', trust: TRUST('lambda.amazonaws.com') });
    expect(service.policiesOf(arn)).toEqual([
      { name: 'read', document: READ },
      { name: 'AWSLambdaBasicExecutionRole', arn: PolicyArn, document: undefined },
    ]);
    expect(service.role(`${arn}2`)).toBeUndefined();
  });
});
