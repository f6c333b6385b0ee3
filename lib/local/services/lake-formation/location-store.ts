import type { Cloud } from '../../core/cloud.ts';

/** A registered Amazon S3 location. */
export interface LocationRecord {
  readonly arn: string;
  readonly roleArn: string;
  /** Epoch seconds. */
  readonly lastModified: number;
  readonly withFederation: boolean;
  readonly registeredBy: string;
}

function namespace(cloud: Cloud, account: string): string {
  return `lakeformation/${account}/${cloud.region}/location`;
}

/** Registered locations as stored. */
export const locations = {
  get: (cloud: Cloud, account: string, arn: string): LocationRecord | undefined =>
    cloud.store.get(namespace(cloud, account), trimmed(arn)),
  put: (cloud: Cloud, account: string, location: LocationRecord): void =>
    cloud.store.put(namespace(cloud, account), trimmed(location.arn), location),
  delete: (cloud: Cloud, account: string, arn: string): boolean =>
    cloud.store.delete(namespace(cloud, account), trimmed(arn)),
  list: (cloud: Cloud, account: string): LocationRecord[] =>
    cloud.store.list<LocationRecord>(namespace(cloud, account)).map((row) => row.value),
};

/** `s3://bucket/prefix/` as the ARN that Lake Formation knows it by; undefined when it is no S3 address. */
export function arnOfLocation(uri: string | undefined): string | undefined {
  const match = /^s3[an]?:\/\/(.+)$/.exec(uri ?? '');
  return match === null ? undefined : `arn:aws:s3:::${match[1]}`;
}

/** Whether `prefix` is `arn` or a folder above it. */
export function covers(prefix: string, arn: string): boolean {
  const [above, below] = [trimmed(prefix), trimmed(arn)];
  return below === above || below.startsWith(`${above}/`);
}

function trimmed(arn: string): string {
  return arn.replace(/\/\*?$/, '');
}

/** The registration that covers an S3 address, the longest when there are several. */
export function registrationOf(cloud: Cloud, account: string, uri: string | undefined): LocationRecord | undefined {
  const arn = arnOfLocation(uri);
  if (arn === undefined) return undefined;
  const covering = locations.list(cloud, account).filter((location) => covers(location.arn, arn));
  return covering.sort((a, b) => b.arn.length - a.arn.length)[0];
}
