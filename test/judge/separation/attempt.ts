import { runSimulation } from '@cloud-copilot/iam-simulate';
import { withApiId } from '../api-id.ts';
import { fits } from '../resource-class.ts';
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
const CIRCUMSTANCES: readonly Readonly<Record<string, string | string[]>>[] = [{}, { 's3:if-none-match': '*' }];

/** True when the policies of the caller and of the resource allow it, under some circumstances. */
export async function succeeds(
  principal: Principal,
  attempt: Attempt,
  topology: { organization?: string; region: string },
) {
  if (!mayMatter(principal, attempt)) return false;
  // Only S3 knows such a header.
  for (const circumstance of attempt.action.startsWith('s3:') ? CIRCUMSTANCES : [{}]) {
    if (await isAllowed(principal, attempt, { ...common(principal, attempt, topology), ...circumstance })) return true;
  }
  return false;
}

/** False when no policy of either side allows such an action on such a resource, so that nothing has to be simulated: most of all pairs. */
function mayMatter({ policies }: Principal, { action, arn, policy }: Attempt): boolean {
  return [...policies.map((entry) => entry.policy), policy]
    .flatMap(statementsOf)
    .some(
      ({ Effect, Action, Resource }) =>
        Effect === 'Allow' &&
        fitsOne(Action, action, true) &&
        (Resource === undefined || fitsOne(Resource, arn, false)),
    );
}

/** What has a variable, or an API's id, is left to the simulator; so is a statement that says what it does not mean. */
function fitsOne(patterns: unknown, text: string, isAction: boolean): boolean {
  if (patterns === undefined) return true;
  return [patterns].flat().some((pattern) => {
    const written = String(pattern);
    if (written.includes('${') || written.includes(':execute-api:')) return true;
    return isAction ? fits(text.toLowerCase(), written.toLowerCase()) : fits(text, written);
  });
}

interface Said {
  readonly Effect?: unknown;
  readonly Action?: unknown;
  readonly Resource?: unknown;
}

function statementsOf(document: unknown): readonly Said[] {
  if (typeof document !== 'object' || document === null || !('Statement' in document)) return [];
  return [document.Statement].flat() as Said[];
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
      identityPolicies: policies.map((entry) => ({
        name: entry.name,
        policy: JSON.parse(withApiId(JSON.stringify(entry.policy), resource)) as unknown,
      })),
      ...(policy === undefined ? {} : { resourcePolicy: policy }),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (answer.resultType === 'error') throw new Error(`${action} on ${resource}: ${JSON.stringify(answer.errors)}`);
  return answer.overallResult === 'Allowed';
}
