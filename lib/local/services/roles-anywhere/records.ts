import { randomUUID } from 'node:crypto';
import { AwsError } from '../../core/error.ts';
import { refuseOthers } from '../../core/members.ts';
import type { Context, Operation, Operations } from '../../core/service.ts';
import { certificatesOf } from './certificates.ts';

/** A trust anchor as it is kept. */
export interface TrustAnchor {
  readonly trustAnchorId: string;
  readonly trustAnchorArn: string;
  readonly name: string;
  readonly source: { readonly sourceType: string; readonly sourceData: { readonly x509CertificateData?: string } };
  readonly enabled: boolean;
}

/** A profile as it is kept. */
export interface Profile {
  readonly profileId: string;
  readonly profileArn: string;
  readonly name: string;
  readonly roleArns: readonly string[];
  readonly durationSeconds: number;
  readonly enabled: boolean;
}

type Members = Readonly<Record<string, unknown>>;

const ANCHOR = new Set(['trustAnchorId', 'name', 'source', 'enabled', 'tags']);
const PROFILE = new Set(['profileId', 'name', 'roleArns', 'durationSeconds', 'enabled', 'tags']);

/** Trust anchors and profiles. */
export const recordOperations: Operations = {
  CreateTrustAnchor: {
    run: (input: Members, context: Context) => {
      refuseOthers('rolesanywhere', 'CreateTrustAnchor', input, ANCHOR);
      const trustAnchorId = randomUUID();
      const record = { trustAnchorId, trustAnchorArn: arn(context, 'trust-anchor', trustAnchorId), enabled: false };
      return {
        trustAnchor: save(
          context,
          'trust-anchors',
          trustAnchorId,
          checkAnchor({ ...record, ...input } as unknown as TrustAnchor),
        ),
      };
    },
  },
  GetTrustAnchor: one('trustAnchorId', (id, context) => ({ trustAnchor: anchorOf(context, id) })),
  UpdateTrustAnchor: one('trustAnchorId', (id, context, input) => {
    refuseOthers('rolesanywhere', 'UpdateTrustAnchor', input, ANCHOR);
    return { trustAnchor: save(context, 'trust-anchors', id, checkAnchor({ ...anchorOf(context, id), ...input })) };
  }),
  EnableTrustAnchor: one('trustAnchorId', (id, context) => ({
    trustAnchor: save(context, 'trust-anchors', id, { ...anchorOf(context, id), enabled: true }),
  })),
  DisableTrustAnchor: one('trustAnchorId', (id, context) => ({
    trustAnchor: save(context, 'trust-anchors', id, { ...anchorOf(context, id), enabled: false }),
  })),
  DeleteTrustAnchor: one('trustAnchorId', (id, context) => {
    const trustAnchor = anchorOf(context, id);
    context.cloud.store.delete(namespace(context, 'trust-anchors'), id);
    return { trustAnchor };
  }),
  CreateProfile: {
    run: (input: Members, context: Context) => {
      refuseOthers('rolesanywhere', 'CreateProfile', input, PROFILE);
      const profileId = randomUUID();
      const record = {
        profileId,
        profileArn: arn(context, 'profile', profileId),
        durationSeconds: 3600,
        enabled: false,
      };
      return {
        profile: save(context, 'profiles', profileId, checkProfile({ ...record, ...input } as unknown as Profile)),
      };
    },
  },
  GetProfile: one('profileId', (id, context) => ({ profile: profileOf(context, id) })),
  UpdateProfile: one('profileId', (id, context, input) => {
    refuseOthers('rolesanywhere', 'UpdateProfile', input, PROFILE);
    return { profile: save(context, 'profiles', id, checkProfile({ ...profileOf(context, id), ...input })) };
  }),
  EnableProfile: one('profileId', (id, context) => ({
    profile: save(context, 'profiles', id, { ...profileOf(context, id), enabled: true }),
  })),
  DisableProfile: one('profileId', (id, context) => ({
    profile: save(context, 'profiles', id, { ...profileOf(context, id), enabled: false }),
  })),
  DeleteProfile: one('profileId', (id, context) => {
    const profile = profileOf(context, id);
    context.cloud.store.delete(namespace(context, 'profiles'), id);
    return { profile };
  }),
};

/** @throws AwsError `ResourceNotFoundException`, 404. */
export function anchorOf(context: Context, id: string): TrustAnchor {
  return found(context.cloud.store.get<TrustAnchor>(namespace(context, 'trust-anchors'), id), 'Trust anchor', id);
}

/** @throws AwsError `ResourceNotFoundException`, 404. */
export function profileOf(context: Context, id: string): Profile {
  return found(context.cloud.store.get<Profile>(namespace(context, 'profiles'), id), 'Profile', id);
}

function one(member: string, run: (id: string, context: Context, input: Members) => unknown): Operation<Members> {
  return { run: (input, context) => run(String(input[member]), context, input) };
}

function checkAnchor(anchor: TrustAnchor): TrustAnchor {
  const { sourceType, sourceData } = anchor.source ?? {};
  if (sourceType !== 'CERTIFICATE_BUNDLE') {
    throw new AwsError(
      'WeftLocalNotImplemented',
      `weft local does not implement rolesanywhere with the source ${sourceType}`,
      501,
    );
  }
  const authorities = certificatesOf(sourceData?.x509CertificateData ?? '');
  if (!authorities.every(({ ca }) => ca))
    throw new AwsError('ValidationException', 'Incorrect basic constraints for CA certificate');
  return anchor;
}

function checkProfile(profile: Profile): Profile {
  const { durationSeconds } = profile;
  if (durationSeconds < 900 || durationSeconds > 43_200) {
    throw new AwsError('ValidationException', `durationSeconds is ${durationSeconds}, not from 900 to 43200`);
  }
  return profile;
}

function save<T extends object>(context: Context, kind: string, id: string, record: T): T {
  const { tags: _tags, ...kept } = record as T & { tags?: unknown };
  context.cloud.store.put(namespace(context, kind), id, kept);
  return kept as unknown as T;
}

function found<T>(record: T | undefined, what: string, id: string): T {
  if (record === undefined) throw new AwsError('ResourceNotFoundException', `${what} with id ${id} not found`, 404);
  return record;
}

function namespace({ account, region }: Context, kind: string): string {
  return `rolesanywhere/${account}/${region}/${kind}`;
}

function arn({ account, region }: Context, kind: string, id: string): string {
  return `arn:aws:rolesanywhere:${region}:${account}:${kind}/${id}`;
}
