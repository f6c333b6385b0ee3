import type { Column, DatabaseInput, StorageDescriptor, TableInput } from '@aws-sdk/client-glue';
import { refuseOthers } from '../../core/members.ts';
import { IAM_ALLOWED } from '../lake-formation/principal.ts';
import { invalidInput, nameOf, requireLength } from './errors.ts';
import type { DefaultPermissions, GlueTableInput } from './types.ts';
import { viewDefinition } from './view-definition.ts';

const MEMBERS = new Set([
  ...['Name', 'Description', 'Owner', 'LastAccessTime', 'LastAnalyzedTime', 'Retention', 'StorageDescriptor'],
  ...[
    'PartitionKeys',
    'ViewOriginalText',
    'ViewExpandedText',
    'TableType',
    'Parameters',
    'TargetTable',
    'ViewDefinition',
  ],
]);

/** Either nothing, or everything to everybody whom IAM allows. @throws AwsError InvalidInputException */
export function defaultPermissions(
  given: DatabaseInput['CreateTableDefaultPermissions'],
): DefaultPermissions[] | undefined {
  return given?.map(({ Principal, Permissions }) => {
    const id = Principal?.DataLakePrincipalIdentifier;
    if (id !== IAM_ALLOWED || Permissions?.length !== 1 || Permissions[0] !== 'ALL') {
      throw invalidInput('CreateTableDefaultPermissions can only be empty or ALL for IAM_ALLOWED_PRINCIPALS');
    }
    return { Principal: { DataLakePrincipalIdentifier: id }, Permissions: ['ALL'] };
  });
}

/**
 * A table as given, checked against the service model's limits, names in lower case.
 * @throws AwsError InvalidInputException, or WeftLocalNotImplemented for a member that is not modelled
 */
export function tableInput(operation: string, given: TableInput | undefined): GlueTableInput {
  if (given === undefined) throw invalidInput('TableInput is required');
  refuseOthers('glue', operation, given, MEMBERS);
  const Name = nameOf(given.Name, 'tableInput.name');
  requireLength(given.Description, 'tableInput.description', 0, 2048);
  requireLength(given.StorageDescriptor?.Location, 'tableInput.storageDescriptor.location', 0, 2056);
  for (const [key, value] of Object.entries(given.Parameters ?? {})) {
    requireLength(key, 'tableInput.parameters.key', 1, 255);
    requireLength(value, 'tableInput.parameters.value', 0, 512_000);
  }
  const { TargetTable, LastAccessTime, LastAnalyzedTime, ...others } = given;
  const { StorageDescriptor: storage, PartitionKeys, ViewDefinition, ...rest } = others;
  if (TargetTable !== undefined) return linkInput(Name, given);
  const { Name: _name, ...plain } = rest;
  return {
    ...plain,
    Name,
    ...(storage !== undefined && { StorageDescriptor: storageDescriptor(storage) }),
    ...(PartitionKeys !== undefined && { PartitionKeys: columnsOf(PartitionKeys, 'tableInput.partitionKeys') }),
    ...(ViewDefinition !== undefined && {
      ViewDefinition: viewDefinition(operation, given),
      TableType: 'VIRTUAL_VIEW',
    }),
    ...(LastAccessTime !== undefined && { LastAccessTime: seconds(LastAccessTime) }),
    ...(LastAnalyzedTime !== undefined && { LastAnalyzedTime: seconds(LastAnalyzedTime) }),
  } as GlueTableInput;
}

/** A time from the wire, where it is epoch seconds. */
export function seconds(time: unknown): number {
  return typeof time === 'number' ? time : new Date(String(time)).getTime() / 1000;
}

/** @throws AwsError InvalidInputException */
function storageDescriptor(given: StorageDescriptor): StorageDescriptor {
  if (given.Columns === undefined) return given;
  return { ...given, Columns: columnsOf(given.Columns, 'tableInput.storageDescriptor.columns') };
}

function columnsOf(columns: readonly Column[], member: string): Column[] {
  const seen = new Set<string>();
  return columns.map((column) => {
    const Name = nameOf(column.Name, `${member}.name`);
    requireLength(column.Comment, `${member}.comment`, 0, 255);
    requireLength(column.Type, `${member}.type`, 0, 131_072);
    if (seen.has(Name)) throw invalidInput(`Duplicate column name: ${Name}`);
    seen.add(Name);
    return { ...column, Name };
  });
}

function linkInput(Name: string, given: TableInput): GlueTableInput {
  const target = given.TargetTable;
  if (target?.CatalogId === undefined || target.DatabaseName === undefined || target.Name === undefined) {
    throw invalidInput('TargetTable must have CatalogId, DatabaseName and Name');
  }
  const others = (
    ['StorageDescriptor', 'PartitionKeys', 'ViewOriginalText', 'TableType', 'ViewDefinition'] as const
  ).filter((member) => given[member] !== undefined);
  if (others.length > 0) throw invalidInput(`A resource link to a table cannot have ${others.join(', ')}`);
  const { CatalogId, Region } = target;
  return {
    Name,
    TargetTable: {
      CatalogId,
      DatabaseName: target.DatabaseName.toLowerCase(),
      Name: target.Name.toLowerCase(),
      ...(Region !== undefined && { Region }),
    },
  };
}
