import { type GlueTableLike, sameTable, type TableInputLike, toTableInput } from '#mesh/contract/glue-table.ts';
import type { PipelineDeps } from './deps.ts';
import type { RunRecord } from './run-record.ts';
import type { Work } from './run-step.ts';

/** Where below a table's location the files of one attempt go. */
export function snapshotOf({ run, attempt, startedAt }: Pick<RunRecord, 'run' | 'attempt' | 'startedAt'>): string {
  return `snapshot=${startedAt.replace(/\.\d+/, '').replaceAll(/[-:]/g, '')}-${run}-${attempt}/`;
}

/** Readers whose catalog stands still, as in quarantine, and queries that take long go on reading what was replaced for so long, in milliseconds. */
const KEPT = 30 * 24 * 3_600_000;

/** When the snapshot that an object belongs to was begun; undefined where its name does not tell. */
function begunAt(key: string): number | undefined {
  const [, day = '', time = ''] = /\/snapshot=(\d{8})T(\d{6})Z-/.exec(key) ?? [];
  if (day === '') return undefined;
  const date = day.replace(/^(\d{4})(\d\d)/, '$1-$2-');
  return Date.parse(`${date}T${time.replace(/^(\d\d)(\d\d)/, '$1:$2:')}Z`);
}

/**
 * Makes the domain's table as the contract says, or brings it in step with it; where its files are stays what it was. The pipeline makes the tables and not
 * CloudFormation, which would put the location back at each change of a contract.
 */
export async function ensureTable(
  work: Pick<Work, 'product' | 'table' | 'database'>,
  deps: Pick<PipelineDeps, 'tables'>,
) {
  const { product, table, database } = work;
  const found = await deps.tables.table(database, table.name);
  if (found === undefined) {
    await deps.tables.create(database, toTableInput(product, table));
    return;
  }
  const wanted = asFound(toTableInput(product, table), found, found.StorageDescriptor?.Location ?? table.location);
  if (!sameTable(wanted, inputOf(found))) await deps.tables.update(database, wanted, found.VersionId);
}

/** Has the table read the files of a snapshot: one write, before which everybody reads the former, after which everybody reads this one. */
export async function moveTable(
  { product, table, database }: Work,
  snapshot: string,
  deps: PipelineDeps,
): Promise<void> {
  const found = await deps.tables.table(database, table.name);
  const location = `${table.location}${snapshot}`;
  if (found?.StorageDescriptor?.Location === location) return;
  const plain = toTableInput(product, table);
  const wanted = asFound(plain, found ?? {}, location);
  if (found === undefined) await deps.tables.create(database, wanted);
  else await deps.tables.update(database, wanted, found.VersionId);
}

/** Takes away the files of snapshots that were replaced a month ago; the one that is read and the one before it stay, however old. */
export async function tidySnapshots({ table, database }: Work, deps: PipelineDeps): Promise<void> {
  const found = await deps.tables.table(database, table.name);
  const current = found?.StorageDescriptor?.Location ?? '';
  const former = found?.Parameters?.[FORMER] ?? '';
  const { hostname: bucket, pathname } = new URL(table.location);
  const prefix = `${pathname.slice(1)}snapshot=`;
  for (const key of await deps.keys(bucket, prefix)) {
    if (deps.now().getTime() - (begunAt(key) ?? 0) < KEPT) continue;
    const at = `s3://${bucket}/${key}`;
    if (!at.startsWith(current) && (former === '' || !at.startsWith(former))) await deps.objects.remove(bucket, key);
  }
}

/** Where the files were before the last move. */
const FORMER = 'weft.former';

/** The table as it shall be, with what others wrote into its parameters. */
function asFound(wanted: TableInputLike, found: GlueTableLike, location: string): TableInputLike {
  const before = found.StorageDescriptor?.Location;
  const moved: Record<string, string> = before !== undefined && before !== location ? { [FORMER]: before } : {};
  return {
    ...wanted,
    Parameters: { ...kept(found.Parameters), ...wanted.Parameters, ...moved },
    StorageDescriptor: { ...wanted.StorageDescriptor, Location: location },
  };
}

/** What a contract may take back is not kept. */
function kept(parameters: GlueTableLike['Parameters'] = {}): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).filter(([key]) => !key.startsWith('projection.')));
}

function inputOf(table: GlueTableLike): TableInputLike {
  const { Name = '', Description, Parameters = {}, PartitionKeys = [], StorageDescriptor = {} } = table;
  return {
    Name,
    Description,
    TableType: 'EXTERNAL_TABLE',
    Parameters,
    PartitionKeys: PartitionKeys.map(columnOf),
    StorageDescriptor: {
      ...StorageDescriptor,
      Columns: (StorageDescriptor.Columns ?? []).map(columnOf),
      Location: StorageDescriptor.Location ?? '',
      SerdeInfo: {
        SerializationLibrary: StorageDescriptor.SerdeInfo?.SerializationLibrary ?? '',
        Parameters: StorageDescriptor.SerdeInfo?.Parameters,
      },
    },
  };
}

function columnOf({ Name = '', Type = '', Comment }: { Name?: string; Type?: string; Comment?: string }) {
  return { Name, Type, ...(Comment === undefined ? {} : { Comment }) };
}
