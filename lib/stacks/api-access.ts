import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { AcceptedWildcards } from '#constructs/wildcards.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { API_STAGE } from './mesh-site.ts';

/** `GET /products` and so on; `*` stands for one path parameter or more. */
export type Route = `${'GET' | 'POST'} /${string}`;

/**
 * What a person of a domain, or of the platform, may ask: anything. Who may do what is the mesh's to say (`authorize`), which writes down whom it refuses; what
 * API Gateway refuses is in no trail.
 */
export const ASK: readonly Route[] = ['GET /*', 'POST /*'];

export const READ: readonly Route[] = ['GET /*'];
/** Takes note of what audit rules found. */
export const ACKNOWLEDGE: readonly Route[] = ['POST /alerts/*/acknowledgement'];
/** What the Lambda that evaluates the audit rules asks, and the one thing that it may do. */
export const WATCH: readonly Route[] = ['GET /mesh', 'GET /products/*', 'GET /alerts', 'POST /alerts'];
/** Says that nothing of a product may be removed, or that it may again. */
export const HOLD: readonly Route[] = ['POST /products/*/hold'];

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
