import { NOTE, table } from './markdown.ts';
import { reasonFor } from './permission-reasons.ts';
import { plainId, type Resource, readable, type SynthesizedStack } from './synthesized.ts';

interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: unknown;
  readonly NotResource?: unknown;
  readonly Principal?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** One permission of a role, and why it has it. */
export interface Permission {
  readonly stack: string;
  readonly role: string;
  readonly sid: string | undefined;
  readonly actions: readonly string[];
  readonly statement: Statement;
}

/** The page of the stacks: every role with every permission and why, and what resources say of themselves. */
export function stackPage(stacks: readonly SynthesizedStack[]): string {
  const order = table(
    ['stack', 'account', 'after', 'resources'],
    stacks.map(({ name, account, after, resources }) => [
      `[\`${name}\`](#${anchor(name)})`,
      account,
      after.map((one) => `\`${one}\``).join(', '),
      String(resources.length),
    ]),
  );
  const sections = stacks.map((stack) => section(stack));
  return `# Stacks\n\n${NOTE}What \`cdk deploy\` makes of the [example's mesh](../../examples/aviation/mesh.yaml), and which of its account have to be there before; [the guide](../guide-platform.md) has the order between accounts. \`<Name>\` is a resource of the stack or of one before it, \`<domain>\` a domain. In another mesh the names begin with its own name; an audit account apart has two stacks more ([ADR 0003](../adr/0003-audit-account.md)).\n\n${order}\n${sections.join('\n')}`;
}

/** As GitHub makes anchors of headings. */
function anchor(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9 -]/g, '');
}

function section(stack: SynthesizedStack): string {
  const roles = permissionsOf(stack);
  const byRole = Map.groupBy(roles, ({ role }) => role);
  const trusts = new Map(
    stack.resources.filter(({ type }) => type === 'AWS::IAM::Role').map((role) => [nameOf(role), trustOf(role)]),
  );
  const names = [...new Set([...trusts.keys(), ...byRole.keys()])];
  const parts = names.map((name) => {
    const rows = (byRole.get(name) ?? []).map(({ sid, actions, statement }) => [
      effectOf(statement) + actions.map((action) => `\`${action}\``).join(', '),
      scopeOf(statement),
      reasonFor(sid, actions) ?? '',
    ]);
    const trust = trusts.get(name);
    return `### \`${name}\`\n\n${trust === undefined ? '' : `Assumed by ${trust}.\n\n`}${table(['may', 'on', 'why'], rows)}`;
  });
  const lake = lakeGrants(stack);
  const own = resourceStatements(stack);
  return [
    `## \`${stack.name}\`\n\nIn ${stack.account}.\n`,
    ...parts,
    lake.length === 0 ? '' : `### Lake Formation\n\n${table(['principal', 'may', 'on'], lake)}`,
    own.length === 0 ? '' : `### Policies of resources\n\n${table(['resource', 'who', 'may', 'if'], own)}`,
  ]
    .filter((part) => part !== '')
    .join('\n');
}

/** Every statement of every role of a stack. */
export function permissionsOf({ name: stack, resources }: SynthesizedStack): Permission[] {
  return resources.flatMap((resource): Permission[] => {
    const { type, properties } = resource;
    const inline = (properties.Policies ?? []) as readonly { readonly PolicyDocument: unknown }[];
    const documents =
      type === 'AWS::IAM::Role'
        ? inline.map(({ PolicyDocument }) => PolicyDocument)
        : type === 'AWS::IAM::Policy' || type === 'AWS::IAM::ManagedPolicy'
          ? [properties.PolicyDocument]
          : [];
    const roles =
      type === 'AWS::IAM::Role'
        ? [nameOf(resource)]
        : ((properties.Roles ?? []) as readonly unknown[]).map((role) => roleNamed(role, resources));
    return documents.flatMap((document) =>
      (document as { readonly Statement: readonly Statement[] }).Statement.flatMap((statement) =>
        roles.map((role) => ({
          stack,
          role,
          sid: statement.Sid,
          actions: listOf(statement.Action ?? statement.NotAction),
          statement,
        })),
      ),
    );
  });
}

function nameOf({ id, properties }: Resource): string {
  return properties.RoleName === undefined ? id : readable(properties.RoleName);
}

