import { createJsonCall } from './json-call.ts';
import type { Patience } from './retry.ts';
import type { Way } from './signed-request.ts';

/** What an account may know of its organization. */
export interface Organizations {
  /** The id (`o-…`) of the organization that the account is in. @throws AWSOrganizationsNotInUseException when it is in none. */
  id(): Promise<string>;
  /** The services that act in the whole organization, e.g. `ram.amazonaws.com`. Only the management account, or who it delegates to, may ask. */
  trustedServices(): Promise<string[]>;
}

/** AWS Organizations has one endpoint, in us-east-1. */
const REGION = 'us-east-1';

export function createOrganizations(way: Way, patience: Patience): Organizations {
  const call = createJsonCall('organizations', 'AWSOrganizationsV20161128', { ...way, region: REGION }, patience);
  return {
    async id() {
      const { Organization } = (await call('DescribeOrganization', {})) as { Organization?: { Id?: string } };
      return Organization?.Id ?? '';
    },
    async trustedServices() {
      const found: string[] = [];
      let NextToken: string | undefined;
      do {
        const page = (await call('ListAWSServiceAccessForOrganization', { NextToken })) as {
          EnabledServicePrincipals?: { ServicePrincipal?: string }[];
          NextToken?: string;
        };
        found.push(...(page.EnabledServicePrincipals ?? []).map(({ ServicePrincipal = '' }) => ServicePrincipal));
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      return found;
    },
  };
}
