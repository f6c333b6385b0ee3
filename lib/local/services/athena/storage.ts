import type { Cloud } from '../../core/cloud.ts';

/** What Athena needs of S3: the live objects as files on this machine. */
export interface Storage {
  listKeys(bucket: string, prefix: string): readonly string[];
  /** The file that holds a live object. */
  localPath(bucket: string, key: string): string;
  put(bucket: string, key: string, bytes: Buffer, options?: { contentType?: string }): unknown;
  read(bucket: string, key: string): Buffer;
}

/** @throws Error when the cloud has no S3. */
export function storageOf(cloud: Cloud): Storage {
  const service: unknown = cloud.serviceNamed('s3');
  if (!isStorage(service)) throw new Error('Athena needs the S3 service');
  return service;
}

function isStorage(service: unknown): service is Storage {
  return typeof service === 'object' && service !== null && 'listKeys' in service && 'localPath' in service;
}