function roleNamed(role: unknown, resources: readonly Resource[]): string {
  const text = readable(role);
  const found = resources.find(({ id, type }) => type === 'AWS::IAM::Role' && text === `<${id}>`);
  return found === undefined ? text : nameOf(found);
}

function listOf(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : typeof value === 'string' ? [value] : value;
}

function effectOf({ Effect, NotAction }: Statement): string {
  return `${Effect === 'Deny' ? 'never: ' : ''}${NotAction === undefined ? '' : 'all but '}`;
}

function scopeOf({ Resource, NotResource, Condition }: Statement): string {
  const on = listOf((Array.isArray(Resource) ? Resource : [Resource]) as string[]).map((one) => `\`${readable(one)}\``);
  const but = NotResource === undefined ? '' : ` all but \`${readable(NotResource)}\``;
  return `${[...new Set(on)].join(', ')}${but}${conditionText(Condition)}`;
}

function conditionText(condition: Statement['Condition']): string {
  if (condition === undefined) return '';
  const parts = Object.entries(condition).flatMap(([operator, tests]) =>
    Object.entries(tests).map(([key, value]) => `\`${key}\` ${operator} \`${readable(value)}\``),
  );
  return `, if ${parts.join(' and ')}`;
}

function trustOf({ properties }: Resource): string {
  const { Statement: statements } = properties.AssumeRolePolicyDocument as { readonly Statement: readonly Statement[] };
  const texts = statements.map(
    (statement) => `${principalText(statement.Principal)}${conditionText(statement.Condition)}`,
  );
  return [...new Set(texts)].join('; ');
}

function principalText(principal: unknown): string {
  if (principal === '*' || principal === undefined) return 'anybody';
  const texts = Object.values(principal as Record<string, unknown>)
    .flatMap((value) => (Array.isArray(value) ? value : [value]))
    .map(readable);
  return texts.map((text) => (text === '*' ? 'anybody' : `\`${text}\``)).join(', ');
}

function lakeGrants({ resources }: SynthesizedStack): string[][] {
  return resources
    .filter(({ type }) => type === 'AWS::LakeFormation::PrincipalPermissions')
    .map(({ properties }) => {
      const { DataLakePrincipalIdentifier } = properties.Principal as Record<string, unknown>;
      const [[kind = '', where] = []] = Object.entries(properties.Resource as Record<string, unknown>).filter(
        ([, value]) => value !== undefined,
      );
      const on = Object.entries(where as Record<string, unknown>)
        .filter(([name]) => name !== 'CatalogId')
        .map(([name, value]) =>
          typeof value === 'object' && value !== null && Object.keys(value).length === 0 ? name : readable(value),
        );
      return [
        `\`${readable(DataLakePrincipalIdentifier)}\``,
        (properties.Permissions as readonly string[]).join(', '),
        `${kind} ${on.map((text) => `\`${text}\``).join(' ')}`,
      ];
    });
}

/** Kinds of resources that have policies of their own, and which member names what they belong to. */
const OWN_POLICIES: Readonly<Record<string, string>> = {
  'AWS::S3::BucketPolicy': 'Bucket',
  'AWS::SQS::QueuePolicy': 'Queues',
  'AWS::Events::EventBusPolicy': 'EventBusName',
  'AWS::KMS::Key': 'Description',
  'AWS::ApiGateway::RestApi': 'Name',
};

function resourceStatements({ resources }: SynthesizedStack): string[][] {
  return resources.flatMap(({ id, type, properties }) => {
    const of = OWN_POLICIES[type];
    if (of === undefined) return [];
    const document = (properties.PolicyDocument ??
      properties.KeyPolicy ??
      properties.Policy ?? { Statement: properties.Statement }) as { readonly Statement?: unknown };
    const statements = [document.Statement ?? []].flat() as Statement[];
    return statements.map((statement) => [
      `${type.split('::')[1]} ${readable(properties[of] ?? plainId(id))}`,
      principalText(statement.Principal),
      effectOf(statement) +
        listOf(statement.Action ?? statement.NotAction)
          .map((action) => `\`${action}\``)
          .join(', '),
      conditionText(statement.Condition).replace(/^, if /, ''),
    ]);
  });
}
