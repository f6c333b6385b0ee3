import type { Cloud } from './cloud.ts';
import type { ConditionKeys } from './condition.ts';
import type { Caller } from './service.ts';

/** An AWS service, by its principal (`events.amazonaws.com`), at work for an account. */
export function serviceCaller(principal: string, account: string): Caller {
  return { kind: 'service', account, arn: principal, principalId: principal };
}

/**
 * Tells that a service takes on a role, which its trust policy has to let it.
 * @param actions beside `sts:AssumeRole`, e.g. `sts:SetSourceIdentity`.
 */
export function tellAssumed(
  cloud: Cloud,
  principal: string,
  roleArn: string,
  keys: ConditionKeys = {},
  actions: readonly string[] = [],
): void {
  const caller = serviceCaller(principal, roleArn.split(':')[4] ?? '');
  for (const action of ['sts:AssumeRole', ...actions]) cloud.tell({ caller, action, resource: roleArn, keys });
}
