import { createHash } from 'node:crypto';
import { AwsError } from '../../core/error.ts';
import type { PolicyDocument } from '../../core/policy.ts';
import type { Context } from '../../core/service.ts';

/** A role with all that hangs on it; documents are kept as they came. */
export interface StoredRole {
  readonly account: string;
  readonly name: string;
  readonly path: string;
  readonly trust: string;
  readonly description?: string;
  readonly maxSessionDuration: number;
  readonly boundary?: string;
  readonly inline: Readonly<Record<string, string>>;
  readonly attached: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: number;
}

export interface StoredPolicy {
  readonly account: string;
  readonly name: string;
  readonly path: string;
  readonly description?: string;
  readonly versions: readonly { readonly id: string; readonly document: string; readonly createdAt: number }[];
  readonly defaultVersion: string;
}

/** IAM is global: the region plays no part. */
export function rolesNamespace(account: string): string {
  return `iam/${account}/roles`;
}

export function policiesNamespace(account: string): string {
  return `iam/${account}/policies`;
}

export function roleArn(role: Pick<StoredRole, 'account' | 'path' | 'name'>): string {
  return `arn:aws:iam::${role.account}:role${role.path}${role.name}`;
}

export function policyArn(policy: Pick<StoredPolicy, 'account' | 'path' | 'name'>): string {
  return `arn:aws:iam::${policy.account}:policy${policy.path}${policy.name}`;
}

/** `AROA…` of a role; the same that its sessions have. */
export function roleId(arn: string): string {
  return `AROA${createHash('sha256').update(arn).digest('hex').slice(0, 17).toUpperCase()}`;
}

export function getRole(context: Context, name: string): StoredRole {
  const role = context.cloud.store.get<StoredRole>(rolesNamespace(context.account), name);
  if (role === undefined) throw noEntity(`The role with name ${name} cannot be found.`);
  return role;
}

export function saveRole(context: Context, role: StoredRole): void {
  context.cloud.store.put(rolesNamespace(role.account), role.name, role);
}

/** @throws AwsError `MalformedPolicyDocument` for what is no policy. */
export function checkDocument(text: string | undefined): string {
  try {
    const document = JSON.parse(text ?? '') as PolicyDocument;
    if (document.Statement === undefined) throw new Error('Missing required field Statement');
    return text ?? '';
  } catch (error) {
    throw new AwsError('MalformedPolicyDocument', `Syntax errors in policy: ${(error as Error).message}.`);
  }
}

export function noEntity(message: string): AwsError {
  return new AwsError('NoSuchEntity', message, 404);
}

export function alreadyExists(what: string): AwsError {
  return new AwsError('EntityAlreadyExists', `${what} already exists.`, 409);
}

/** The `Tags.member.N.Key` and `.Value` of the query protocol, or the list that a caller inside gives. */
export function tagsOf(input: Readonly<Record<string, unknown>>): Record<string, string> {
  const tags: Record<string, string> = {};
  for (const tag of (Array.isArray(input.Tags) ? input.Tags : []) as { Key: string; Value: string }[]) {
    tags[tag.Key] = tag.Value;
  }
  for (let at = 1; typeof input[`Tags.member.${at}.Key`] === 'string'; at += 1) {
    tags[String(input[`Tags.member.${at}.Key`])] = String(input[`Tags.member.${at}.Value`] ?? '');
  }
  return tags;
}

/** Tags as the API lists them. */
export function tagList(tags: Readonly<Record<string, string>>) {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
