import type { ConnectionInput } from '@aws-sdk/client-glue';
import { ownMember, refuseOthers } from '../../core/members.ts';
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

const INPUT = ['Name', 'Description', 'ConnectionType', 'ConnectionProperties'];

/** The members and properties that a type of connection has, and those of the properties that it needs. */
const TYPES: Readonly<
  Record<string, { members: readonly string[]; needed: readonly string[]; others: readonly string[] }>
> = {
  VIEW_VALIDATION_ATHENA: { members: INPUT, needed: ['WORKGROUP_NAME'], others: [] },
  POSTGRESQL: {
    members: [
      ...INPUT,
      'AuthenticationConfiguration',
      'PhysicalConnectionRequirements',
      'AthenaProperties',
      // Nothing connects before a query does.
      'ValidateCredentials',
      'ValidateForComputeEnvironments',
    ],
    needed: ['HOST', 'PORT', 'DATABASE'],
    others: ['JDBC_PARAMS'],
  },
};

/** Connections: the way by which Glue has Athena validate a view's text, and those to a PostgreSQL that Athena reads. */
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
  const { Name = '', Description, ConnectionProperties: properties = {} } = given;
  const type: string = given.ConnectionType ?? '';
  const known = ownMember(TYPES, type);
  if (known === undefined) {
    const named = `${operation} of another type than ${Object.keys(TYPES).join(' and ')}`;
    refuseOthers('glue', named, { ConnectionType: type }, new Set());
    throw invalidInput('ConnectionType is required');
  }
  refuseOthers('glue', operation, given, new Set(known.members));
  if (Name === '') throw invalidInput('The name of a connection is required');
  for (const needed of known.needed)
    if (properties[needed as never] === undefined) throw invalidInput(`${needed} is required`);
  if (type === 'POSTGRESQL') {
    refuseOthers('glue', operation, properties, new Set([...known.needed, ...known.others]));
    checkAuthentication(operation, given);
  }
  const time = Math.floor(context.now / 1000);
  const { AuthenticationConfiguration: authentication, PhysicalConnectionRequirements, AthenaProperties } = given;
  return {
    Name,
    ...(Description !== undefined && { Description }),
    ConnectionType: type,
    ConnectionProperties: properties,
    ...(authentication && { AuthenticationConfiguration: authentication }),
    ...(PhysicalConnectionRequirements && { PhysicalConnectionRequirements }),
    ...(AthenaProperties && { AthenaProperties }),
    CreationTime: time,
    LastUpdatedTime: time,
    LastUpdatedBy: context.caller.arn,
  };
}

/** A user and a password come from a secret; in the connection itself none is taken. */
function checkAuthentication(operation: string, { AuthenticationConfiguration: given = {} }: ConnectionInput): void {
  refuseOthers(
    'glue',
    `${operation} with AuthenticationConfiguration`,
    given,
    new Set(['AuthenticationType', 'SecretArn', 'KmsKeyArn']),
  );
  if (given.AuthenticationType !== 'BASIC' || given.SecretArn === undefined) {
    throw invalidInput('weft local takes AuthenticationType BASIC with a SecretArn');
  }
}
