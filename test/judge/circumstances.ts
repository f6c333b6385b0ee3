import type { Cloud } from '#local/core/cloud.ts';
import { organizationOf } from '#local/core/organization.ts';
import type { Call, Caller } from '#local/core/service.ts';
import { KmsService } from '#local/services/kms/service.ts';

export type Keys = Readonly<Record<string, string | string[]>>;

/** The condition keys that follow from who asks, of what. */
export function commonKeys(cloud: Cloud, caller: Caller, action: string, resource: string, owner: string): Keys {
  const own = caller.kind === 'service' ? serviceKeys(caller) : roleKeys(cloud, caller);
  const key: Keys = action.startsWith('kms:')
    ? { 'kms:ResourceAliases': cloud.service(KmsService).aliasesOf(resource) }
    : {};
  return { ...own, ...key, 'aws:ResourceAccount': owner, 'aws:SecureTransport': 'true' };
}

function serviceKeys({ arn }: Caller): Keys {
  return { 'aws:PrincipalIsAWSService': 'true', 'aws:PrincipalServiceName': arn };
}

function roleKeys(cloud: Cloud, caller: Caller): Keys {
  const organization = organizationOf(cloud.store, caller.account);
  const tags = Object.entries(caller.sessionTags ?? {});
  return {
    ...Object.fromEntries(tags.map(([name, value]) => [`aws:PrincipalTag/${name}`, value])),
    'aws:PrincipalIsAWSService': 'false',
    'aws:PrincipalArn': caller.roleArn ?? caller.arn,
    'aws:PrincipalAccount': caller.account,
    'aws:PrincipalType': 'AssumedRole',
    ...(organization === undefined ? {} : { 'aws:PrincipalOrgID': organization }),
  };
}

/** The condition keys that a request brings itself. */
export function requestKeys(call: Call): Keys {
  const region = { 'aws:RequestedRegion': call.region };
  if (call.service === 's3') return { ...region, ...s3Keys(call) };
  if (call.action === 'sts:AssumeRole') return { ...region, ...sessionKeys(call) };
  return region;
}

const S3_HEADERS = [
  'if-match',
  'if-none-match',
  'x-amz-acl',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
];

function s3Keys({ headers = {}, query = {} }: Call): Keys {
  const given = S3_HEADERS.flatMap((name) => (headers[name] === undefined ? [] : [[`s3:${name}`, headers[name]]]));
  const prefix: Keys = query.prefix === undefined ? {} : { 's3:prefix': query.prefix };
  return { ...(Object.fromEntries(given) as Record<string, string>), ...prefix };
}

/** What STS asks beside `sts:AssumeRole` for a session that says more than its name. */
export function sessionActions({ input }: Call): string[] {
  const { SourceIdentity, ...members } = input as Readonly<Record<string, string | undefined>>;
  return [
    ...(SourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
    ...(members['Tags.member.1.Key'] === undefined ? [] : ['sts:TagSession']),
  ];
}

function sessionKeys({ input }: Call): Keys {
  const members = input as Readonly<Record<string, string | undefined>>;
  const keys: Record<string, string | string[]> = {};
  for (const name of ['ExternalId', 'RoleSessionName', 'SourceIdentity']) {
    const value = members[name];
    if (value !== undefined) keys[`sts:${name}`] = value;
  }
  const tags: string[] = [];
  for (let at = 1; ; at += 1) {
    const tag = members[`Tags.member.${at}.Key`];
    if (tag === undefined) break;
    tags.push(tag);
    keys[`aws:RequestTag/${tag}`] = members[`Tags.member.${at}.Value`] ?? '';
  }
  return tags.length === 0 ? keys : { ...keys, 'aws:TagKeys': tags };
}
