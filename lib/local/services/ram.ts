import type { Cloud } from '../core/cloud.ts';
import { postJsonCodec } from '../core/codecs.ts';
import { AwsError } from '../core/error.ts';
import { ownMember } from '../core/members.ts';
import { pageOf } from '../core/page.ts';
import type { Context, Operations, Service } from '../core/service.ts';
import { type ResourceShare, shares } from './lake-formation/share-store.ts';

interface Paged {
  readonly nextToken?: string;
  readonly maxResults?: number;
}

/** AWS Resource Access Manager, as far as Lake Formation's shares go: looking at them, and answering invitations. */
export class RamService implements Service {
  readonly signingName = 'ram';
  readonly codec = { ...postJsonCodec, decode: lowerCaseOperation };

  readonly operations: Operations = {
    GetResourceShareInvitations: { run: invitations },
    AcceptResourceShareInvitation: {
      readOnly: false,
      run: (input: { resourceShareInvitationArn?: string }, context: Context) => answer(input, context, 'ACCEPTED'),
    },
    RejectResourceShareInvitation: {
      readOnly: false,
      run: (input: { resourceShareInvitationArn?: string }, context: Context) => answer(input, context, 'REJECTED'),
    },
    GetResourceShares: { run: list },
    EnableSharingWithAwsOrganization: {
      readOnly: false,
      run: (_input: unknown, { cloud }: Context) => {
        setSharing(cloud, true);
        return { returnValue: true };
      },
    },
  };
}

const SHARING = 'ram/organization-sharing';

/** Whether RAM may share with the accounts of the organization without an invitation. Of a mesh that is brought up it may, until somebody says that it may not. */
export function isSharingEnabled(cloud: Cloud): boolean {
  return cloud.store.get<{ readonly enabled: boolean }>(SHARING, 'all')?.enabled ?? true;
}

export function setSharing(cloud: Cloud, enabled: boolean): void {
  cloud.store.put(SHARING, 'all', { enabled });
}

/** RAM's paths are the operation's name in lower case, without a separator. */
const PATHS: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'GetResourceShareInvitations',
    'AcceptResourceShareInvitation',
    'RejectResourceShareInvitation',
    'GetResourceShares',
    'EnableSharingWithAwsOrganization',
  ].map((operation) => [operation.toLowerCase(), operation]),
);

function lowerCaseOperation(request: Parameters<typeof postJsonCodec.decode>[0]) {
  const { operation, input } = postJsonCodec.decode(request);
  return { operation: ownMember(PATHS, operation) ?? operation, input };
}

function invitations(input: Paged & { resourceShareInvitationArns?: string[] }, { cloud, account }: Context) {
  const wanted = input.resourceShareInvitationArns;
  const mine = shares
    .list(cloud)
    .filter((share) => share.receiver === account && share.invitationArn !== undefined)
    .filter((share) => wanted === undefined || wanted.includes(share.invitationArn ?? ''))
    .map(toInvitation);
  const { items, NextToken } = pageOf(mine, { MaxResults: input.maxResults, NextToken: input.nextToken }, 500);
  return { resourceShareInvitations: items, ...(NextToken !== undefined && { nextToken: NextToken }) };
}

function answer(
  input: { resourceShareInvitationArn?: string },
  { cloud, account }: Context,
  status: 'ACCEPTED' | 'REJECTED',
) {
  const arn = input.resourceShareInvitationArn ?? '';
  const share = shares.list(cloud).find((one) => one.invitationArn === arn && one.receiver === account);
  if (share === undefined) {
    throw new AwsError(
      'ResourceShareInvitationArnNotFoundException',
      `ResourceShareInvitation ${arn} could not be found.`,
    );
  }
  if (share.status !== 'PENDING') {
    const code = `ResourceShareInvitationAlready${share.status === 'ACCEPTED' ? 'Accepted' : 'Rejected'}Exception`;
    throw new AwsError(code, `ResourceShareInvitation ${arn} was answered already.`);
  }
  const next = { ...share, status };
  shares.put(cloud, next);
  return { resourceShareInvitation: toInvitation(next) };
}

function list(
  input: Paged & { resourceOwner?: string; name?: string; resourceShareArns?: string[] },
  context: Context,
) {
  const { cloud, account } = context;
  const own = input.resourceOwner === 'SELF';
  const found = shares
    .list(cloud)
    .filter((share) => (own ? share.owner === account : share.receiver === account && share.status === 'ACCEPTED'))
    .filter((share) => input.name === undefined || share.name === input.name)
    .filter((share) => input.resourceShareArns === undefined || input.resourceShareArns.includes(share.arn))
    .map((share) => ({
      resourceShareArn: share.arn,
      name: share.name,
      owningAccountId: share.owner,
      allowExternalPrincipals: true,
      status: 'ACTIVE',
      creationTime: share.createdAt,
      featureSet: 'STANDARD',
    }));
  const { items, NextToken } = pageOf(found, { MaxResults: input.maxResults, NextToken: input.nextToken }, 500);
  return { resourceShares: items, ...(NextToken !== undefined && { nextToken: NextToken }) };
}

function toInvitation(share: ResourceShare) {
  return {
    resourceShareInvitationArn: share.invitationArn,
    resourceShareName: share.name,
    resourceShareArn: share.arn,
    senderAccountId: share.owner,
    receiverAccountId: share.receiver,
    invitationTimestamp: share.createdAt,
    status: share.status,
  };
}
