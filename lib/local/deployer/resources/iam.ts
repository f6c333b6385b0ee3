import {
  type ExistingResource,
  type Family,
  nameOf,
  type Properties,
  pick,
  type ResourceRequest,
  rules,
} from './resource.ts';

const IN_PLACE = 'Description MaxSessionDuration';

interface Inline {
  readonly PolicyName: string;
  readonly PolicyDocument: unknown;
}

export const iam: Family = {
  'AWS::IAM::Role': {
    nameProperty: 'RoleName',
    properties: rules({
      update: `AssumeRolePolicyDocument ${IN_PLACE} ManagedPolicyArns PermissionsBoundary Policies Tags`,
      replace: 'Path RoleName',
    }),
    async create(request) {
      const { call, properties } = request;
      const RoleName = nameOf(request, 'RoleName', 64);
      const { Role } = await call<{ Role: { Arn: string; RoleId: string } }>('iam', 'CreateRole', {
        ...pick(properties, `${IN_PLACE} Path PermissionsBoundary Tags`),
        RoleName,
        AssumeRolePolicyDocument: JSON.stringify(properties.AssumeRolePolicyDocument),
      });
      for (const PolicyArn of arns(properties)) await call('iam', 'AttachRolePolicy', { RoleName, PolicyArn });
      for (const policy of inline(properties)) await putInline(request, RoleName, policy);
      return { id: RoleName, attributes: { Arn: Role.Arn, RoleId: Role.RoleId } };
    },
    async update(request) {
      const { call, id: RoleName, properties, previous, attributes } = request;
      await call('iam', 'UpdateAssumeRolePolicy', {
        RoleName,
        PolicyDocument: JSON.stringify(properties.AssumeRolePolicyDocument),
      });
      if (['Description', 'MaxSessionDuration'].some((name) => properties[name] !== previous[name])) {
        await call('iam', 'UpdateRole', { RoleName, ...pick(properties, IN_PLACE) });
      }
      if (properties.PermissionsBoundary !== previous.PermissionsBoundary) {
        const { PermissionsBoundary } = properties;
        if (PermissionsBoundary === undefined) await call('iam', 'DeleteRolePermissionsBoundary', { RoleName });
        else await call('iam', 'PutRolePermissionsBoundary', { RoleName, PermissionsBoundary });
      }
      const wanted = new Set(arns(properties));
      const had = new Set(arns(previous));
      for (const PolicyArn of wanted)
        if (!had.has(PolicyArn)) await call('iam', 'AttachRolePolicy', { RoleName, PolicyArn });
      for (const PolicyArn of had)
        if (!wanted.has(PolicyArn)) await call('iam', 'DetachRolePolicy', { RoleName, PolicyArn });
      const names = new Set(inline(properties).map(({ PolicyName }) => PolicyName));
      for (const { PolicyName } of inline(previous)) {
        if (!names.has(PolicyName)) await call('iam', 'DeleteRolePolicy', { RoleName, PolicyName });
      }
      for (const policy of inline(properties)) await putInline(request, RoleName, policy);
      return { id: RoleName, attributes };
    },
    async delete({ call, id: RoleName, properties }) {
      for (const PolicyArn of arns(properties)) await call('iam', 'DetachRolePolicy', { RoleName, PolicyArn });
      for (const { PolicyName } of inline(properties)) await call('iam', 'DeleteRolePolicy', { RoleName, PolicyName });
      await call('iam', 'DeleteRole', { RoleName });
    },
  },

  'AWS::IAM::Policy': {
    properties: rules({ update: 'PolicyDocument Roles', replace: 'PolicyName' }),
    async create(request) {
      await putOnRoles(request);
      return { id: request.generatedName() };
    },
    async update(request) {
      const kept = new Set(roles(request.properties));
      for (const RoleName of roles(request.previous)) {
        if (!kept.has(RoleName)) await deleteInline(request, RoleName);
      }
      await putOnRoles(request);
      return { id: request.id };
    },
    async delete(request) {
      for (const RoleName of roles(request.properties)) await deleteInline(request, RoleName);
    },
  },

  'AWS::IAM::ManagedPolicy': {
    nameProperty: 'ManagedPolicyName',
    properties: rules({ update: 'PolicyDocument Roles', replace: 'Description ManagedPolicyName Path' }),
    async create(request) {
      const { call, properties } = request;
      const { Policy } = await call<{ Policy: { Arn: string } }>('iam', 'CreatePolicy', {
        ...pick(properties, 'Description Path'),
        PolicyName: nameOf(request, 'ManagedPolicyName', 128),
        PolicyDocument: JSON.stringify(properties.PolicyDocument),
      });
      const PolicyArn = Policy.Arn;
      for (const RoleName of roles(properties)) await call('iam', 'AttachRolePolicy', { RoleName, PolicyArn });
      return { id: PolicyArn, attributes: { PolicyArn } };
    },
    async update({ call, id: PolicyArn, attributes, properties, previous }) {
      if (JSON.stringify(properties.PolicyDocument) !== JSON.stringify(previous.PolicyDocument)) {
        const PolicyDocument = JSON.stringify(properties.PolicyDocument);
        await call('iam', 'CreatePolicyVersion', { PolicyArn, PolicyDocument, SetAsDefault: true });
      }
      const wanted = new Set(roles(properties));
      const had = new Set(roles(previous));
      for (const RoleName of wanted)
        if (!had.has(RoleName)) await call('iam', 'AttachRolePolicy', { RoleName, PolicyArn });
      for (const RoleName of had)
        if (!wanted.has(RoleName)) await call('iam', 'DetachRolePolicy', { RoleName, PolicyArn });
      return { id: PolicyArn, attributes };
    },
    async delete({ call, id: PolicyArn, properties }) {
      for (const RoleName of roles(properties)) await call('iam', 'DetachRolePolicy', { RoleName, PolicyArn });
      await call('iam', 'DeletePolicy', { PolicyArn });
    },
  },
};

function arns(properties: Properties): string[] {
  return (properties.ManagedPolicyArns ?? []) as string[];
}

function inline(properties: Properties): Inline[] {
  return (properties.Policies ?? []) as Inline[];
}

function roles(properties: Properties): string[] {
  return (properties.Roles ?? []) as string[];
}

async function putInline({ call }: ResourceRequest, RoleName: string, policy: Inline): Promise<void> {
  const { PolicyName, PolicyDocument } = policy;
  await call('iam', 'PutRolePolicy', { RoleName, PolicyName, PolicyDocument: JSON.stringify(PolicyDocument) });
}

async function putOnRoles(request: ResourceRequest): Promise<void> {
  const { PolicyName, PolicyDocument } = request.properties as Properties & Inline;
  for (const RoleName of roles(request.properties)) await putInline(request, RoleName, { PolicyName, PolicyDocument });
}

async function deleteInline({ call, properties }: ExistingResource, RoleName: string): Promise<void> {
  await call('iam', 'DeleteRolePolicy', { RoleName, PolicyName: properties.PolicyName });
}
