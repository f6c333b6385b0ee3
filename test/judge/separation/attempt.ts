import { runSimulation } from '@cloud-copilot/iam-simulate';
import type { Principal } from './installed.ts';

/** Something that somebody may try. */
export interface Attempt {
  readonly action: string;
  readonly arn: string;
  /** Whose resource it is. */
  readonly account: string;
  /** What the resource itself says. */
  readonly policy?: unknown;
}

/** Circumstances that policies ask for: whoever tries picks those that suit. */
const CIRCUMSTANCES: readonly Readonly<Record<string, string | string[]>>[] = [{ 's3:if-none-match': '*' }, {}];

/** True when the policies of the caller and of the resource allow it, under some circumstances. */
export async function succeeds(
  principal: Principal,
  attempt: Attempt,
  topology: { organization?: string; region: string },
) {
  if (!mayMatter(principal, attempt)) return false;
  for (const circumstance of CIRCUMSTANCES) {
    if (await isAllowed(principal, attempt, { ...common(principal, attempt, topology), ...circumstance })) return true;
  }
  return false;
}

/** False when no policy of either side allows anything of the service, so that nothing has to be simulated: most of all pairs. */
function mayMatter({ policies }: Principal, { action, policy }: Attempt): boolean {
  const [service = ''] = action.split(':');
  const said = [...policies.map((entry) => entry.policy), policy].flatMap(statementsOf);
  return said.some(({ Effect, Action }) => Effect === 'Allow' && [Action].flat().some((name) => isOf(name, service)));
}

const isOf = (name: unknown, service: string) => name === '*' || String(name).startsWith(`${service}:`);

function statementsOf(document: unknown): readonly { readonly Effect?: unknown; readonly Action?: unknown }[] {
  if (typeof document !== 'object' || document === null || !('Statement' in document)) return [];
  return [document.Statement].flat() as { Effect?: unknown; Action?: unknown }[];
}

function common({ arn, account }: Principal, attempt: Attempt, topology: { organization?: string; region: string }) {
  return {
    'aws:PrincipalArn': arn,
    'aws:PrincipalAccount': account,
    'aws:ResourceAccount': attempt.account,
    'aws:RequestedRegion': topology.region,
    'aws:SecureTransport': 'true',
    'kms:ViaService': `s3.${topology.region}.amazonaws.com`,
    'kms:ResourceAliases': ['alias/aviation-audit'],
    ...(topology.organization === undefined ? {} : { 'aws:PrincipalOrgID': topology.organization }),
  };
}

async function isAllowed(
  { arn: principal, policies }: Principal,
  { action, arn: resource, account: accountId, policy }: Attempt,
  contextVariables: Readonly<Record<string, string | string[]>>,
): Promise<boolean> {
  const answer = await runSimulation(
    {
      request: { principal, action, resource: { resource, accountId }, contextVariables: { ...contextVariables } },
      identityPolicies: policies.map((entry) => ({ name: entry.name, policy: withApiId(entry.policy, resource) })),
      ...(policy === undefined ? {} : { resourcePolicy: policy }),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (answer.resultType === 'error') throw new Error(`${action} on ${resource}: ${JSON.stringify(answer.errors)}`);
  return answer.overallResult === 'Allowed';
}

/** The simulator takes an API's id for a resource type, where no wildcard counts; in an execute-api ARN it is one that may be. */
function withApiId(policy: unknown, resource: string): unknown {
  const [, scope, id] = /^(arn:aws:execute-api:[^:]+:\d+:)([^/]+)\//.exec(resource) ?? [];
  if (scope === undefined) return policy;
  return JSON.parse(JSON.stringify(policy).replaceAll(`${scope}*/`, `${scope}${id}/`));
}
