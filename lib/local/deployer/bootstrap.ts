import { type Cloud, callerFor } from '../core/cloud.ts';
import { AwsError } from '../core/error.ts';
import type { Context } from '../core/service.ts';
import { executionRoleName, QUALIFIER } from './execution-role.ts';
import { toForm } from './request.ts';

/** The version of the bootstrap template whose resources are made here; stacks ask for at least 6. */
const VERSION = '28';
const ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess';

/**
 * Makes what `cdk bootstrap` leaves in an account and region, once: the role that CloudFormation takes, the bucket for assets and the
 * parameter with its version. The roles of the CDK command itself are not made: no CDK command deploys here.
 */
export async function bootstrap(cloud: Cloud, account: string, region: string): Promise<void> {
  const key = `${account}/${region}`;
  if (cloud.store.get('cloudformation/bootstrap', key) !== undefined) return;
  const context = cloud.contextFor(callerFor(`arn:aws:iam::${account}:root`, 'bootstrap'), region);
  const call = async (name: string, operation: string, input: Readonly<Record<string, unknown>>, flat = false) => {
    const service = cloud.serviceNamed(name);
    if (service === undefined) return;
    try {
      await cloud.invoke(service, operation, flat ? toForm(input) : input, context);
    } catch (error) {
      if (!(error instanceof AwsError && /Exists|AlreadyOwned/.test(error.code))) throw error;
    }
  };
  const RoleName = executionRoleName(account, region);
  const trust = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: 'cloudformation.amazonaws.com' }, Action: 'sts:AssumeRole' }],
  };
  await call('iam', 'CreateRole', { RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) }, true);
  await call('iam', 'AttachRolePolicy', { RoleName, PolicyArn: ADMINISTRATOR }, true);
  await makeAssetBucket(cloud, `cdk-${QUALIFIER}-assets-${account}-${region}`, context);
  await call('ssm', 'PutParameter', {
    Name: `/cdk-bootstrap/${QUALIFIER}/version`,
    Type: 'String',
    Value: VERSION,
    Overwrite: true,
  });
  cloud.store.put('cloudformation/bootstrap', key, { version: VERSION });
}

async function makeAssetBucket(cloud: Cloud, bucket: string, context: Context): Promise<void> {
  const service = cloud.serviceNamed('s3');
  if (service === undefined) return;
  const request = { method: 'PUT', path: `/${bucket}`, query: {}, headers: {}, body: Buffer.alloc(0) };
  await cloud.invoke(service, 'CreateBucket', { Bucket: bucket, Key: '' }, { ...context, request });
}
