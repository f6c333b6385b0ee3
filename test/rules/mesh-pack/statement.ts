import { at, list, type Place, type Properties, type Resource } from './rule.ts';

/** The text of a value of a template: `<Id.Attribute>` for what CloudFormation puts there. */
export function textOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return value.map(textOf).join(',');
  const [[name = '', argument] = []] = Object.entries(value);
  if (name === 'Ref') return argument === 'AWS::Partition' ? 'aws' : `<${String(argument)}>`;
  if (name === 'Fn::GetAtt') return `<${(argument as string[]).join('.')}>`;
  if (name === 'Fn::Join') {
    const [between, parts] = argument as [string, unknown[]];
    return parts.map(textOf).join(between);
  }
  return JSON.stringify(value);
}

/** A statement of a policy, its texts plain. */
export interface Statement {
  readonly allows: boolean;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  /** Principals that are not services. */
  readonly principals: readonly string[];
  readonly services: readonly string[];
  /** Operator → key → values. */
  readonly conditions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

export function statementOf(value: unknown): Statement {
  const texts = (one: unknown) => list(one).map(textOf);
  const principal = at(value, 'Principal');
  const named = typeof principal === 'object' && principal !== null;
  const conditions = Object.entries((at(value, 'Condition') ?? {}) as Record<string, Properties | undefined>);
  return {
    allows: at(value, 'Effect') !== 'Deny',
    actions: texts(at(value, 'Action')),
    resources: texts(at(value, 'Resource')),
    principals: named ? texts(at(principal, 'AWS')) : texts(principal),
    services: named ? texts(at(principal, 'Service')) : [],
    conditions: Object.fromEntries(
      conditions.map(([operator, keys]) => [
        operator,
        Object.fromEntries(Object.entries(keys ?? {}).map(([key, values]) => [key, texts(values)])),
      ]),
    ),
  };
}

export function statementsOf(document: unknown): Statement[] {
  return list(at(document, 'Statement')).map(statementOf);
}

/** The documents that say what a role may. */
export function identityStatements({ Type, Properties = {} }: Resource): Statement[] {
  if (Type === 'AWS::IAM::Policy' || Type === 'AWS::IAM::ManagedPolicy') return statementsOf(Properties.PolicyDocument);
  if (Type !== 'AWS::IAM::Role') return [];
  return list(Properties.Policies).flatMap((policy) => statementsOf(at(policy, 'PolicyDocument')));
}

/** The values that a key must have by one of some operators; empty where nothing asks for it. */
export function valuesOf({ conditions }: Statement, key: string, ...operators: string[]): readonly string[] {
  return operators.flatMap((operator) => conditions[operator]?.[key] ?? []);
}

/** The account itself as a principal. */
export function isOwnRoot(principal: string, { account }: Place): boolean {
  return principal === `arn:aws:iam::${account}:root`;
}

/** Roles by name, each in one account. */
export function areRoles(arns: readonly string[]): boolean {
  return arns.length > 0 && arns.every((arn) => /^arn:aws:iam::\d{12}:role\/[^*?]+$|^<[^>]+>$/.test(arn));
}

/** Whoever of another account is meant is told by name, or by the organization and a pattern of names of the mesh. */
export function isBounded(statement: Statement, { topology: { mesh, organization } }: Place): boolean {
  const everybody = statement.principals.some((principal) => principal.includes('*'));
  if (areRoles(valuesOf(statement, 'aws:PrincipalArn', 'ArnEquals'))) return !everybody;
  const members = valuesOf(statement, 'aws:PrincipalOrgID', 'StringEquals');
  const patterns = valuesOf(statement, 'aws:PrincipalArn', 'ArnLike');
  const ours = patterns.length > 0 && patterns.every((one) => one.startsWith(`arn:aws:iam::*:role/${mesh}-*-`));
  return organization !== undefined && members.join() === organization && ours;
}

/** A service acts for something of one account, or of the accounts of the mesh: never for whatever somebody points it at. */
export function isDeputyBound(statement: Statement): boolean {
  if (!statement.services.every((service) => /^[a-z-]+(\.[a-z0-9-]+)?\.amazonaws\.com$/.test(service))) return false;
  const accounts = valuesOf(statement, 'aws:SourceAccount', 'StringEquals');
  const arns = valuesOf(statement, 'aws:SourceArn', 'StringEquals', 'StringLike', 'ArnEquals', 'ArnLike');
  const logs = valuesOf(statement, 'kms:EncryptionContext:aws:logs:arn', 'ArnLike', 'ArnEquals');
  const named = [...arns, ...logs].every((arn) => /^<[^>]+>$|^arn:aws:[a-z]+:[a-z0-9-]+:\d{12}:.+$/.test(arn));
  return accounts.length + arns.length + logs.length > 0 && named && accounts.every((one) => /^\d{12}$/.test(one));
}
