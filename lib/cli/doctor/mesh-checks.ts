import { readFileSync } from 'node:fs';
import type { Topology } from '#mesh/topology/topology.ts';
import { type Check, failed, ok, type Surroundings, skipped, warning } from './check.ts';

/** What `GET /mesh` tells, as far as it is looked at. */
interface MeshAnswer {
  readonly topology: Topology;
  /** Of the release that each part is of; a mesh of the first release does not tell. */
  readonly versions?: { readonly governance: string; readonly domains: Readonly<Record<string, string>> };
}

/** The release of this command. */
const OWN = (
  JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as { readonly version: string }
).version;

/** The mesh that answers. */
export const MESH_CHECKS: readonly Check[] = [
  {
    id: 'api',
    about: 'governance API',
    look: async (surroundings) => {
      const answer = await asked(surroundings);
      if ('status' in answer) return answer;
      const { topology } = surroundings;
      const deployed = answer.topology;
      if (topology === undefined) return ok(`the mesh ${deployed.mesh} answers`);
      if (deployed.mesh !== topology.mesh) {
        return failed(
          `the mesh ${deployed.mesh} answers, mesh.yaml is of ${topology.mesh}`,
          'set WEFT_API_URL to the right one',
        );
      }
      const there = deployed.domains.map(placeOf);
      const here = topology.domains.map(placeOf);
      const differ = [...here.filter((one) => !there.includes(one)), ...there.filter((one) => !here.includes(one))];
      return differ.length === 0
        ? ok(`the mesh ${deployed.mesh} answers, with the domains of mesh.yaml`)
        : warning(
            `mesh.yaml and what is deployed differ in ${differ.join(', ')}`,
            'npx cdk diff; then npx cdk deploy --all',
          );
    },
  },
  {
    id: 'versions',
    about: 'versions',
    look: async (surroundings) => {
      const answer = await asked(surroundings);
      if ('status' in answer) return answer;
      if (answer.versions === undefined) return skipped('the mesh does not tell its version');
      const { governance, domains } = answer.versions;
      const behind = Object.entries(domains).filter(([, version]) => version !== governance);
      if (behind.length > 0) {
        const each = behind.map(([name, version]) => `${name} ${version}`).join(', ');
        return warning(
          `governance is ${governance}, and ${each}`,
          'deploy the stacks of these domains with the same release',
        );
      }
      return governance === OWN
        ? ok(`all of ${governance}`)
        : warning(`the mesh is ${governance}, this command ${OWN}`, 'use the release of the mesh, or deploy this one');
    },
  },
];

const placeOf = ({ name, account }: { readonly name: string; readonly account: string }) => `${name} ${account}`;

/** What the mesh tells of itself, or why it is not asked. */
async function asked({ apiUrl, aws, identity }: Surroundings): Promise<MeshAnswer | ReturnType<typeof skipped>> {
  if (apiUrl === undefined) return skipped('WEFT_API_URL is not set', 'it is an output of the governance stack');
  if (aws === undefined || identity === undefined) return skipped('without credentials nothing can be asked');
  const { callApi } = await import('../api.ts');
  const credentials = typeof aws.credentials === 'function' ? await aws.credentials() : aws.credentials;
  return callApi<MeshAnswer>({ apiUrl, region: aws.region, credentials }, { method: 'GET', path: '/mesh' });
}
