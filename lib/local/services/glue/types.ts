import type { Column, StorageDescriptor } from '@aws-sdk/client-glue';

/** What Glue knows of a principal's default rights on what is created. */
export interface DefaultPermissions {
  readonly Principal: { readonly DataLakePrincipalIdentifier: string };
  readonly Permissions: readonly string[];
}

/** A database as Glue answers it; times are epoch seconds, names lower-case. */
export interface GlueDatabase {
  readonly Name: string;
  readonly CatalogId: string;
  readonly Description?: string;
  readonly LocationUri?: string;
  readonly Parameters?: Readonly<Record<string, string>>;
  readonly CreateTime: number;
  readonly CreateTableDefaultPermissions?: readonly DefaultPermissions[];
  /** Set: this is a resource link to that database. */
  readonly TargetDatabase?: { readonly CatalogId: string; readonly DatabaseName: string; readonly Region?: string };
}

/** What a caller gives for a table. */
export interface GlueTableInput {
  readonly Name: string;
  readonly Description?: string;
  readonly Owner?: string;
  readonly LastAccessTime?: number;
  readonly LastAnalyzedTime?: number;
  readonly Retention?: number;
  readonly StorageDescriptor?: StorageDescriptor;
  readonly PartitionKeys?: readonly Column[];
  readonly ViewOriginalText?: string;
  readonly ViewExpandedText?: string;
  readonly TableType?: string;
  readonly Parameters?: Readonly<Record<string, string>>;
  /** Set: this is a view that is read as its definer. */
  readonly ViewDefinition?: GlueViewDefinition;
  /** Set: this is a resource link to that table. */
  readonly TargetTable?: {
    readonly CatalogId: string;
    readonly DatabaseName: string;
    readonly Name: string;
    readonly Region?: string;
  };
}

/** A view as Glue keeps it: one text, Athena's. */
export interface GlueViewDefinition {
  /** ARN of the role as which the tables below are read. */
  readonly Definer: string;
  readonly IsProtected?: boolean;
  /** ARNs of the tables that it reads. */
  readonly SubObjects: readonly string[];
  readonly Representations: readonly {
    readonly Dialect: string;
    readonly DialectVersion?: string;
    readonly ViewOriginalText: string;
    readonly ViewExpandedText: string;
    readonly ValidationConnection?: string;
    readonly IsStale: boolean;
  }[];
}

/** How the last change of a view went. */
export interface GlueTableStatus {
  readonly Action: 'CREATE' | 'UPDATE';
  readonly State: 'SUCCESS' | 'FAILED';
  readonly RequestedBy: string;
  readonly UpdatedBy: string;
  readonly RequestTime: number;
  readonly UpdateTime: number;
  readonly Error?: { readonly ErrorCode: string; readonly ErrorMessage: string };
}

/** A table as Glue answers it; times are epoch seconds, names lower-case. */
export interface GlueTable extends GlueTableInput {
  readonly DatabaseName: string;
  readonly CatalogId: string;
  readonly CreateTime: number;
  readonly UpdateTime: number;
  readonly CreatedBy: string;
  readonly IsRegisteredWithLakeFormation: boolean;
  readonly VersionId: string;
  readonly IsMultiDialectView?: boolean;
  /** Of a view only. */
  readonly Status?: GlueTableStatus;
}

/** A partition as Glue answers it; times are epoch seconds. */
export interface GluePartition {
  readonly Values: readonly string[];
  readonly DatabaseName: string;
  readonly TableName: string;
  readonly CatalogId: string;
  readonly CreationTime: number;
  readonly LastAccessTime?: number;
  readonly LastAnalyzedTime?: number;
  readonly StorageDescriptor?: StorageDescriptor;
  readonly Parameters?: Readonly<Record<string, string>>;
}

/** The table's columns in order, partition keys last, names lower-case. */
export function columnNames(table: GlueTable): string[] {
  const columns = [...(table.StorageDescriptor?.Columns ?? []), ...(table.PartitionKeys ?? [])];
  return columns.map((column) => (column.Name ?? '').toLowerCase());
}
