import { jsonCodec } from '../core/codecs.ts';
import { AwsError } from '../core/error.ts';
import { organizationOf } from '../core/organization.ts';
import type { Context, Operations, Service } from '../core/service.ts';
import { isSharingEnabled } from './ram.ts';

/** AWS Organizations, as far as an account asks which organization it is in and what is enabled there. Every account may ask as the management account may. */
export class OrganizationsService implements Service {
  readonly signingName = 'organizations';
  readonly codec = jsonCodec('1.1');

  readonly operations: Operations = {
    DescribeOrganization: {
      run: (_input: unknown, context: Context) => ({ Organization: { Id: membership(context), FeatureSet: 'ALL' } }),
    },
    ListAWSServiceAccessForOrganization: {
      run: (_input: unknown, context: Context) => {
        membership(context);
        const principals = isSharingEnabled(context.cloud) ? ['ram.amazonaws.com'] : [];
        return { EnabledServicePrincipals: principals.map((ServicePrincipal) => ({ ServicePrincipal })) };
      },
    },
  };
}

function membership({ cloud, account }: Context): string {
  const id = organizationOf(cloud.store, account);
  if (id === undefined) {
    throw new AwsError('AWSOrganizationsNotInUseException', 'Your account is not a member of an organization.');
  }
  return id;
}
