import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { AcceptedWildcards } from '#constructs/wildcards.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { API_STAGE } from './mesh-site.ts';

/** `GET /products` and so on; `*` stands for one path parameter or more. */
export type Route = `${'GET' | 'POST'} /${string}`;

export const READ: readonly Route[] = ['GET /*'];
export const PUBLISH: readonly Route[] = ['POST /products', 'POST /products/plan'];
/** An analyst may withdraw a request, too. */
export const SUBSCRIBE: readonly Route[] = [
  'POST /subscriptions',
  'POST /subscriptions/plan',
  'POST /subscriptions/*/renewal',
  'POST /subscriptions/*/revocation',
];
export const APPROVE: readonly Route[] = ['POST /subscriptions/*/decision'];
export const REVOKE: readonly Route[] = ['POST /subscriptions/*/revocation', 'POST /entitlements/*/revocation'];
export const ENTITLE: readonly Route[] = ['POST /entitlements', 'POST /entitlements/plan'];
export const SUSPEND: readonly Route[] = [
  'POST /products/*/suspension',
  'POST /subscriptions/*/suspension',
  'POST /domains/*/suspension',
];
export const RETIRE: readonly Route[] = ['POST /products/*/retirement'];
/** What a domain says of its data, and of others' products. */
export const REPORT: readonly Route[] = ['POST /products/*/report'];
export const RATE: readonly Route[] = ['POST /products/*/feedback'];
/** Asks whether data may leave as files. */
export const EXPORT: readonly Route[] = ['POST /products/*/export'];
/** Takes note of what audit rules found. */
export const ACKNOWLEDGE: readonly Route[] = ['POST /alerts/*/acknowledgement'];
/** What the Lambda that evaluates the audit rules asks, and the one thing that it may do. */
export const WATCH: readonly Route[] = ['GET /mesh', 'GET /products/*', 'GET /alerts', 'POST /alerts'];
export const MEND: readonly Route[] = ['POST /drift/check', 'POST /drift/repair'];
/** Says that nothing of a product may be removed, or that it may again. */
export const HOLD: readonly Route[] = ['POST /products/*/hold'];
const LIFE: readonly Route[] = ['POST /products/*/deprecation', 'POST /products/*/rollout', ...RETIRE];
export const PROPOSE: readonly Route[] = ['POST /policies'];
const VOTE: readonly Route[] = ['POST /policies/*/decision'];
export const DECIDE: readonly Route[] = [
  ...APPROVE,
  ...REVOKE,
  ...ENTITLE,
  ...SUSPEND,
  ...MEND,
  ...LIFE,
  ...HOLD,
  ...PROPOSE,
  ...VOTE,
];

/**
 * Lets a role call routes of the mesh's API. The API's id is a wildcard: it is made when the governance account is deployed and cannot be
 * known in another; account, region, stage, method and path are exact, and the API's own resource policy has the last word.
 */
export function invoke(topology: Topology, routes: readonly Route[]): PolicyStatement {
  const { region, governanceAccount } = topology;
  return new PolicyStatement({
    sid: 'MeshApi',
    actions: ['execute-api:Invoke'],
    resources: routes.map((route) => {
      const [method, path] = route.split(' ');
      return `arn:aws:execute-api:${region}:${governanceAccount}:*/${API_STAGE}/${method}${path}`;
    }),
  });
}

/** Why the wildcards in `invoke` stand. */
export const INVOKE_WILDCARDS: AcceptedWildcards = {
  'Resource::arn:aws:execute-api:%':
    "the API's id is not known in another account; account, region, stage, method and path are exact",
};
