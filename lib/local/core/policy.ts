import { type ConditionKeys, type Conditions, evaluateConditions, matchesWildcard, substitute } from './condition.ts';
import { organizationOf } from './organization.ts';
import type { Caller } from './service.ts';
import type { Store } from './store.ts';

/** A resource or trust policy, as JSON has it. */
export interface PolicyDocument {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement: Statement | readonly Statement[];
}

export interface Statement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: Principal;
  readonly NotPrincipal?: Principal;
  readonly Action?: OneOrMore;
  readonly NotAction?: OneOrMore;
  readonly Resource?: OneOrMore;
  readonly NotResource?: OneOrMore;
  readonly Condition?: Conditions;
}

type OneOrMore = string | readonly string[];
type Principal = '*' | Readonly<Record<string, OneOrMore>>;

/** What is asked of a policy. */
export interface PolicyRequest {
  readonly caller: Caller;
  /** `events:PutEvents`. */
  readonly action: string;
  /** The ARN that the action is on. */
  readonly resource: string;
  /** Condition keys of this request beside those of the caller, e.g. `events:source`, `aws:SourceArn`. */
  readonly keys?: ConditionKeys;
}

/** `none`: no statement speaks of the request. */
export type Verdict = 'allow' | 'deny' | 'none';

/**
 * What a resource policy says to a request. A condition operator that is unknown never makes an Allow match and always lets a Deny match.
 * @param store knows the caller's organization (`aws:PrincipalOrgID`).
 */
export function judgePolicy(
  store: Store,
  policy: PolicyDocument | string | undefined,
  request: PolicyRequest,
): Verdict {
  return judge(store, policy, request, (statement) => names(statement, request.caller));
}

/** What an identity policy of the caller says to a request: its statements name nobody, for they speak of whom they hang on. */
export function judgeIdentityPolicy(
  store: Store,
  policy: PolicyDocument | string | undefined,
  request: PolicyRequest,
): Verdict {
  return judge(store, policy, request, () => true);
}

/**
 * Whether a resource policy by itself is enough inside the owner's account: it allows, in a statement that names the caller's role, the
 * session or everybody. One that names the account only leaves it to the identity policies.
 */
export function allowsDirectly(store: Store, policy: string | undefined, request: PolicyRequest): boolean {
  const { caller } = request;
  const direct = ({ Principal: principal }: Statement) =>
    principal === '*' || list(principal?.AWS ?? []).some((name) => ['*', caller.arn, caller.roleArn].includes(name));
  return judge(store, policy, request, direct) === 'allow';
}

function judge(
  store: Store,
  policy: PolicyDocument | string | undefined,
  request: PolicyRequest,
  concerns: (statement: Statement) => boolean,
): Verdict {
  if (policy === undefined) return 'none';
  const document = typeof policy === 'string' ? (JSON.parse(policy) as PolicyDocument) : policy;
  const keys = { ...callerKeys(store, request.caller), ...request.keys };
  let verdict: Verdict = 'none';
  for (const statement of statementsOf(document)) {
    if (!concerns(statement) || !covers(statement, request, keys)) continue;
    const holds = evaluateConditions(statement.Condition ?? {}, keys);
    if (statement.Effect === 'Deny' && holds !== false) return 'deny';
    if (statement.Effect === 'Allow' && holds === true) verdict = 'allow';
  }
  return verdict;
}

/**
 * Whether a resource policy lets a request through: in the owner's account identity policies are enough unless the policy denies;
 * from another account, and for a service principal, the policy must allow.
 */
export function admits(
  store: Store,
  policy: PolicyDocument | string | undefined,
  owner: string,
  request: PolicyRequest,
): boolean {
  const verdict = judgePolicy(store, policy, request);
  const inside = request.caller.account === owner && request.caller.kind !== 'service';
  return inside ? verdict !== 'deny' : verdict === 'allow';
}

/** The global condition keys that follow from who calls. */
function callerKeys(store: Store, caller: Caller): ConditionKeys {
  if (caller.kind === 'service') {
    return {
      'aws:PrincipalIsAWSService': 'true',
      'aws:PrincipalServiceName': caller.arn,
      'aws:SecureTransport': 'true',
    };
  }
  const tags = Object.entries(caller.sessionTags ?? {}).map(([name, value]) => [`aws:PrincipalTag/${name}`, value]);
  return {
    'aws:PrincipalIsAWSService': 'false',
    'aws:PrincipalAccount': caller.account,
    'aws:PrincipalArn': caller.roleArn ?? caller.arn,
    'aws:PrincipalOrgID': organizationOf(store, caller.account),
    'aws:PrincipalType': caller.kind === 'role' ? 'AssumedRole' : 'Account',
    'aws:userid': caller.kind === 'role' ? `${caller.principalId}:${caller.sessionName}` : caller.principalId,
    'aws:SecureTransport': 'true',
    ...Object.fromEntries(tags),
  };
}

export function statementsOf(document: PolicyDocument): readonly Statement[] {
  return Array.isArray(document.Statement) ? document.Statement : [document.Statement as Statement];
}

function covers(statement: Statement, request: PolicyRequest, keys: ConditionKeys): boolean {
  const variables = new Map(Object.entries(keys).map(([name, value]) => [name.toLowerCase(), value]));
  const action = (pattern: string) => matchesWildcard(request.action.toLowerCase(), pattern.toLowerCase());
  const resource = (pattern: string) => matchesWildcard(request.resource, substitute(pattern, variables));
  return (
    (statement.NotAction === undefined
      ? list(statement.Action ?? []).some(action)
      : !list(statement.NotAction).some(action)) &&
    (statement.NotResource === undefined
      ? statement.Resource === undefined || list(statement.Resource).some(resource)
      : !list(statement.NotResource).some(resource))
  );
}

function names(statement: Statement, caller: Caller): boolean {
  if (statement.NotPrincipal !== undefined) return !namesCaller(statement.NotPrincipal, caller);
  return statement.Principal !== undefined && namesCaller(statement.Principal, caller);
}

function namesCaller(principal: Principal, caller: Caller): boolean {
  if (principal === '*') return true;
  return Object.entries(principal).some(([kind, names]) =>
    list(names).some((name) => {
      if (name === '*' && kind === 'AWS') return true;
      if (kind === 'Service') return caller.kind === 'service' && name === caller.arn;
      if (kind !== 'AWS' || caller.kind === 'service') return false;
      return (
        name === caller.account ||
        name === `arn:aws:iam::${caller.account}:root` ||
        name === caller.arn ||
        name === caller.roleArn
      );
    }),
  );
}

function list(value: OneOrMore): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}
