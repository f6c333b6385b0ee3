import type { Cloud } from '../../core/cloud.ts';
import { callerFor } from '../../core/cloud.ts';
import { issueCredentials } from '../../core/credentials.ts';
import { AwsError } from '../../core/error.ts';
import { refuseOthers } from '../../core/members.ts';
import { judgePolicy } from '../../core/policy.ts';
import type { Caller, Context } from '../../core/service.ts';
import { IamService } from '../iam/service.ts';
import { certificatesOf, denied, tagsOf, verifyChain } from './certificates.ts';
import { anchorOf, profileOf } from './records.ts';
import { verifySignature } from './signature.ts';

export interface SessionInput {
  readonly durationSeconds?: number | string;
  readonly profileArn?: string;
  readonly roleArn?: string;
  readonly trustAnchorArn?: string;
}

const PRINCIPAL = 'rolesanywhere.amazonaws.com';
const MEMBERS = new Set(['durationSeconds', 'profileArn', 'roleArn', 'trustAnchorArn']);
const ACTIONS = ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'];

/** Keys of a role for whoever holds the key of a certificate that leads to the trust anchor. */
export function createSession(input: SessionInput, context: Context) {
  refuseOthers('rolesanywhere', 'CreateSession', input, MEMBERS);
  const { cloud, now, request } = context;
  if (request === undefined) throw denied('the request carries no certificate');
  const { roleArn, anchorId, profileId } = checked(input);
  const { certificate, chain } = verifySignature(request, now);
  const anchor = anchorOf(context, anchorId);
  const profile = profileOf(context, profileId);
  if (!anchor.enabled) throw denied('Trust anchor is disabled');
  if (!profile.enabled) throw denied('Profile is disabled');
  if (!profile.roleArns.includes(roleArn)) throw denied(`Role ${roleArn} is not in the profile`);
  verifyChain(certificate, chain, certificatesOf(anchor.source.sourceData.x509CertificateData ?? ''), now);
  const tags = tagsOf(certificate);
  const session: Caller = { ...callerFor(roleArn, certificate.serialNumber.toLowerCase()), sessionTags: tags };
  const identity = tags['x509Subject/CN'];
  const most = assume(cloud, roleArn, session, anchor.trustAnchorArn, identity);
  const seconds = Number(input.durationSeconds ?? Math.min(profile.durationSeconds, most));
  if (seconds < 900 || seconds > most)
    throw new AwsError('ValidationException', `durationSeconds is ${seconds}, not from 900 to ${most}`);
  const expiration = now + seconds * 1000;
  const keys = issueCredentials(cloud.store, session, expiration, `${context.requestId} ${session.arn}`);
  const { accessKeyId, secretAccessKey, sessionToken } = keys;
  return {
    credentialSet: [
      {
        assumedRoleUser: { arn: session.arn, assumedRoleId: `${session.principalId}:${session.sessionName}` },
        credentials: { accessKeyId, secretAccessKey, sessionToken, expiration: new Date(expiration).toISOString() },
        packedPolicySize: 0,
        roleArn,
        sourceIdentity: identity,
      },
    ],
    subjectArn: `arn:aws:rolesanywhere:${context.region}:${context.account}:subject/${certificate.fingerprint256.replaceAll(':', '').slice(0, 32).toLowerCase()}`,
  };
}

function checked({ roleArn = '', trustAnchorArn = '', profileArn = '' }: SessionInput) {
  const [, , , , account, anchor = ''] = trustAnchorArn.split(':');
  const [, , , , owner, profile = ''] = profileArn.split(':');
  const anchorId = /^trust-anchor\/(.+)$/.exec(anchor)?.[1];
  const profileId = /^profile\/(.+)$/.exec(profile)?.[1];
  const [, , , , roleAccount] = roleArn.split(':');
  if (anchorId === undefined || profileId === undefined || account !== owner || account !== roleAccount) {
    throw new AwsError('ValidationException', 'trustAnchorArn, profileArn and roleArn have to be ARNs of one account');
  }
  return { roleArn, anchorId, profileId };
}

/** Asks the role's trust policy as the service does; gives the longest session of the role, in seconds. */
function assume(
  cloud: Cloud,
  roleArn: string,
  session: Caller,
  anchorArn: string,
  identity: string | undefined,
): number {
  const role = cloud.service(IamService).role(roleArn);
  const { account, sessionName, sessionTags = {} } = session;
  const caller: Caller = { kind: 'service', account, arn: PRINCIPAL, principalId: PRINCIPAL };
  const tags = Object.entries(sessionTags);
  const keys = {
    'aws:SourceArn': anchorArn,
    'aws:SourceAccount': account,
    'sts:RoleSessionName': sessionName,
    'sts:SourceIdentity': identity,
    'aws:TagKeys': tags.map(([name]) => name),
    ...Object.fromEntries(
      tags.flatMap(([name, value]) => [
        [`aws:PrincipalTag/${name}`, value],
        [`aws:RequestTag/${name}`, value],
      ]),
    ),
  };
  for (const action of ACTIONS) cloud.tell({ caller, action, resource: roleArn, keys });
  const refused = ACTIONS.some(
    (action) => judgePolicy(cloud.store, role?.trust, { caller, action, resource: roleArn, keys }) !== 'allow',
  );
  if (role === undefined || refused) throw denied(`Unable to assume role for ${roleArn}`);
  return role.maxSessionDuration;
}
