import { callerFor } from '../core/cloud.ts';
import { queryCodec } from '../core/codecs.ts';
import { issueCredentials } from '../core/credentials.ts';
import { AwsError } from '../core/error.ts';
import { judgePolicy } from '../core/policy.ts';
import type { Caller, Context, Operations, Service } from '../core/service.ts';
import { IamService, type RoleView } from './iam/service.ts';

interface AssumeRoleInput {
  readonly RoleArn: string;
  readonly RoleSessionName: string;
  readonly DurationSeconds?: string;
  readonly ExternalId?: string;
  readonly SourceIdentity?: string;
  readonly [member: string]: string | undefined;
}

/** What a session may last when one role assumes another, in seconds. */
const CHAINED_LIMIT = 3600;
const NOT_MODELLED = ['Policy', 'SerialNumber', 'TokenCode'];

/** AWS Security Token Service: who am I, and role sessions. */
export class StsService implements Service {
  readonly signingName = 'sts';
  readonly codec = queryCodec;

  readonly operations: Operations = {
    GetCallerIdentity: {
      readOnly: true,
      run: (_input: unknown, { caller }: Context) => ({
        UserId: caller.kind === 'role' ? `${caller.principalId}:${caller.sessionName}` : caller.principalId,
        Account: caller.account,
        Arn: caller.arn,
      }),
    },
    AssumeRole: {
      resources: (input: AssumeRoleInput) => [input.RoleArn],
      run: assumeRole,
    },
  };
}

function assumeRole(input: AssumeRoleInput, context: Context) {
  check(input);
  const session = callerFor(input.RoleArn, input.RoleSessionName);
  if (session.kind !== 'role') throw new AwsError('ValidationError', `${input.RoleArn} is not a role`);
  const sessionTags = tagsOf(input);
  const role = trustedRole(input, context, sessionTags);
  const seconds = Number(input.DurationSeconds ?? 3600);
  const most = context.caller.kind === 'role' ? CHAINED_LIMIT : (role?.maxSessionDuration ?? 43_200);
  if (seconds < 900 || seconds > 43_200 || seconds > most) {
    throw new AwsError(
      'ValidationError',
      context.caller.kind === 'role' && seconds > CHAINED_LIMIT
        ? 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.'
        : `The requested DurationSeconds exceeds the MaxSessionDuration set for this role.`,
    );
  }
  const caller: Caller = Object.keys(sessionTags).length === 0 ? session : { ...session, sessionTags };
  const expiration = context.now + seconds * 1000;
  const keys = issueCredentials(context.cloud.store, caller, expiration, `${context.requestId} ${input.RoleArn}`);
  return {
    Credentials: {
      AccessKeyId: keys.accessKeyId,
      SecretAccessKey: keys.secretAccessKey,
      SessionToken: keys.sessionToken,
      Expiration: new Date(expiration),
    },
    AssumedRoleUser: { AssumedRoleId: `${caller.principalId}:${input.RoleSessionName}`, Arn: caller.arn },
    SourceIdentity: input.SourceIdentity,
  };
}

function check(input: AssumeRoleInput): void {
  const unknown = Object.keys(input).find((name) => NOT_MODELLED.includes(name) || name.startsWith('PolicyArns.'));
  if (unknown !== undefined)
    throw new AwsError('ValidationError', `weft local does not model ${unknown} of AssumeRole`);
  for (const name of ['RoleSessionName', 'SourceIdentity']) {
    const value = input[name];
    if (value === undefined && name === 'SourceIdentity') continue;
    if (!/^[\w+=,.@-]{2,64}$/.test(value ?? '')) {
      throw new AwsError(
        'ValidationError',
        `1 validation error detected: Value '${value}' at '${name[0]?.toLowerCase()}${name.slice(1)}' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*`,
      );
    }
  }
}

/** The role, once its trust policy lets the caller in. Without an IAM service there are no roles to ask: whoever asks is let in. */
function trustedRole(
  input: AssumeRoleInput,
  context: Context,
  tags: Readonly<Record<string, string>>,
): RoleView | undefined {
  const iam = context.cloud.serviceNamed('iam');
  if (!(iam instanceof IamService)) return undefined;
  const role = iam.role(input.RoleArn);
  const keys = {
    'sts:ExternalId': input.ExternalId,
    'sts:RoleSessionName': input.RoleSessionName,
    'sts:SourceIdentity': input.SourceIdentity,
    'aws:TagKeys': Object.keys(tags),
    ...Object.fromEntries(Object.entries(tags).map(([name, value]) => [`aws:RequestTag/${name}`, value])),
  };
  const actions = [
    'sts:AssumeRole',
    ...(input.SourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
    ...(Object.keys(tags).length === 0 ? [] : ['sts:TagSession']),
  ];
  const refused = actions.find((action) => {
    const request = { caller: context.caller, action, resource: input.RoleArn, keys };
    return judgePolicy(context.cloud.store, role?.trust, request) !== 'allow';
  });
  if (role !== undefined && refused === undefined) return role;
  throw new AwsError(
    'AccessDenied',
    `User: ${context.caller.arn} is not authorized to perform: ${refused ?? 'sts:AssumeRole'} on resource: ${input.RoleArn}`,
    403,
  );
}

function tagsOf(input: AssumeRoleInput): Record<string, string> {
  const tags: Record<string, string> = {};
  for (let at = 1; input[`Tags.member.${at}.Key`] !== undefined; at += 1) {
    tags[input[`Tags.member.${at}.Key`] ?? ''] = input[`Tags.member.${at}.Value`] ?? '';
  }
  return tags;
}
