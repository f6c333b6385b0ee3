import { CfnTrail } from 'aws-cdk-lib/aws-cloudtrail';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';

export interface AccountTrailProps {
  readonly name: string;
  /** The bucket of another account. */
  readonly bucketName: string;
  /** The key of that account, by the ARN of its alias. */
  readonly keyArn: string;
  /** What the names of the buckets begin with of which each read and write of an object is kept; never those of the trail itself. */
  readonly buckets: string;
  /** A bucket of which only writes are kept: each query over it reads many objects, and would add as many to what the next one reads. */
  readonly writesOnly: string;
  /** A trail of every account of the organization. Default false. */
  readonly organization?: boolean;
}

/** A trail of all regions whose files leave the account, so that nobody in it can change what was seen. */
export function accountTrail(scope: Construct, id: string, props: AccountTrailProps): CfnTrail {
  const management = { name: 'Management', fieldSelectors: [{ field: 'eventCategory', equalTo: ['Management'] }] };
  const objects = {
    name: 'Objects',
    fieldSelectors: [
      { field: 'eventCategory', equalTo: ['Data'] },
      { field: 'resources.type', equalTo: ['AWS::S3::Object'] },
      {
        field: 'resources.ARN',
        startsWith: [`arn:aws:s3:::${props.buckets}`],
        notStartsWith: [`arn:aws:s3:::${props.bucketName}/`, `arn:aws:s3:::${props.writesOnly}/`],
      },
    ],
  };
  const writes = {
    name: 'Writes',
    fieldSelectors: [
      { field: 'eventCategory', equalTo: ['Data'] },
      { field: 'resources.type', equalTo: ['AWS::S3::Object'] },
      { field: 'readOnly', equalTo: ['false'] },
      { field: 'resources.ARN', startsWith: [`arn:aws:s3:::${props.writesOnly}/`] },
    ],
  };
  const trail = new CfnTrail(scope, id, {
    trailName: props.name,
    s3BucketName: props.bucketName,
    kmsKeyId: props.keyArn,
    isLogging: true,
    isOrganizationTrail: props.organization,
    enableLogFileValidation: true,
    isMultiRegionTrail: true,
    includeGlobalServiceEvents: true,
    advancedEventSelectors: [management, objects, writes],
  });
  acknowledge(trail, {
    'NIST.800.53.R5-CloudTrailCloudWatchLogsEnabled':
      'the trail is read where it cannot be changed: in the locked bucket of the audit account; a copy in logs here could be deleted here',
  });
  return trail;
}
