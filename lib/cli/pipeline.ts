import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { isNamed } from '#aws/retry.ts';
import type { RunRecord } from '#control/pipeline/run-record.ts';
import { userError } from '#mesh/error.ts';
import { landingBucketName } from '#mesh/topology/names.ts';
import { type Domain, domainOfAccount } from '#mesh/topology/topology.ts';
import type { Connection } from './connection.ts';

/** An object of the landing bucket. */
export interface LandedFile {
  readonly key: string;
  readonly etag: string;
  readonly size: number;
  readonly modified: string;
}

/** The domain whose pipeline a caller means: that of his account. @throws `WEFT-PIPELINE-030` for an account without one. */
export function pipelineDomain({ topology, account }: Connection): Domain {
  const domain = domainOfAccount(topology, account);
  if (domain !== undefined) return domain;
  throw userError('WEFT-PIPELINE-030', `the account ${account} is of no domain, and so has no pipeline`, {
    hint: 'say who you are: --as <domain>/producer',
  });
}

/** The landing bucket of a domain, as its producers see it. */
export class LandedFiles {
  readonly #s3: S3Client;
  readonly bucket: string;

  constructor({ client, topology }: Connection, { name, account }: Domain) {
    this.#s3 = new S3Client({ ...client, forcePathStyle: true });
    this.bucket = landingBucketName(topology.mesh, name, account, topology.region);
  }

  /** The objects below a prefix. @throws `WEFT-PIPELINE-031` where the domain has no pipeline deployed. */
  async list(prefix: string): Promise<LandedFile[]> {
    const found: LandedFile[] = [];
    let ContinuationToken: string | undefined;
    do {
      const command = new ListObjectsV2Command({ Bucket: this.bucket, Prefix: prefix, ContinuationToken });
      const page = await this.#s3.send(command).catch(noBucket);
      for (const { Key = '', ETag = '', Size = 0, LastModified } of page.Contents ?? []) {
        const modified = LastModified?.toISOString() ?? '';
        found.push({ key: Key, etag: ETag.replaceAll('"', ''), size: Size, modified });
      }
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    return found;
  }

  /** One object; undefined when there is none. */
  async file(key: string): Promise<LandedFile | undefined> {
    try {
      const command = new HeadObjectCommand({ Bucket: this.bucket, Key: key });
      const { ETag = '', ContentLength = 0, LastModified } = await this.#s3.send(command);
      return { key, etag: ETag.replaceAll('"', ''), size: ContentLength, modified: LastModified?.toISOString() ?? '' };
    } catch (error) {
      if (isNamed(error, 'NotFound', 'NoSuchKey')) return undefined;
      throw error;
    }
  }

  /** The records of the newest runs, the newest first. */
  async runs(step: string | undefined, limit: number): Promise<RunRecord[]> {
    const all = await this.list(step === undefined ? 'runs/' : `runs/${step}/`);
    const records = all.filter(({ key }) => /^runs\/[^/]+\/[^/]+\.json$/.test(key));
    const newest = records.toSorted((a, b) => (a.modified < b.modified ? 1 : -1)).slice(0, limit);
    return Promise.all(
      newest.map(async ({ key }) => {
        const { Body } = await this.#s3.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
        return JSON.parse((await Body?.transformToString()) ?? '{}') as RunRecord;
      }),
    );
  }
}

function noBucket(error: unknown): never {
  // A bucket that is not there is named by no policy, so that S3 may refuse it rather than miss it.
  if (!isNamed(error, 'NoSuchBucket', 'AccessDenied')) throw error;
  throw userError('WEFT-PIPELINE-031', 'the domain has no pipeline deployed, or none that you may look at', {
    hint: "deploy the stack of the domain's repository: cdk deploy; then look at it as <domain>/producer",
    cause: error,
  });
}
