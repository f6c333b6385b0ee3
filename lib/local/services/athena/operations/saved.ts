import { createHash } from 'node:crypto';
import type {
  BatchGetNamedQueryInput,
  BatchGetPreparedStatementInput,
  CreateNamedQueryInput,
  CreatePreparedStatementInput,
  DeletePreparedStatementInput,
  GetNamedQueryInput,
  GetPreparedStatementInput,
  ListNamedQueriesInput,
  ListPreparedStatementsInput,
  UpdateNamedQueryInput,
  UpdatePreparedStatementInput,
} from '@aws-sdk/client-athena';
import { AwsError } from '../../../core/error.ts';
import type { Context, Operations } from '../../../core/service.ts';
import {
  invalid,
  type NamedQueryRecord,
  namespace,
  type PreparedStatementRecord,
  page,
  workGroupArn,
} from '../model.ts';
import { workGroup } from './workgroups.ts';

/** An id in the form of a UUID, from the request's own id and a name. */
export function idFrom(...parts: readonly string[]): string {
  const hex = createHash('sha256').update(parts.join(' ')).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** A prepared statement of a workgroup; undefined when there is none. */
export function preparedStatement(context: Context, group: string, name: string): PreparedStatementRecord | undefined {
  return context.cloud.store.get(namespace(context, 'prepared'), `${group}/${name}`);
}

export function savePrepared(context: Context, group: string, name: string, sql: string, description?: string): void {
  const record: PreparedStatementRecord = {
    StatementName: name,
    QueryStatement: sql,
    WorkGroupName: group,
    LastModifiedTime: context.now / 1000,
    ...(description === undefined ? {} : { Description: description }),
  };
  context.cloud.store.put(namespace(context, 'prepared'), `${group}/${name}`, record);
}

function namedQuery(context: Context, id: string | undefined): NamedQueryRecord {
  const found = context.cloud.store.get<NamedQueryRecord>(namespace(context, 'named'), id ?? '');
  if (found === undefined) throw invalid(`NamedQuery ${id} was not found`);
  return found;
}

function existing(context: Context, group: string | undefined, name: string | undefined): PreparedStatementRecord {
  const found = preparedStatement(context, workGroup(context, group ?? '').Name, name ?? '');
  if (found === undefined) throw new AwsError('ResourceNotFoundException', `PreparedStatement ${name} was not found`);
  return found;
}

const operations: Operations = {
  CreateNamedQuery: {
    run(input: CreateNamedQueryInput, context: Context) {
      const group = workGroup(context, input.WorkGroup ?? 'primary').Name;
      const id = idFrom(context.account, input.ClientRequestToken ?? context.requestId, input.Name ?? '');
      const record: NamedQueryRecord = {
        NamedQueryId: id,
        Name: input.Name ?? '',
        Database: input.Database ?? '',
        QueryString: input.QueryString ?? '',
        WorkGroup: group,
        ...(input.Description === undefined ? {} : { Description: input.Description }),
      };
      context.cloud.store.put(namespace(context, 'named'), id, record);
      return { NamedQueryId: id };
    },
  },
  GetNamedQuery: {
    run: (input: GetNamedQueryInput, context: Context) => ({ NamedQuery: namedQuery(context, input.NamedQueryId) }),
  },
  BatchGetNamedQuery: {
    run(input: BatchGetNamedQueryInput, context: Context) {
      const found = (input.NamedQueryIds ?? []).map((id) => ({
        id,
        query: context.cloud.store.get<NamedQueryRecord>(namespace(context, 'named'), id),
      }));
      return {
        NamedQueries: found.flatMap(({ query }) => (query === undefined ? [] : [query])),
        UnprocessedNamedQueryIds: found
          .filter(({ query }) => query === undefined)
          .map(({ id }) => ({
            NamedQueryId: id,
            ErrorCode: 'INVALID_INPUT',
            ErrorMessage: `NamedQuery ${id} was not found`,
          })),
      };
    },
  },
  ListNamedQueries: {
    run(input: ListNamedQueriesInput, context: Context) {
      const group = input.WorkGroup ?? 'primary';
      const all = context.cloud.store
        .list<NamedQueryRecord>(namespace(context, 'named'))
        .filter((row) => row.value.WorkGroup === group);
      const { items, ...next } = page(all, input, 50);
      return { NamedQueryIds: items.map((row) => row.key), ...next };
    },
  },
  UpdateNamedQuery: {
    run(input: UpdateNamedQueryInput, context: Context) {
      const old = namedQuery(context, input.NamedQueryId);
      const record = {
        ...old,
        Name: input.Name ?? old.Name,
        QueryString: input.QueryString ?? old.QueryString,
        ...(input.Description === undefined ? {} : { Description: input.Description }),
      };
      context.cloud.store.put(namespace(context, 'named'), old.NamedQueryId, record);
      return {};
    },
  },
  DeleteNamedQuery: {
    run(input: GetNamedQueryInput, context: Context) {
      context.cloud.store.delete(namespace(context, 'named'), namedQuery(context, input.NamedQueryId).NamedQueryId);
      return {};
    },
  },
  CreatePreparedStatement: {
    run(input: CreatePreparedStatementInput, context: Context) {
      const group = workGroup(context, input.WorkGroup ?? '').Name;
      const name = input.StatementName ?? '';
      if (preparedStatement(context, group, name) !== undefined)
        throw invalid(`PreparedStatement ${name} already exists in WorkGroup ${group}`);
      savePrepared(context, group, name, input.QueryStatement ?? '', input.Description);
      return {};
    },
  },
  GetPreparedStatement: {
    run: (input: GetPreparedStatementInput, context: Context) => ({
      PreparedStatement: existing(context, input.WorkGroup, input.StatementName),
    }),
  },
  BatchGetPreparedStatement: {
    run(input: BatchGetPreparedStatementInput, context: Context) {
      const found = (input.PreparedStatementNames ?? []).map((name) => ({
        name,
        statement: preparedStatement(context, input.WorkGroup ?? '', name),
      }));
      return {
        PreparedStatements: found.flatMap(({ statement }) => (statement === undefined ? [] : [statement])),
        UnprocessedPreparedStatementNames: found
          .filter(({ statement }) => statement === undefined)
          .map(({ name }) => ({
            StatementName: name,
            ErrorCode: 'STATEMENT_NOT_FOUND',
            ErrorMessage: `PreparedStatement ${name} was not found`,
          })),
      };
    },
  },
  ListPreparedStatements: {
    run(input: ListPreparedStatementsInput, context: Context) {
      const group = workGroup(context, input.WorkGroup ?? '').Name;
      const all = context.cloud.store.list<PreparedStatementRecord>(namespace(context, 'prepared'), `${group}/`);
      const { items, ...next } = page(all, input, 50);
      return {
        PreparedStatements: items.map(({ value: { StatementName, LastModifiedTime } }) => ({
          StatementName,
          LastModifiedTime,
        })),
        ...next,
      };
    },
  },
  UpdatePreparedStatement: {
    run(input: UpdatePreparedStatementInput, context: Context) {
      const old = existing(context, input.WorkGroup, input.StatementName);
      savePrepared(context, old.WorkGroupName, old.StatementName, input.QueryStatement ?? '', input.Description);
      return {};
    },
  },
  DeletePreparedStatement: {
    run(input: DeletePreparedStatementInput, context: Context) {
      const old = existing(context, input.WorkGroup, input.StatementName);
      context.cloud.store.delete(namespace(context, 'prepared'), `${old.WorkGroupName}/${old.StatementName}`);
      return {};
    },
  },
};

interface Saved {
  readonly WorkGroup?: string;
  readonly NamedQueryId?: string;
  readonly NamedQueryIds?: readonly string[];
}

/** The workgroups that a call is about: IAM knows neither named queries nor prepared statements. */
function workGroupsOf(input: Saved, context: Context): string[] {
  const ids = input.NamedQueryIds ?? (input.NamedQueryId === undefined ? [] : [input.NamedQueryId]);
  const queries = ids.map((id) => context.cloud.store.get<NamedQueryRecord>(namespace(context, 'named'), id));
  const groups = ids.length === 0 ? [input.WorkGroup] : queries.map((query) => query?.WorkGroup);
  return [...new Set(groups)].map((group) => workGroupArn(group ?? 'primary', context));
}

export const savedOperations: Operations = Object.fromEntries(
  Object.entries(operations).map(([name, operation]) => [name, { ...operation, resources: workGroupsOf }]),
);
