import { AwsError } from '../../core/error.ts';
import type { Context, Operation, Operations } from '../../core/service.ts';

/** Members that would change what an operation does, and that are not modelled. */
const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  CreateDatabase: ['FederatedDatabase'],
  GetDatabases: ['AttributesToGet'],
  CreateTable: ['OpenTableFormatInput', 'TransactionId'],
  UpdateTable: ['UpdateOpenTableFormatInput', 'TransactionId'],
  DeleteTable: ['TransactionId'],
  BatchDeleteTable: ['TransactionId'],
  GetTable: ['TransactionId', 'QueryAsOfTime', 'IncludeStatusDetails'],
  GetTables: ['TransactionId', 'QueryAsOfTime', 'AttributesToGet', 'IncludeStatusDetails'],
  GetPartitions: ['TransactionId', 'QueryAsOfTime'],
};

/** Operations that refuse the members that would change what they do and are not modelled, by name. */
export function refusing(operations: Operations): Operations {
  return Object.fromEntries(
    Object.entries(operations).map(([name, operation]) => [name, guarded(name, operation, MEMBERS[name] ?? [])]),
  );
}

function guarded(name: string, operation: Operation, members: readonly string[]): Operation {
  if (members.length === 0) return operation;
  return {
    ...operation,
    run(input: never, context: Context) {
      const given = members.find((member) => input[member] !== undefined);
      if (given !== undefined) {
        throw new AwsError('WeftLocalNotImplemented', `weft local does not implement glue:${name} with ${given}`, 501);
      }
      return operation.run(input, context);
    },
  };
}
