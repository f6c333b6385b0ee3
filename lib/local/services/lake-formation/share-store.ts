import { createHash } from 'node:crypto';
import type { Cloud } from '../../core/cloud.ts';
import { organizationOf } from '../../core/organization.ts';
import { coversAccount } from './principal.ts';
import { crossAccountVersion } from './settings.ts';

/** A resource share that Lake Formation made for grants from one account to another principal. */
export interface ResourceShare {
  readonly arn: string;
  readonly name: string;
  readonly owner: string;
  /** An account, or the ARN of an organization or unit. */
  readonly receiver: string;
  readonly status: 'PENDING' | 'ACCEPTED' | 'REJECTED';
  readonly invitationArn?: string;
  /** Epoch seconds. */
  readonly createdAt: number;
}

function namespace(cloud: Cloud): string {
  return `ram/${cloud.region}/share`;
}

/** The resource shares between accounts, as stored. */
export const shares = {
  get: (cloud: Cloud, arn: string): ResourceShare | undefined => cloud.store.get(namespace(cloud), arn),
  put: (cloud: Cloud, share: ResourceShare): void => cloud.store.put(namespace(cloud), share.arn, share),
  list: (cloud: Cloud): ResourceShare[] => cloud.store.list<ResourceShare>(namespace(cloud)).map((row) => row.value),
};

/**
 * The share that carries grants from `owner` to `receiver`, made on the first one. Within one organization it is accepted at once; an
 * account outside gets an invitation.
 */
export function shareBetween(cloud: Cloud, owner: string, receiver: string): ResourceShare {
  const found = shares
    .list(cloud)
    .find((share) => share.owner === owner && share.receiver === receiver && share.status !== 'REJECTED');
  if (found !== undefined) return found;
  const digest = createHash('sha256')
    .update(`${owner} ${receiver} ${shares.list(cloud).length}`)
    .digest('hex');
  const id = `${digest.slice(0, 8)}-${digest.slice(8, 12)}-4${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
  const organization = organizationOf(cloud.store, owner);
  const together = organization !== undefined && organization === organizationOf(cloud.store, receiver);
  const accepted = together || !/^\d{12}$/.test(receiver);
  const prefix = `arn:aws:ram:${cloud.region}:${owner}`;
  const share: ResourceShare = {
    arn: `${prefix}:resource-share/${id}`,
    name: `LakeFormation-V${crossAccountVersion(cloud, owner)}-${digest.slice(0, 10).toUpperCase()}`,
    owner,
    receiver,
    status: accepted ? 'ACCEPTED' : 'PENDING',
    ...(!accepted && { invitationArn: `${prefix}:resource-share-invitation/${id}` }),
    createdAt: Math.floor(cloud.clock.now() / 1000),
  };
  shares.put(cloud, share);
  return share;
}

/** Whether what a share carries has reached `account`. */
export function isShareAccepted(cloud: Cloud, arn: string | undefined, account: string): boolean {
  const share = arn === undefined ? undefined : shares.get(cloud, arn);
  return share?.status === 'ACCEPTED' && coversAccount(cloud, share.receiver, account);
}
