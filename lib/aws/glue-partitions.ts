import type { StoredPartition } from '#mesh/retention/plan.ts';
import { type BatchOutcome, sendAll } from './batch.ts';
import type { JsonCall } from './json-call.ts';
import { isNamed, type Patience } from './retry.ts';

/** The partitions of one table of the account's own catalog. */
export interface Partitions {
  /** Every partition; none for a table that does not exist. */
  list(at: TableName): Promise<StoredPartition[]>;
  /** Deletes partitions, not their files; what is gone already counts as deleted. `before` is asked before each call, and what it throws stops the rest. */
  remove(
    at: TableName,
    partitions: readonly StoredPartition[],
    before: () => Promise<void>,
  ): Promise<BatchOutcome<StoredPartition>>;
}

export interface TableName {
  readonly database: string;
  readonly table: string;
}

/** Glue deletes that many partitions in one call. */
const MOST_PARTITIONS = 25;

interface PartitionAnswer {
  readonly Values?: readonly string[];
  readonly StorageDescriptor?: { readonly Location?: string };
}

interface DeletionAnswer {
  readonly Errors?: readonly {
    readonly PartitionValues?: readonly string[];
    readonly ErrorDetail?: { readonly ErrorCode?: string; readonly ErrorMessage?: string };
  }[];
}

/** @param call Glue's JSON protocol */
export function createPartitions(call: JsonCall, patience: Patience): Partitions {
  return {
    async list({ database, table }) {
      const found: StoredPartition[] = [];
      let NextToken: string | undefined;
      do {
        const input = {
          DatabaseName: database,
          TableName: table,
          MaxResults: 1000,
          ExcludeColumnSchema: true,
          NextToken,
        };
        const answer = (await call('GetPartitions', input).catch(noneWhenGone)) as {
          Partitions?: readonly PartitionAnswer[];
          NextToken?: string;
        };
        for (const { Values = [], StorageDescriptor } of answer.Partitions ?? []) {
          const location = StorageDescriptor?.Location ?? '';
          found.push({ values: Values, location: location.endsWith('/') ? location : `${location}/` });
        }
        NextToken = answer.NextToken || undefined;
      } while (NextToken !== undefined);
      return found;
    },
    remove({ database, table }, partitions, before) {
      return sendAll(
        partitions,
        async (group) => {
          await before();
          const PartitionsToDelete = group.map(({ values }) => ({ Values: values }));
          const input = { DatabaseName: database, TableName: table, PartitionsToDelete };
          const { Errors = [] } = (await call('BatchDeletePartition', input)) as DeletionAnswer;
          return Errors.map(({ PartitionValues = [], ErrorDetail }) => ({
            index: group.findIndex(({ values }) => JSON.stringify(values) === JSON.stringify(PartitionValues)),
            symptom: { name: ErrorDetail?.ErrorCode ?? 'Unknown', message: ErrorDetail?.ErrorMessage ?? '' },
          }));
        },
        {
          size: MOST_PARTITIONS,
          patience,
          classify: ({ name }) => (name === 'EntityNotFoundException' ? 'done' : undefined),
        },
      );
    },
  };
}

function noneWhenGone(error: unknown): object {
  if (isNamed(error, 'EntityNotFoundException')) return {};
  throw error;
}
