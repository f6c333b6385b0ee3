import type { Application } from '#mesh/topology/rules.ts';
import type { Topology } from '#mesh/topology/topology.ts';
import { aviation } from './aviation.ts';

/** The domain of `outsiders` that is a partner. */
export const PARTNER = 'analytics';

/** The example with a partner outside the organization, and with more applications than one parameter holds, the first of them suspended. */
export function outsiders(): Topology & { readonly applications: readonly Application[] } {
  const mesh = aviation();
  const account = mesh.domains.find(({ name }) => name === PARTNER)?.account ?? '';
  const applications = Array.from(
    { length: 60 },
    (_, index): Application => ({
      name: `application-${index}`,
      role: `arn:aws:iam::${account}:role/applications/application-${index}`,
      state: index === 0 ? 'suspended' : 'approved',
    }),
  );
  const outside = { external: true as const, terms: 'https://aviation.example/terms' };
  const domains = mesh.domains.map((domain) => (domain.name === PARTNER ? { ...domain, ...outside } : domain));
  return { ...mesh, applications, domains };
}
