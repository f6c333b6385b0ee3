import { emitEvent, type ServiceEvent } from '../../core/emit.ts';
import type { Context } from '../../core/service.ts';

/** What changed, as the `typeOfChange` of Glue's events names it. */
export type DatabaseChange = 'CreateDatabase' | 'UpdateDatabase' | 'DeleteDatabase';

export type TableChange =
  | 'CreateTable'
  | 'UpdateTable'
  | 'DeleteTable'
  | 'BatchDeleteTable'
  | 'CreatePartition'
  | 'BatchCreatePartition'
  | 'UpdatePartition'
  | 'BatchUpdatePartition'
  | 'DeletePartition'
  | 'BatchDeletePartition';

/** Tells the default bus of the catalog's account that a database came, changed or went. */
export function databaseChanged(context: Context, catalogId: string, database: string, typeOfChange: DatabaseChange) {
  emit(context, catalogId, {
    detailType: 'Glue Data Catalog Database State Change',
    detail: { databaseName: database, typeOfChange, changedTables: [] },
    resources: [`arn:aws:glue:${context.region}:${catalogId}:database/${database}`],
  });
}

/** Tells the default bus of the catalog's account about tables of a database: which came or went, or which one changed. */
export function tablesChanged(
  context: Context,
  at: { catalogId: string; database: string; tables: readonly string[] },
  typeOfChange: TableChange,
  changedPartitions: readonly string[] = [],
) {
  const { catalogId, database, tables } = at;
  if (tables.length === 0) return;
  if (/^(CreateTable|DeleteTable|BatchDeleteTable)$/.test(typeOfChange)) {
    emit(context, catalogId, {
      detailType: 'Glue Data Catalog Database State Change',
      detail: { databaseName: database, typeOfChange, changedTables: [...tables] },
      resources: tables.map((table) => `arn:aws:glue:${context.region}:${catalogId}:table/${database}/${table}`),
    });
    return;
  }
  const [tableName = ''] = tables;
  emit(context, catalogId, {
    detailType: 'Glue Data Catalog Table State Change',
    detail: { databaseName: database, tableName, typeOfChange, changedPartitions: [...changedPartitions] },
    resources: [`arn:aws:glue:${context.region}:${catalogId}:table/${database}/${tableName}`],
  });
}

function emit(context: Context, catalogId: string, event: Omit<ServiceEvent, 'source'>): void {
  emitEvent(context.cloud, catalogId, context.region, { source: 'aws.glue', ...event });
}
