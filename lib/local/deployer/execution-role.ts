import { type Cloud, callerFor } from '../core/cloud.ts';
import type { Context } from '../core/service.ts';

/** The qualifier of the default CDK bootstrap. */
export const QUALIFIER = 'hnb659fds';

/** The role that CloudFormation takes in an account and region which `cdk bootstrap` prepared. */
export function executionRoleName(account: string, region: string): string {
  return `cdk-${QUALIFIER}-cfn-exec-role-${account}-${region}`;
}

/** A context in which calls are made by CloudFormation, as that role. */
export function executionContext(cloud: Cloud, account: string, region: string): Context {
  const arn = `arn:aws:iam::${account}:role/${executionRoleName(account, region)}`;
  return cloud.contextFor(callerFor(arn, 'AWSCloudFormation'), region);
}
