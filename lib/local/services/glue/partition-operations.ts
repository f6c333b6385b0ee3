import type { PartitionInput } from '@aws-sdk/client-glue';
import { AwsError } from '../../core/error.ts';
import { pageOf } from '../../core/page.ts';
import type { Context, Operations } from '../../core/service.ts';
import { narrowedStorage } from '../lake-formation/access.ts';
import { requireLocation } from '../lake-formation/location-access.ts';
import { requireOnTable } from './authorize.ts';
import { catalog } from './catalog.ts';
import { alreadyExists, entityNotFound, invalidInput } from './errors.ts';
import { type TableChange, tablesChanged } from './events.ts';
import { seconds } from './parse.ts';
import { partitionMatcher } from './partition-expression.ts';
import { tableArns, targetTable } from './table-operations.ts';
import type { GluePartition, GlueTable } from './types.ts';

interface AtPartition {
  readonly CatalogId?: string;
  readonly DatabaseName?: string;
  readonly TableName?: string;
  readonly PartitionValues?: readonly string[];
}

interface Values {
  readonly Values?: readonly string[];
}

const resources = (at: AtPartition, context: Context) => tableArns(context, at);

/** The operations on partitions of a table. */
export const partitionOperations: Operations = {
  CreatePartition: {
    resources,
    run(input: AtPartition & { PartitionInput?: PartitionInput }, context: Context) {
      const table = changeable(input, context, 'CreatePartition');
      const values = create(context, table, input.PartitionInput ?? {});
      changed(context, table, 'CreatePartition', [values]);
      return {};
    },
  },
  BatchCreatePartition: {
    resources,
    run(input: AtPartition & { PartitionInputList?: readonly PartitionInput[] }, context: Context) {
      const table = changeable(input, context, 'BatchCreatePartition');
      const list = atMost(input.PartitionInputList, 100, 'partitionInputList');
      const created: string[][] = [];
      const Errors = each(
        list,
        ({ Values: values }) => values,
        (given) => {
          created.push(create(context, table, given));
        },
      );
      changed(context, table, 'BatchCreatePartition', created);
      return { Errors };
    },
  },
  UpdatePartition: {
    resources,
    run(input: AtPartition & { PartitionValueList?: string[]; PartitionInput?: PartitionInput }, context: Context) {
      const table = changeable(input, context, 'UpdatePartition');
      update(context, table, input.PartitionValueList ?? [], input.PartitionInput ?? {});
      changed(context, table, 'UpdatePartition', [input.PartitionValueList ?? []]);
      return {};
    },
  },
  BatchUpdatePartition: {
    resources,
    run(
      input: AtPartition & { Entries?: readonly { PartitionValueList?: string[]; PartitionInput?: PartitionInput }[] },
      context: Context,
    ) {
      const table = changeable(input, context, 'BatchUpdatePartition');
      const entries = atMost(input.Entries, 100, 'entries');
      const updated: string[][] = [];
      const failed = each(
        entries,
        ({ PartitionValueList: values }) => values,
        (entry) => {
          update(context, table, entry.PartitionValueList ?? [], entry.PartitionInput ?? {});
          updated.push(entry.PartitionValueList ?? []);
        },
      );
      changed(context, table, 'BatchUpdatePartition', updated);
      return {
        Errors: failed.map(({ PartitionValues, ErrorDetail }) => ({
          PartitionValueList: PartitionValues,
          ErrorDetail,
        })),
      };
    },
  },
  GetPartition: {
    resources,
    run(input: AtPartition, context: Context) {
      const table = readable(input, context, 'GetPartition');
      return { Partition: shown(context, table)(found(context, table, input.PartitionValues ?? [])) };
    },
  },
  GetPartitions: { resources, run: list },
  BatchGetPartition: {
    resources,
    run(input: AtPartition & { PartitionsToGet?: readonly Values[] }, context: Context) {
      const table = readable(input, context, 'BatchGetPartition');
      const asked = atMost(input.PartitionsToGet, 1000, 'partitionsToGet');
      const Partitions = asked
        .map(({ Values: values }) => catalog.partition(context.cloud, table, values ?? []))
        .filter((partition) => partition !== undefined)
        .map(shown(context, table));
      return { Partitions, UnprocessedKeys: [] };
    },
  },
  DeletePartition: {
    resources,
    run(input: AtPartition, context: Context) {
      const table = changeable(input, context, 'DeletePartition');
      remove(context, table, input.PartitionValues ?? []);
      changed(context, table, 'DeletePartition', [[...(input.PartitionValues ?? [])]]);
      return {};
    },
  },
  BatchDeletePartition: {
    resources,
    run(input: AtPartition & { PartitionsToDelete?: readonly Values[] }, context: Context) {
      const table = changeable(input, context, 'BatchDeletePartition');
      const asked = atMost(input.PartitionsToDelete, 25, 'partitionsToDelete');
      const gone: string[][] = [];
      const Errors = each(
        asked,
        ({ Values: values }) => values,
        ({ Values: values = [] }) => {
          remove(context, table, values);
          gone.push([...values]);
        },
      );
      changed(context, table, 'BatchDeletePartition', gone);
      return { Errors };
    },
  },
};

function changeable(at: AtPartition, context: Context, action: string): GlueTable {
  const table = targetTable(context, { ...at, Name: at.TableName });
  requireOnTable(context, table, action, 'ALTER', 'INSERT');
  return table;
}

