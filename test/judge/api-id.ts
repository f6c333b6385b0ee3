/** The text of a policy with an API's own id for a wildcard: the simulator takes the id for a resource type, where no wildcard counts; in an execute-api ARN one does. */
export function withApiId(policy: string, resource: string): string {
  const [, scope, id] = /^(arn:aws:execute-api:[^:]+:\d+:)([^/]+)\//.exec(resource) ?? [];
  return scope === undefined ? policy : policy.replaceAll(`${scope}*/`, `${scope}${id}/`);
}
