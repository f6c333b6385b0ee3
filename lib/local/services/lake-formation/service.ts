import { postJsonCodec } from '../../core/codecs.ts';
import { AwsError } from '../../core/error.ts';
import type { Operations, Service } from '../../core/service.ts';
import { assignmentOperations } from './assignment-operations.ts';
import { expressionOperations } from './expression-operations.ts';
import { filterOperations } from './filter-operations.ts';
import { grantOperations } from './grant-operations.ts';
import { locationOperations } from './location-operations.ts';
import { settingsOperations } from './settings-operations.ts';
import { tagOperations } from './tag-operations.ts';

/** AWS Lake Formation: who may do what with the catalog, and read which cells of a table. Glue and Athena ask it before they answer. */
export class LakeFormationService implements Service {
  readonly signingName = 'lakeformation';
  readonly codec = postJsonCodec;

  readonly operations: Operations = {
    ...settingsOperations,
    ...locationOperations,
    ...grantOperations,
    ...filterOperations,
    ...tagOperations,
    ...assignmentOperations,
    ...expressionOperations,
    GetTemporaryGlueTableCredentials: { run: vending },
    GetTemporaryGluePartitionCredentials: { run: vending },
    GetTemporaryDataLocationCredentials: { run: vending },
  };
}

function vending(): never {
  throw new AwsError(
    'WeftLocalNotImplemented',
    'weft local does not vend credentials for data: read governed tables through Athena',
    501,
  );
}
