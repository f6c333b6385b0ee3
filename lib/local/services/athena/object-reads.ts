import type { Cloud } from '../../core/cloud.ts';
import { callerFor } from '../../core/cloud.ts';
import type { Caller } from '../../core/service.ts';
import { identityOf } from '../cloudtrail/record.ts';
import { registrationOf } from '../lake-formation/location-store.ts';
import { settingsOf } from '../lake-formation/settings.ts';
import { S3Service } from '../s3/service.ts';
import type { Read } from './plan.ts';

/** What CloudTrail is told of one object that was read: the accounts whose trails get it, the event, and its object. */
export interface ObjectRead {
  readonly accounts: readonly string[];
  readonly event: Readonly<Record<string, unknown>>;
  readonly object: string;
}

/**
 * The reads of a table's files, as S3 logs them: by the role of the registered location, in the session that Lake Formation named, and with who asked as the source
 * identity where the account has set `SET_SOURCE_IDENTITY`. The account of the role and the owner of the bucket both get them.
 */
export function objectReads(cloud: Cloud, read: Read, asker: Caller, session: string): ObjectRead[] {
  const { owner, files } = read;
  const registration = files && registrationOf(cloud, owner.catalogId, `s3://${files.bucket}/`);
  if (files === undefined || registration === undefined) return [];
  const role = callerFor(registration.roleArn, session);
  const named = settingsOf(cloud, owner.catalogId).Parameters.SET_SOURCE_IDENTITY === 'TRUE';
  const identity = identityOf(role) as { sessionContext?: object };
  const sourceIdentity = named ? { sourceIdentity: `V2.${asker.account}.${asker.principalId}` } : {};
  const buckets = cloud.services().find((service) => service instanceof S3Service);
  const bucketOwner = buckets?.bucketAccount(files.bucket) ?? role.account;
  return files.keys.map((key) => {
    const object = `arn:aws:s3:::${files.bucket}/${key}`;
    return {
      accounts: [...new Set([role.account, bucketOwner])],
      object,
      event: {
        eventSource: 's3.amazonaws.com',
        eventName: 'GetObject',
        eventCategory: 'Data',
        managementEvent: false,
        userIdentity: {
          ...identity,
          sessionContext: { ...identity.sessionContext, ...sourceIdentity },
          invokedBy: 'athena.amazonaws.com',
        },
        sourceIPAddress: 'athena.amazonaws.com',
        userAgent: 'athena.amazonaws.com',
        requestParameters: { bucketName: files.bucket, key },
        resources: [
          { type: 'AWS::S3::Object', ARN: object },
          { type: 'AWS::S3::Bucket', ARN: `arn:aws:s3:::${files.bucket}`, accountId: bucketOwner },
        ],
      },
    };
  });
}
