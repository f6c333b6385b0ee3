import type { Cloud } from '#local/core/cloud.ts';
import type { Caller } from '#local/core/service.ts';
import { IamService } from '#local/services/iam/service.ts';
import { commonKeys, type Keys } from './circumstances.ts';
import { resourceSide } from './resource-policy.ts';
import type { Question } from './verdicts.ts';

/** What somebody wants to do, under which circumstances of the request itself. */
export interface Need {
  readonly action: string;
  readonly resource: string;
  readonly keys: Keys;
}

/** A need with every policy that has a say in it as it is now, and what a report calls the resource's own. */
export function questionOf(
  cloud: Cloud,
  caller: Caller,
  need: Need,
): { readonly question: Question; readonly side: string } {
  const { action, resource, keys } = need;
  const side = resourceSide(cloud, action, resource);
  const owner = side?.owner ?? caller.account;
  const iam = cloud.service(IamService);
  const policies = caller.roleArn === undefined ? [] : iam.policiesOf(caller.roleArn);
  const question = {
    principal: caller.arn,
    action,
    resource,
    owner,
    keys: { ...commonKeys(cloud, caller, action, resource, owner), ...keys },
    identity: policies.flatMap(({ document }) => document ?? []),
    ...(side?.policy === undefined ? {} : { resourcePolicy: side.policy }),
  };
  return { question, side: side?.name ?? `policy of ${resource}` };
}
