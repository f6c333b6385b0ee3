import type { Cloud } from '../../core/cloud.ts';
import { emitEvent } from '../../core/emit.ts';
import type { Context } from '../../core/service.ts';
import { type Bucket, bucketArn } from './bucket.ts';
import type { ObjectVersion } from './objects.ts';
import { childrenNamed, parseXml } from './xml.ts';

/** The request that made or deleted an object, as the event names it. */
export interface Cause {
  readonly reason: 'PutObject' | 'CopyObject' | 'CompleteMultipartUpload' | 'DeleteObject';
  /** An account, or the principal of an AWS service. */
  readonly requester: string;
  readonly requestId: string;
}

type DeletionType = 'Permanently Deleted' | 'Delete Marker Created';

/** What EventBridge writes for the empty content of a delete marker. */
const ETAG_OF_NOTHING = 'd41d8cd98f00b204e9800998ecf8427e';

export function causeOf({ caller, account, requestId }: Context, reason: Cause['reason']): Cause {
  return { reason, requester: caller.kind === 'service' ? caller.arn : account, requestId };
}

/** Tells the default bus of the bucket's owner that an object came, when the bucket sends to EventBridge. */
export function objectCreated(cloud: Cloud, bucket: Bucket, version: ObjectVersion, cause: Cause): void {
  const { size, etag } = version;
  tell(cloud, bucket, 'Object Created', version, { size, etag }, { ...cause });
}

/** The same for an object that went: for good, or below the delete marker that is given. */
export function objectDeleted(cloud: Cloud, bucket: Bucket, version: ObjectVersion, type: DeletionType, cause: Cause) {
  const members = type === 'Delete Marker Created' ? { etag: ETAG_OF_NOTHING } : {};
  tell(cloud, bucket, 'Object Deleted', version, members, { ...cause, 'deletion-type': type });
}

function tell(
  cloud: Cloud,
  bucket: Bucket,
  detailType: string,
  { key, versionId, sequence }: ObjectVersion,
  members: object,
  { requestId, requester, ...rest }: Omit<Cause, 'reason'> & Record<string, string>,
): void {
  const configuration = bucket.documents.notification;
  if (configuration === undefined) return;
  if (childrenNamed(parseXml(configuration), 'EventBridgeConfiguration').length === 0) return;
  const object = {
    key,
    ...members,
    'version-id': versionId === 'null' ? undefined : versionId,
    sequencer: sequence.toString(16).toUpperCase().padStart(16, '0'),
  };
  emitEvent(cloud, bucket.account, bucket.region, {
    source: 'aws.s3',
    detailType,
    resources: [bucketArn(bucket.name)],
    detail: {
      version: '0',
      bucket: { name: bucket.name },
      object,
      'request-id': requestId,
      requester,
      'source-ip-address': '127.0.0.1',
      ...rest,
    },
  });
}
