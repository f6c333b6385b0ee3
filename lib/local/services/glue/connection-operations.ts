import type { ConnectionInput } from '@aws-sdk/client-glue';
import { refuseOthers } from '../../core/members.ts';
import type { Context, Operations } from '../../core/service.ts';
import { connections, type GlueConnection } from './connection-store.ts';
import { alreadyExists, entityNotFound, invalidInput } from './errors.ts';
import { arnOf, putTags } from './tag-store.ts';

interface Given {
  readonly CatalogId?: string;
  readonly Name?: string;
  readonly ConnectionName?: string;
  readonly ConnectionInput?: ConnectionInput;
  readonly Tags?: Record<string, string>;
}

const INPUT = new Set(['Name', 'Description', 'ConnectionType', 'ConnectionProperties']);

/** Connections, as far as views need them: the way by which Glue has Athena validate a view's text. */
export const connectionOperations: Operations = {
  CreateConnection: {
    run(input: Given, context: Context) {
      const connection = understood('CreateConnection', input, context);
      const catalogId = input.CatalogId ?? context.account;
      if (connections.get(context.cloud, catalogId, connection.Name) !== undefined) {
        throw alreadyExists('Connection already exists.');
      }
      connections.put(context.cloud, catalogId, connection);
      putTags(context.cloud, arnOf(context, catalogId, `connection/${connection.Name}`), input.Tags);
      return {};
    },
    resources: arns,
  },
  UpdateConnection: {
    run(input: Given, context: Context) {
      const former = found(input, context);
      const { CreationTime } = former;
      connections.put(context.cloud, input.CatalogId ?? context.account, {
        ...understood('UpdateConnection', input, context),
        Name: former.Name,
        CreationTime,
      });
      return {};
    },
    resources: arns,
  },
  GetConnection: { run: (input: Given, context: Context) => ({ Connection: found(input, context) }), resources: arns },
  DeleteConnection: {
    run(input: Given, context: Context) {
      const { Name } = found(input, context);
      const catalogId = input.CatalogId ?? context.account;
      connections.delete(context.cloud, catalogId, Name);
      putTags(context.cloud, arnOf(context, catalogId, `connection/${Name}`), undefined);
      return {};
    },
    resources: arns,
  },
};

function nameOf(input: Given): string {
  return input.ConnectionName ?? input.Name ?? input.ConnectionInput?.Name ?? '';
}

function arns(input: Given, context: Context): string[] {
  const owner = input.CatalogId ?? context.account;
  return [arnOf(context, owner, 'catalog'), arnOf(context, owner, `connection/${nameOf(input)}`)];
}

function found(input: Given, context: Context): GlueConnection {
  const connection = connections.get(context.cloud, input.CatalogId ?? context.account, nameOf(input));
  if (connection === undefined) throw entityNotFound(`Connection ${nameOf(input)} not found.`);
  return connection;
}

function understood(operation: string, { ConnectionInput: given }: Given, context: Context): GlueConnection {
  if (given === undefined) throw invalidInput('ConnectionInput is required');
  refuseOthers('glue', operation, given, INPUT);
  const { Name = '', Description, ConnectionProperties: properties = {} } = given;
  const type: string = given.ConnectionType ?? '';
  if (type !== 'VIEW_VALIDATION_ATHENA') {
    refuseOthers(
      'glue',
      `${operation} of another type than VIEW_VALIDATION_ATHENA`,
      { ConnectionType: type },
      new Set(),
    );
  }
  if (Name === '') throw invalidInput('The name of a connection is required');
  if (properties.WORKGROUP_NAME === undefined) throw invalidInput('WORKGROUP_NAME is required');
  const time = Math.floor(context.now / 1000);
  return {
    Name,
    ...(Description !== undefined && { Description }),
    ConnectionType: type,
    ConnectionProperties: properties,
    CreationTime: time,
    LastUpdatedTime: time,
    LastUpdatedBy: context.caller.arn,
  };
}