/** Partition values are data: they need SELECT, or the right to write partitions. */
function readable(at: AtPartition, context: Context, action: string): GlueTable {
  const table = targetTable(context, { ...at, Name: at.TableName });
  requireOnTable(context, table, action, 'SELECT', 'ALTER', 'INSERT');
  return table;
}

function create(context: Context, table: GlueTable, given: PartitionInput): string[] {
  const partition = understood(context, table, given);
  if (catalog.partition(context.cloud, table, partition.Values) !== undefined) {
    throw alreadyExists('Partition already exists.');
  }
  catalog.putPartition(context.cloud, table, partition);
  return [...partition.Values];
}

function update(context: Context, table: GlueTable, values: readonly string[], given: PartitionInput): void {
  const before = found(context, table, values);
  const partition = understood(context, table, given, before);
  const moved = partition.Values.join('\u0001') !== values.join('\u0001');
  if (moved && catalog.partition(context.cloud, table, partition.Values) !== undefined) {
    throw alreadyExists('Partition already exists.');
  }
  catalog.deletePartition(context.cloud, table, values);
  catalog.putPartition(context.cloud, table, { ...partition, CreationTime: before.CreationTime });
}

function remove(context: Context, table: GlueTable, values: readonly string[]): void {
  if (!catalog.deletePartition(context.cloud, table, values)) throw entityNotFound('Cannot find partition.');
}

function found(context: Context, table: GlueTable, values: readonly string[]): GluePartition {
  const partition = catalog.partition(context.cloud, table, values);
  if (partition === undefined) throw entityNotFound('Cannot find partition.');
  return partition;
}

function understood(context: Context, table: GlueTable, given: PartitionInput, before?: GluePartition): GluePartition {
  const values = given.Values ?? [];
  const keys = table.PartitionKeys ?? [];
  if (values.length !== keys.length) {
    throw invalidInput('The number of partition keys do not match the number of partition values');
  }
  const location = given.StorageDescriptor?.Location;
  if (location !== before?.StorageDescriptor?.Location) {
    requireLocation(context.cloud, context.caller, table.CatalogId, location);
  }
  const { LastAccessTime, LastAnalyzedTime, StorageDescriptor, Parameters } = given;
  return {
    Values: values,
    DatabaseName: table.DatabaseName,
    TableName: table.Name,
    CatalogId: table.CatalogId,
    CreationTime: Math.floor(context.now / 1000),
    ...(StorageDescriptor !== undefined && { StorageDescriptor }),
    ...(Parameters !== undefined && { Parameters }),
    ...(LastAccessTime !== undefined && { LastAccessTime: seconds(LastAccessTime) }),
    ...(LastAnalyzedTime !== undefined && { LastAnalyzedTime: seconds(LastAnalyzedTime) }),
  };
}

function list(
  input: AtPartition & {
    Expression?: string;
    NextToken?: string;
    MaxResults?: number;
    ExcludeColumnSchema?: boolean;
    Segment?: { SegmentNumber?: number; TotalSegments?: number };
  },
  context: Context,
) {
  const table = readable(input, context, 'GetPartitions');
  const keys = (table.PartitionKeys ?? []).map((key) => ({ name: key.Name ?? '', type: key.Type ?? 'string' }));
  const matches = partitionMatcher(input.Expression, keys);
  const { SegmentNumber = 0, TotalSegments = 1 } = input.Segment ?? {};
  const all = catalog
    .partitions(context.cloud, table)
    .filter((partition) => matches(partition.Values))
    .filter((_partition, index) => index % TotalSegments === SegmentNumber);
  const { items, NextToken } = pageOf(all, input, 1000);
  const Partitions = items.map(input.ExcludeColumnSchema === true ? withoutColumns : shown(context, table));
  return { Partitions, ...(NextToken !== undefined && { NextToken }) };
}

/** A partition as the caller may see it: without the columns that it may not read. */
function shown({ cloud, caller }: Context, table: GlueTable): (partition: GluePartition) => GluePartition {
  return (partition) => {
    const { StorageDescriptor: storage } = partition;
    if (storage === undefined) return partition;
    return { ...partition, StorageDescriptor: narrowedStorage(cloud, caller, table, storage) };
  };
}

function withoutColumns(partition: GluePartition): GluePartition {
  if (partition.StorageDescriptor === undefined) return partition;
  const { Columns: _columns, ...StorageDescriptor } = partition.StorageDescriptor;
  return { ...partition, StorageDescriptor };
}

function atMost<T>(list: readonly T[] | undefined, most: number, member: string): readonly T[] {
  if ((list ?? []).length <= most) return list ?? [];
  throw invalidInput(
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must have length less than or equal to ${most}`,
  );
}

/** Does each of a batch; what fails is answered, and stops nothing else. */
function each<T>(list: readonly T[], valuesOf: (item: T) => readonly string[] | undefined, work: (item: T) => void) {
  return list.flatMap((item) => {
    try {
      work(item);
      return [];
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const ErrorDetail = { ErrorCode: error.code, ErrorMessage: error.message };
      return [{ PartitionValues: [...(valuesOf(item) ?? [])], ErrorDetail }];
    }
  });
}

function changed(context: Context, table: GlueTable, what: TableChange, values: readonly (readonly string[])[]): void {
  if (values.length === 0) return;
  const at = { catalogId: table.CatalogId, database: table.DatabaseName, tables: [table.Name] };
  tablesChanged(
    context,
    at,
    what,
    values.map((list) => `[${list.join(', ')}]`),
  );
}
