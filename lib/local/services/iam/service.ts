import type { Cloud } from '../../core/cloud.ts';
import { queryCodec } from '../../core/codecs.ts';
import type { Operations, Service } from '../../core/service.ts';
import { policiesNamespace, roleArn, rolesNamespace, type StoredPolicy, type StoredRole } from './model.ts';
import { policyOperations } from './policies.ts';
import { roleOperations } from './roles.ts';

/** A role for the judge of a call: its documents as JSON text. */
export interface RoleView {
  readonly arn: string;
  readonly account: string;
  readonly name: string;
  readonly trust: string;
  readonly maxSessionDuration: number;
  readonly tags: Readonly<Record<string, string>>;
  /** The ARN of the permissions boundary. */
  readonly boundary?: string;
}

/** One identity policy of a role. `document` is undefined for an AWS managed policy, of which only the ARN is known here. */
export interface RolePolicy {
  readonly name: string;
  readonly arn?: string;
  readonly document?: string;
}

/** AWS Identity and Access Management: roles and policies, kept as they came. */
export class IamService implements Service {
  readonly signingName = 'iam';
  readonly codec = queryCodec;
  readonly operations: Operations = { ...roleOperations, ...policyOperations };
  readonly #cloud: Cloud;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /** The role of an ARN; its path must be right. Undefined: there is none. */
  role(arn: string): RoleView | undefined {
    const role = this.#find(arn);
    if (role === undefined) return undefined;
    const { account, name, trust, maxSessionDuration, tags, boundary } = role;
    return { arn, account, name, trust, maxSessionDuration, tags, boundary };
  }

  /** The identity policies of a role: inline ones, then the attached ones in their default version. */
  policiesOf(arn: string): RolePolicy[] {
    const role = this.#find(arn);
    if (role === undefined) return [];
    const inline = Object.entries(role.inline).map(([name, document]) => ({ name, document }));
    return [...inline, ...role.attached.map((attached) => this.#attached(attached))];
  }

  /** The default version of a customer managed policy, as JSON text. */
  policyDocument(arn: string): string | undefined {
    const account = arn.split(':')[4] ?? '';
    const policy = this.#cloud.store.get<StoredPolicy>(policiesNamespace(account), arn);
    return policy?.versions.find(({ id }) => id === policy.defaultVersion)?.document;
  }

  #attached(arn: string): RolePolicy {
    return { name: arn.slice(arn.lastIndexOf('/') + 1), arn, document: this.policyDocument(arn) };
  }

  #find(arn: string): StoredRole | undefined {
    const [, account = '', name = ''] = /^arn:aws:iam::(\d{12}):role\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
    const role = this.#cloud.store.get<StoredRole>(rolesNamespace(account), name);
    return role !== undefined && roleArn(role) === arn ? role : undefined;
  }
}
