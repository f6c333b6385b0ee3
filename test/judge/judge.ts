import { runSimulation } from '@cloud-copilot/iam-simulate';
import type { Cloud } from '#local/core/cloud.ts';
import { organizationOf } from '#local/core/organization.ts';
import type { Call, Observer } from '#local/core/service.ts';
import { asked } from '#local/services/iam/asked.ts';
import { IamService } from '#local/services/iam/service.ts';
import { KmsService } from '#local/services/kms/service.ts';
import { S3Service } from '#local/services/s3/service.ts';
import { SqsService } from '#local/services/sqs/service.ts';
import { resourceClass, resourcePatterns } from './resource-class.ts';

/** A call that the caller's synthesized policies do not allow. */
export interface Denial {
  readonly action: string;
  readonly resource: string;
  /** The role's name. */
  readonly role: string;
  readonly result: string;
}

/**
 * Judges every call of a role by that role's identity policies, as the deployed templates made them. Lake Formation, bus, bucket and API
 * resource policies are judged by the local services themselves; here it is asked whether the caller's own side is open. Roles that no
 * template made (a test's back door) and AWS's own services are not judged.
 */
export class Judge implements Observer {
  readonly #cloud: Cloud;
  readonly #denials = new Map<string, Denial>();
  readonly #verdicts = new Map<string, string>();
  /** Calls judged, so that a judge that saw nothing is noticed. */
  judged = 0;
  /** False while somebody tries on purpose what is not allowed. */
  watching = true;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  get denials(): readonly Denial[] {
    return [...this.#denials.values()].sort((a, b) => `${a.role} ${a.action}`.localeCompare(`${b.role} ${b.action}`));
  }

  async before(call: Call): Promise<void> {
    const { roleArn } = call.caller;
    if (!this.watching || roleArn === undefined || roleArn.includes(':role/cdk-') || UNJUDGED.has(call.action)) return;
    const iam = this.#cloud.service(IamService);
    if (iam.role(roleArn) === undefined) return;
    for (const { action, resource } of asked(call)) {
      const result = await this.#verdict(iam, call, action, resource);
      this.judged += 1;
      if (result === 'Allowed') continue;
      const role = roleArn.split('/').at(-1) ?? roleArn;
      this.#denials.set(`${role} ${action} ${resource}`, { action, resource, role, result });
    }
  }

  async #verdict(iam: IamService, call: Call, action: string, resource: string): Promise<string> {
    const context = this.#context(call);
    const roleArn = call.caller.roleArn ?? '';
    const resourcePolicy = this.#policyOf(call, resource);
    const policies = iam
      .policiesOf(roleArn)
      .filter((policy) => policy.document !== undefined)
      .map((policy) => ({ name: policy.name, policy: JSON.parse(withApiId(policy.document ?? '{}', resource)) }));
    const patterns = [...policies.map(({ policy }) => policy), resourcePolicy].flatMap(resourcePatterns);
    // The kind of resource counts too: the simulator checks that the action knows it.
    const kind = resource
      .split(':')
      .slice(0, 6)
      .join(':')
      .replace(/[^:/]+$/, '');
    const seen = resourceClass(resource, patterns);
    const key = JSON.stringify([
      roleArn,
      action,
      seen === undefined ? resource : [kind, resource.includes('/'), seen],
      context,
      resourcePolicy,
      policies.length,
    ]);
    const known = this.#verdicts.get(key);
    if (known !== undefined) return known;
    const answer = await runSimulation(
      {
        request: {
          principal: call.caller.arn,
          action,
          resource: { resource, accountId: call.account },
          contextVariables: context,
        },
        identityPolicies: policies,
        resourcePolicy,
        serviceControlPolicies: [],
        resourceControlPolicies: [],
      },
      {},
    );
    const result = answer.resultType === 'error' ? `error: ${answer.errors.message}` : answer.overallResult;
    this.#verdicts.set(key, result);
    return result;
  }

  /** The policy of a queue, bucket or key, which may allow what the identity does not, or deny it. */
  #policyOf(call: Call, resource: string): unknown {
    const text =
      call.service === 'sqs'
        ? this.#cloud.service(SqsService).policyOf(resource)
        : call.service === 's3'
          ? this.#cloud.service(S3Service).bucketPolicy(resource.split(':::')[1]?.split('/')[0] ?? '')
          : call.service === 'kms'
            ? this.#cloud.service(KmsService).policyOf(resource)
            : undefined;
    return text === undefined ? undefined : JSON.parse(text);
  }

  #context(call: Call): Record<string, string | string[]> {
    const organization = organizationOf(this.#cloud.store, call.account);
    const none = call.headers?.['if-none-match'];
    const tags = Object.entries(call.caller.sessionTags ?? {});
    return {
      ...Object.fromEntries(tags.map(([name, value]) => [`aws:PrincipalTag/${name}`, value])),
      'aws:PrincipalArn': call.caller.roleArn ?? call.caller.arn,
      'aws:PrincipalAccount': call.account,
      'aws:RequestedRegion': call.region,
      'aws:SecureTransport': 'true',
      ...(none === undefined || call.service !== 's3' ? {} : { 's3:if-none-match': none }),
      ...(organization === undefined ? {} : { 'aws:PrincipalOrgID': organization }),
    };
  }
}

/** The simulator takes an API's id for a resource type, where no wildcard counts; in an execute-api ARN it is one that may be. */
function withApiId(document: string, resource: string): string {
  const [, scope, id] = /^(arn:aws:execute-api:[^:]+:\d+:)([^/]+)\//.exec(resource) ?? [];
  return scope === undefined ? document : document.replaceAll(`${scope}*/`, `${scope}${id}/`);
}

/** Calls that IAM never refuses. */
const UNJUDGED = new Set(['sts:GetCallerIdentity']);

/** One line for each denial: what to add to whose policy. */
export function statementsToAdd(denials: readonly Denial[]): string[] {
  return denials.map(({ role, action, resource, result }) => `${role}: add Allow ${action} on ${resource} (${result})`);
}
