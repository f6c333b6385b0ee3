import { tellAssumed } from '../../core/act.ts';
import { type Cloud, callerFor } from '../../core/cloud.ts';
import type { Caller } from '../../core/service.ts';
import { registrationOf } from '../lake-formation/location-store.ts';
import { settingsOf } from '../lake-formation/settings.ts';
import type { ResultPlace } from './results.ts';

/** A table by the names that one who asks knows it by. */
interface Named {
  readonly catalogId: string;
  readonly database: string;
  readonly table: string;
}

/** Athena looks a table up in its caller's name and, where Lake Formation governs it, has its data vended. */
export function tellLookup(cloud: Cloud, caller: Caller, named: Named, governed: boolean): void {
  const { catalogId, database, table } = named;
  for (const path of ['catalog', `database/${database}`, `table/${database}/${table}`]) {
    cloud.tell({ caller, action: 'glue:GetTable', resource: `arn:aws:glue:${cloud.region}:${catalogId}:${path}` });
  }
  if (governed) cloud.tell({ caller, action: 'lakeformation:GetDataAccess', resource: '*' });
}

/** Athena keeps what a statement answered in its caller's name, or reads it back. */
export function tellResult(cloud: Cloud, caller: Caller, action: 'GetObject' | 'PutObject', place: ResultPlace): void {
  if (!('bucket' in place)) return;
  const bucket = `arn:aws:s3:::${place.bucket}`;
  if (action === 'PutObject') cloud.tell({ caller, action: 's3:GetBucketLocation', resource: bucket });
  cloud.tell({ caller, action: `s3:${action}`, resource: `${bucket}/${place.key}` });
}

/** Files of a table are read and written as the role of the location that Lake Formation governs; where none does, in the caller's name. */
export function tellFiles(
  cloud: Cloud,
  caller: Caller,
  catalogId: string,
  action: 'GetObject' | 'PutObject',
  bucket: string,
  keys: readonly string[],
): void {
  const registration = registrationOf(cloud, catalogId, `s3://${bucket}/${keys[0] ?? ''}`);
  const as = registration === undefined ? caller : callerFor(registration.roleArn, 'lakeformation');
  if (registration !== undefined) {
    const named = settingsOf(cloud, catalogId).Parameters.SET_SOURCE_IDENTITY === 'TRUE';
    const keys = { 'aws:SourceAccount': catalogId };
    tellAssumed(
      cloud,
      'lakeformation.amazonaws.com',
      registration.roleArn,
      keys,
      named ? ['sts:SetSourceIdentity'] : [],
    );
  }
  for (const key of keys) cloud.tell({ caller: as, action: `s3:${action}`, resource: `arn:aws:s3:::${bucket}/${key}` });
}
