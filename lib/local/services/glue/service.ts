import { jsonCodec } from '../../core/codecs.ts';
import type { Operations, Service } from '../../core/service.ts';
import { catalogOperations } from './catalog-operations.ts';
import { connectionOperations } from './connection-operations.ts';
import { databaseOperations } from './database-operations.ts';
import { partitionOperations } from './partition-operations.ts';
import { policyOperations } from './policy-operations.ts';
import { searchOperations } from './search-operations.ts';
import { tableOperations } from './table-operations.ts';
import { refusing } from './unmodelled.ts';
import { versionOperations } from './version-operations.ts';

/** AWS Glue's Data Catalog: databases, tables, versions and partitions, behind the permissions of Lake Formation. */
export class GlueService implements Service {
  readonly signingName = 'glue';
  readonly codec = jsonCodec('1.1');

  readonly operations: Operations = refusing({
    ...databaseOperations,
    ...tableOperations,
    ...versionOperations,
    ...partitionOperations,
    ...searchOperations,
    ...policyOperations,
    ...catalogOperations,
    ...connectionOperations,
  });
}
