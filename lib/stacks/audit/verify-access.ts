import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { AcceptedWildcards } from '#constructs/wildcards.ts';

/** What an auditor needs to verify CloudTrail's files as they are: to read them whole, and the public keys that signed them. */
export function verifyStatements(logs: Bucket, key: IKey): PolicyStatement[] {
  return [
    new PolicyStatement({ sid: 'TrailFiles', actions: ['s3:GetObject'], resources: [logs.arnForObjects('AWSLogs/*')] }),
    new PolicyStatement({ sid: 'TrailBucket', actions: ['s3:ListBucket'], resources: [logs.bucketArn] }),
    new PolicyStatement({ sid: 'TrailKey', actions: ['kms:Decrypt'], resources: [key.keyArn] }),
    new PolicyStatement({ sid: 'PublicKeys', actions: ['cloudtrail:ListPublicKeys'], resources: ['*'] }),
  ];
}

/** Why the wildcards in `verifyStatements` stand. */
export const VERIFY_WILDCARDS: AcceptedWildcards = {
  'Resource::%/AWSLogs/*': 'the files of CloudTrail in exactly one bucket',
};
