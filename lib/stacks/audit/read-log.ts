import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { AcceptedWildcards } from '#constructs/wildcards.ts';
import { witnessBucketName } from '#mesh/topology/names.ts';
import type { Topology } from '#mesh/topology/topology.ts';

/** Why the wildcards in `readLog` stand. */
export const LOG_WILDCARDS: AcceptedWildcards = {
  'Resource::%/*': 'the objects of exactly one bucket',
  'Resource::arn:aws:s3:::%-witness-%/*': 'the checkpoints in exactly one bucket of the witness',
};

/** What verifying the log takes: its files, the witness's copies, and the public half of the key. */
export function readLog(
  { mesh, region, witnessAccount }: Topology,
  log: { readonly bucket: IBucket; readonly key: IKey; readonly auditKey: IKey },
): PolicyStatement[] {
  const { bucket, key, auditKey } = log;
  const witness = witnessAccount && `arn:aws:s3:::${witnessBucketName(mesh, witnessAccount, region)}`;
  return [
    new PolicyStatement({
      sid: 'LogFiles',
      actions: ['s3:GetObject', 's3:ListBucket'],
      resources: [
        bucket.bucketArn,
        bucket.arnForObjects('*'),
        ...(witness === undefined ? [] : [witness, `${witness}/*`]),
      ],
    }),
    new PolicyStatement({ sid: 'LogDecrypt', actions: ['kms:Decrypt'], resources: [auditKey.keyArn] }),
    new PolicyStatement({ sid: 'LogKey', actions: ['kms:GetPublicKey'], resources: [key.keyArn] }),
  ];
}
