import { createOrganizations } from '#aws/organizations.ts';
import { createInvitations } from '#aws/ram.ts';
import { isNamed, realPatience } from '#aws/retry.ts';
import { isPartner } from '#mesh/topology/rules.ts';
import { domainOfAccount } from '#mesh/topology/topology.ts';
import { type Check, failed, ok, skipped, warning } from './check.ts';

const ENABLE = 'from the management account: aws ram enable-sharing-with-aws-organization';

/** What sharing between accounts needs, and the mesh that answers. */
export const SHARING_CHECKS: readonly Check[] = [
  {
    id: 'organization',
    about: 'organization',
    aws: true,
    mesh: true,
    look: async ({ aws, topology, identity }) => {
      if (aws === undefined || topology === undefined || identity === undefined) return skipped('nobody is known');
      const domain = domainOfAccount(topology, identity.account);
      if (domain !== undefined && isPartner(domain)) return skipped('a partner is outside of it');
      const wanted = topology.organization;
      try {
        const id = await createOrganizations(aws, realPatience).id();
        if (wanted === undefined)
          return warning(`the account is in ${id}, mesh.yaml names none`, `organization: ${id} in mesh.yaml`);
        return id === wanted
          ? ok(id)
          : failed(`the account is in ${id}, mesh.yaml names ${wanted}`, `organization: ${id} in mesh.yaml`);
      } catch (error) {
        if (!isNamed(error, 'AWSOrganizationsNotInUseException')) throw error;
        return wanted === undefined
          ? ok('none, and mesh.yaml names none')
          : failed(
              `the account is in none, mesh.yaml names ${wanted}`,
              'invite the account into it, or take organization out of mesh.yaml',
            );
      }
    },
  },
  {
    id: 'ram-sharing',
    about: 'RAM sharing',
    aws: true,
    look: async ({ aws, topology }) => {
      if (aws === undefined || topology?.organization === undefined)
        return skipped('there is no organization to share in');
      try {
        const services = await createOrganizations(aws, realPatience).trustedServices();
        return services.includes('ram.amazonaws.com')
          ? ok('with the whole organization')
          : failed('RAM does not share with the organization: each share waits for an invitation', ENABLE);
      } catch (error) {
        if (!isNamed(error, 'AccessDeniedException')) throw error;
        return skipped('only the management account can tell', 'look there, too');
      }
    },
  },
  {
    id: 'invitations',
    about: 'invitations',
    aws: true,
    look: async ({ aws, topology, identity }) => {
      if (aws === undefined || identity === undefined) return skipped('nobody is known');
      const waiting = await createInvitations(aws, realPatience).waiting();
      if (waiting === 0) return ok('none waits');
      const domain = topology === undefined ? undefined : domainOfAccount(topology, identity.account);
      return domain !== undefined && isPartner(domain)
        ? warning(`${waiting} wait; the agent of the domain accepts them`, 'weft local logs, or the log of the agent')
        : failed(`${waiting} wait, which inside an organization none should`, ENABLE);
    },
  },
  {
    id: 'api',
    about: 'governance API',
    look: async ({ apiUrl, aws, identity, topology }) => {
      if (apiUrl === undefined) return skipped('WEFT_API_URL is not set', 'it is an output of the governance stack');
      if (aws === undefined || identity === undefined) return skipped('without credentials nothing can be asked');
      const { callApi } = await import('../api.ts');
      const credentials = typeof aws.credentials === 'function' ? await aws.credentials() : aws.credentials;
      const answer = await callApi<{ topology: { mesh: string; domains: { name: string; account: string }[] } }>(
        { apiUrl, region: aws.region, credentials },
        { method: 'GET', path: '/mesh' },
      );
      const deployed = answer.topology;
      if (topology === undefined) return ok(`the mesh ${deployed.mesh} answers`);
      if (deployed.mesh !== topology.mesh)
        return failed(
          `the mesh ${deployed.mesh} answers, mesh.yaml is of ${topology.mesh}`,
          'set WEFT_API_URL to the right one',
        );
      const key = ({ name, account }: { name: string; account: string }) => `${name} ${account}`;
      const there = new Set(deployed.domains.map(key));
      const here = new Set(topology.domains.map(key));
      const differ = [...here].filter((one) => !there.has(one)).concat([...there].filter((one) => !here.has(one)));
      return differ.length === 0
        ? ok(`the mesh ${deployed.mesh} answers, with the domains of mesh.yaml`)
        : warning(
            `mesh.yaml and what is deployed differ in ${differ.join(', ')}`,
            'npx cdk diff; then npx cdk deploy --all',
          );
    },
  },
];
