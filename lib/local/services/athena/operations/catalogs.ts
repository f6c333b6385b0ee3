import type { CreateDataCatalogInput, DeleteDataCatalogInput, UpdateDataCatalogInput } from '@aws-sdk/client-athena';
import type { Cloud } from '../../../core/cloud.ts';
import { refuseOthers } from '../../../core/members.ts';
import type { Context, Operations } from '../../../core/service.ts';
import { connections } from '../../glue/connection-store.ts';
import { type FederatedCatalog, federatedCatalogs } from '../federation/data-catalogs.ts';
import { invalid } from '../model.ts';
import { isGlue } from './metadata.ts';

/** A name that Athena can put behind the prefix of its function's name. */
const NAME = /^[A-Za-z0-9_@-]{1,41}$/;
const PARAMETERS = new Set(['connection-arn', 'lambda-role-arn']);

const onCatalog = ({ Name }: { Name?: string }, { region, account }: Context) => [
  `arn:aws:athena:${region}:${account}:datacatalog/${Name}`,
];

/** Data sources: those that reach a PostgreSQL over a Glue connection, with a role of their own for the connector. */
export const catalogOperations: Operations = {
  CreateDataCatalog: {
    resources: onCatalog,
    run(input: CreateDataCatalogInput, context: Context) {
      const name = input.Name ?? '';
      if (!NAME.test(name)) throw invalid(`Invalid data catalog name: ${name}`);
      if (isGlue(name) || federatedCatalogs.get(context.cloud, context, name) !== undefined) {
        throw invalid(`DataCatalog ${name} already exists`);
      }
      federatedCatalogs.put(context.cloud, understood(input, context));
      return { DataCatalog: { Name: name, Type: 'FEDERATED', Status: 'CREATE_COMPLETE' } };
    },
  },
  UpdateDataCatalog: {
    resources: onCatalog,
    run(input: UpdateDataCatalogInput, context: Context) {
      const former = found(input.Name, context);
      federatedCatalogs.put(context.cloud, { ...understood(input, context), name: former.name });
      return {};
    },
  },
  DeleteDataCatalog: {
    resources: onCatalog,
    run(input: DeleteDataCatalogInput, context: Context) {
      const { name } = found(input.Name, context);
      federatedCatalogs.delete(context.cloud, context, name);
      return { DataCatalog: { Name: name, Type: 'FEDERATED', Status: 'DELETE_COMPLETE' } };
    },
  },
};

function found(name: string | undefined, { cloud, ...at }: Context): FederatedCatalog {
  const catalog = federatedCatalogs.get(cloud, at, name ?? '');
  if (catalog === undefined) throw invalid(`DataCatalog ${name} was not found`);
  return catalog;
}

function understood(
  {
    Name: name = '',
    Description: description,
    Type: type,
    Parameters: parameters = {},
  }: CreateDataCatalogInput | UpdateDataCatalogInput,
  { cloud, account, region }: Context,
): FederatedCatalog {
  if (type !== 'FEDERATED')
    refuseOthers('athena', 'CreateDataCatalog of another type than FEDERATED', { Type: type }, new Set());
  refuseOthers(
    'athena',
    'CreateDataCatalog with other parameters than connection-arn and lambda-role-arn:',
    parameters,
    PARAMETERS,
  );
  for (const needed of PARAMETERS) {
    if (parameters[needed] === undefined)
      throw invalid(`weft local needs the parameter ${needed} of a FEDERATED catalog`);
  }
  return {
    name,
    account,
    region,
    ...(description === undefined ? {} : { description }),
    parameters,
    connectionType: connectionType(cloud, parameters['connection-arn'] ?? ''),
  };
}

function connectionType(cloud: Cloud, arn: string): string {
  const [, account = '', name = ''] = /^arn:aws:glue:[^:]+:(\d{12}):connection\/(.+)$/.exec(arn) ?? [];
  const connection = connections.get(cloud, account, name);
  if (connection?.ConnectionType !== 'POSTGRESQL') {
    throw invalid(`${arn} is no Glue connection of type POSTGRESQL, the one that weft local reaches a database by`);
  }
  return connection.ConnectionType;
}
