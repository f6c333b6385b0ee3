import type { AddPermissionRequest } from '@aws-sdk/client-lambda';
import { AwsError } from '../../core/error.ts';
import { type Statement, statementsOf } from '../../core/policy.ts';
import type { Context, Operations } from '../../core/service.ts';
import { getFunction } from './functions.ts';
import { functionArn, namespace, parseFunctionName, type StoredFunction } from './model.ts';

interface Named {
  readonly FunctionName: string;
}

const on = (input: Named, context: Context) => {
  const { account, region, name } = parseFunctionName(input.FunctionName, context);
  return [functionArn(account, region, name)];
};

/** The resource policy of a function, statement by statement as Lambda keeps it. */
export const permissionOperations: Operations = {
  AddPermission: {
    resources: on,
    run: (input: AddPermissionRequest & Named, context: Context) => {
      const stored = getFunction(input.FunctionName, context);
      const statements = stored.policy === undefined ? [] : statementsOf(stored.policy);
      if (statements.some((statement) => statement.Sid === input.StatementId)) {
        throw new AwsError(
          'ResourceConflictException',
          `The statement id (${input.StatementId}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
          409,
        );
      }
      const statement = toStatement(input, stored);
      put(context, stored, [...statements, statement]);
      return { Statement: JSON.stringify(statement) };
    },
  },
  RemovePermission: {
    resources: on,
    run: (input: Named & { StatementId: string }, context: Context) => {
      const stored = getFunction(input.FunctionName, context);
      const statements = stored.policy === undefined ? [] : statementsOf(stored.policy);
      const rest = statements.filter((statement) => statement.Sid !== input.StatementId);
      if (rest.length === statements.length) {
        throw new AwsError(
          'ResourceNotFoundException',
          `Statement ${input.StatementId} is not found in resource policy.`,
          404,
        );
      }
      put(context, stored, rest);
    },
  },
  GetPolicy: {
    resources: on,
    run: (input: Named, context: Context) => {
      const stored = getFunction(input.FunctionName, context);
      if (stored.policy === undefined) {
        throw new AwsError('ResourceNotFoundException', 'The resource you requested does not exist.', 404);
      }
      return { Policy: JSON.stringify(stored.policy) };
    },
  },
};

function toStatement(input: AddPermissionRequest, stored: StoredFunction): Statement {
  const principal = input.Principal ?? '';
  const equals = {
    ...(input.SourceAccount === undefined ? {} : { 'AWS:SourceAccount': input.SourceAccount }),
    ...(input.PrincipalOrgID === undefined ? {} : { 'aws:PrincipalOrgID': input.PrincipalOrgID }),
  };
  const condition = {
    ...(Object.keys(equals).length === 0 ? {} : { StringEquals: equals }),
    ...(input.SourceArn === undefined ? {} : { ArnLike: { 'AWS:SourceArn': input.SourceArn } }),
  };
  return {
    Sid: input.StatementId,
    Effect: 'Allow',
    Principal:
      principal === '*' ? '*' : principal.endsWith('.amazonaws.com') ? { Service: principal } : { AWS: principal },
    Action: input.Action,
    Resource: stored.configuration.FunctionArn,
    ...(Object.keys(condition).length === 0 ? {} : { Condition: condition }),
  };
}

function put(context: Context, stored: StoredFunction, statements: readonly Statement[]): void {
  const policy = statements.length === 0 ? undefined : { Version: '2012-10-17', Id: 'default', Statement: statements };
  context.cloud.store.put(namespace(stored.account, stored.region, 'functions'), stored.name, { ...stored, policy });
}
