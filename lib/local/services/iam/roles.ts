import { AwsError } from '../../core/error.ts';
import type { Context, Operation, Operations } from '../../core/service.ts';
import {
  alreadyExists,
  checkDocument,
  getRole,
  noEntity,
  roleArn,
  roleId,
  rolesNamespace,
  type StoredRole,
  saveRole,
  tagList,
  tagsOf,
} from './model.ts';

interface RoleInput {
  readonly RoleName: string;
  readonly Path?: string;
  readonly AssumeRolePolicyDocument?: string;
  readonly PolicyDocument?: string;
  readonly Description?: string;
  readonly MaxSessionDuration?: string | number;
  readonly PermissionsBoundary?: string;
  readonly PolicyName?: string;
  readonly PolicyArn?: string;
}
type Input = RoleInput & Readonly<Record<string, unknown>>;

/** Roles, their trust, their inline policies and what is attached to them. */
export const roleOperations: Operations = {
  CreateRole: onRole((input, context) => {
    const { cloud, account, now } = context;
    if (!/^[\w+=,.@-]{1,64}$/.test(input.RoleName)) {
      throw new AwsError('ValidationError', `The specified value for roleName is invalid: ${input.RoleName}`);
    }
    if (cloud.store.get(rolesNamespace(account), input.RoleName) !== undefined) {
      throw alreadyExists(`Role with name ${input.RoleName}`);
    }
    const role: StoredRole = {
      account,
      name: input.RoleName,
      path: input.Path ?? '/',
      trust: checkDocument(input.AssumeRolePolicyDocument),
      description: input.Description,
      maxSessionDuration: Number(input.MaxSessionDuration ?? 3600),
      boundary: input.PermissionsBoundary,
      inline: {},
      attached: [],
      tags: tagsOf(input),
      createdAt: now,
    };
    saveRole(context, role);
    return { Role: describe(role) };
  }),
  GetRole: onRole((input, context) => ({ Role: describe(getRole(context, input.RoleName)) })),
  ListRoles: {
    run: (input: { PathPrefix?: string }, { cloud, account }: Context) => ({
      Roles: cloud.store
        .list<StoredRole>(rolesNamespace(account))
        .map(({ value }) => value)
        .filter((role) => role.path.startsWith(input.PathPrefix ?? '/'))
        .map(describe),
      IsTruncated: false,
    }),
  },
  UpdateRole: onRole((input, context) => {
    const role = getRole(context, input.RoleName);
    const maxSessionDuration = Number(input.MaxSessionDuration ?? role.maxSessionDuration);
    saveRole(context, { ...role, description: input.Description ?? role.description, maxSessionDuration });
  }),
  DeleteRole: onRole((input, context) => {
    const role = getRole(context, input.RoleName);
    if (role.attached.length > 0) throw conflict('must detach all policies first.');
    if (Object.keys(role.inline).length > 0) throw conflict('must delete policies first.');
    context.cloud.store.delete(rolesNamespace(context.account), role.name);
  }),
  UpdateAssumeRolePolicy: onRole((input, context) => {
    saveRole(context, { ...getRole(context, input.RoleName), trust: checkDocument(input.PolicyDocument) });
  }),
  PutRolePolicy: onRole((input, context) => {
    const role = getRole(context, input.RoleName);
    const document = checkDocument(input.PolicyDocument);
    saveRole(context, { ...role, inline: { ...role.inline, [input.PolicyName ?? '']: document } });
  }),
  GetRolePolicy: onRole((input, context) => {
    const document = getRole(context, input.RoleName).inline[input.PolicyName ?? ''];
    if (document === undefined) throw noPolicy(input);
    return { RoleName: input.RoleName, PolicyName: input.PolicyName, PolicyDocument: encodeURIComponent(document) };
  }),
  ListRolePolicies: onRole((input, context) => ({
    PolicyNames: Object.keys(getRole(context, input.RoleName).inline),
    IsTruncated: false,
  })),
  DeleteRolePolicy: onRole((input, context) => {
    const role = getRole(context, input.RoleName);
    const { [input.PolicyName ?? '']: gone, ...inline } = role.inline;
    if (gone === undefined) throw noPolicy(input);
    saveRole(context, { ...role, inline });
  }),
  AttachRolePolicy: onRole((input, context) => {
    const role = getRole(context, input.RoleName);
    saveRole(context, { ...role, attached: [...new Set([...role.attached, input.PolicyArn ?? ''])] });
  }),
  DetachRolePolicy: onRole((input, context) => {
    const role = getRole(context, input.RoleName);
    const attached = role.attached.filter((arn) => arn !== input.PolicyArn);
    if (attached.length === role.attached.length) throw noEntity(`Policy ${input.PolicyArn} was not found.`);
    saveRole(context, { ...role, attached });
  }),
  ListAttachedRolePolicies: onRole((input, context) => ({
    AttachedPolicies: getRole(context, input.RoleName).attached.map((PolicyArn) => ({
      PolicyName: PolicyArn.slice(PolicyArn.lastIndexOf('/') + 1),
      PolicyArn,
    })),
    IsTruncated: false,
  })),
  PutRolePermissionsBoundary: onRole((input, context) => {
    saveRole(context, { ...getRole(context, input.RoleName), boundary: input.PermissionsBoundary });
  }),
  DeleteRolePermissionsBoundary: onRole((input, context) => {
    saveRole(context, { ...getRole(context, input.RoleName), boundary: undefined });
  }),
  TagRole: onRole((input, context) => {
    const role = getRole(context, input.RoleName);
    saveRole(context, { ...role, tags: { ...role.tags, ...tagsOf(input) } });
  }),
  ListRoleTags: onRole((input, context) => ({
    Tags: tagList(getRole(context, input.RoleName).tags),
    IsTruncated: false,
  })),
};

function onRole(run: (input: Input, context: Context) => unknown): Operation<Input> {
  return {
    run,
    resources: (input, context) => [roleArn({ account: context.account, path: '/', name: input.RoleName })],
  };
}

function describe(role: StoredRole) {
  return {
    Path: role.path,
    RoleName: role.name,
    RoleId: roleId(roleArn(role)),
    Arn: roleArn(role),
    CreateDate: new Date(role.createdAt),
    AssumeRolePolicyDocument: encodeURIComponent(role.trust),
    Description: role.description,
    MaxSessionDuration: role.maxSessionDuration,
    PermissionsBoundary:
      role.boundary === undefined
        ? undefined
        : { PermissionsBoundaryType: 'Policy', PermissionsBoundaryArn: role.boundary },
    Tags: tagList(role.tags),
  };
}

function conflict(what: string): AwsError {
  return new AwsError('DeleteConflict', `Cannot delete entity, ${what}`, 409);
}

function noPolicy(input: RoleInput): AwsError {
  return noEntity(`The role policy with name ${input.PolicyName} cannot be found.`);
}
