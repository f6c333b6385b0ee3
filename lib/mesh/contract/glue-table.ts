import type { CatalogColumn, CatalogSchema } from '../event/report.ts';
import type { ProductColumn, ProductRecord, ProductTable } from '../product/product.ts';
import type { TableShape } from './compatibility.ts';
import { parseGlueType, printGlueType, sameType } from './glue-type.ts';
import { isProjectionParameter, projectionParameters } from './projection.ts';
import { formatOf, serdeOf } from './serde.ts';

interface GlueColumnLike {
  readonly Name: string;
  readonly Type: string;
  readonly Comment?: string;
}

/** A plain object in the shape of Glue's `TableInput`, as far as Weft writes it. */
export interface TableInputLike {
  readonly Name: string;
  readonly Description?: string;
  readonly TableType: string;
  readonly Parameters: Readonly<Record<string, string>>;
  readonly PartitionKeys: readonly GlueColumnLike[];
  readonly StorageDescriptor: {
    readonly Columns: readonly GlueColumnLike[];
    readonly Location: string;
    readonly InputFormat?: string;
    readonly OutputFormat?: string;
    readonly SerdeInfo?: {
      readonly SerializationLibrary: string;
      readonly Parameters?: Readonly<Record<string, string>>;
    };
  };
  /** Of a view; `Location` is empty then. */
  readonly ViewDefinition?: ViewDefinitionLike;
}

/** A view in the Data Catalog: whoever may read it reads its base tables as the definer. */
export interface ViewDefinitionLike {
  readonly Definer: string;
  readonly IsProtected: boolean;
  /** ARNs of the tables that it reads. */
  readonly SubObjects: readonly string[];
  readonly Representations: readonly {
    readonly Dialect: string;
    readonly DialectVersion?: string;
    readonly ViewOriginalText: string;
    readonly ValidationConnection?: string;
    /** Only where it was read: Glue asks for it to be written again. */
    readonly IsStale?: boolean;
  }[];
}

/** A column as `glue:GetTable` answers. */
interface GlueColumnRead {
  readonly Name?: string;
  readonly Type?: string;
  readonly Comment?: string;
}

/** A table as `glue:GetTable` answers: members may be missing. */
export interface GlueTableLike {
  readonly Name?: string;
  readonly Description?: string;
  readonly Parameters?: Readonly<Record<string, string>>;
  readonly PartitionKeys?: readonly GlueColumnRead[];
  readonly VersionId?: string;
  readonly StorageDescriptor?: {
    readonly Columns?: readonly GlueColumnRead[];
    readonly Location?: string;
    readonly SerdeInfo?: {
      readonly SerializationLibrary?: string;
      readonly Parameters?: Readonly<Record<string, string>>;
    };
  };
}

/** Glue's limits, in characters. */
const MAX_DESCRIPTION = 2048;
const MAX_COMMENT = 255;

/** The central catalog's table for one table of a product. `PartitionKeys` is always there: Athena needs it even when it is empty. */
export function toTableInput(
  product: Pick<ProductRecord, 'domain' | 'name' | 'major' | 'version'>,
  table: ProductTable,
): TableInputLike {
  return {
    Name: table.name.toLowerCase(),
    ...(table.description === undefined ? {} : { Description: table.description.slice(0, MAX_DESCRIPTION) }),
    TableType: 'EXTERNAL_TABLE',
    Parameters: {
      EXTERNAL: 'TRUE',
      classification: table.format,
      'weft.product': `${product.domain}/${product.name}`,
      'weft.version': product.version,
      ...(table.format === 'csv' && table.header === true ? { 'skip.header.line.count': '1' } : {}),
      ...projectionParameters(table.partitionKeys),
    },
    PartitionKeys: table.partitionKeys.map(toGlueColumn),
    StorageDescriptor: {
      Columns: table.columns.map(toGlueColumn),
      Location: `${table.location}${table.snapshot ?? ''}`,
      ...serdeOf(table),
    },
  };
}

function toGlueColumn(column: ProductColumn): GlueColumnLike {
  return {
    Name: column.name.toLowerCase(),
    Type: column.type,
    ...(column.description === undefined ? {} : { Comment: column.description.slice(0, MAX_COMMENT) }),
  };
}

/** What `catalog-watch` reports of a table that it read. */
export function toCatalogSchema(table: GlueTableLike): CatalogSchema {
  const storage = table.StorageDescriptor;
  const library = storage?.SerdeInfo?.SerializationLibrary ?? '';
  const iceberg = table.Parameters?.table_type?.toUpperCase() === 'ICEBERG';
  return {
    columns: (storage?.Columns ?? []).map(toCatalogColumn),
    partitionKeys: (table.PartitionKeys ?? []).map(toCatalogColumn),
    location: storage?.Location ?? '',
    format: iceberg ? 'iceberg' : (formatOf(library) ?? library),
    ...(table.VersionId === undefined ? {} : { versionId: table.VersionId }),
  };
}

function toCatalogColumn({ Name = '', Type = '', Comment }: GlueColumnRead): CatalogColumn {
  return { name: Name, type: Type, ...(Comment === undefined ? {} : { description: Comment }) };
}

/** Where a pipeline that replaces a table as a whole puts its files, below the table's location. */
const SNAPSHOT = /snapshot=[\w-]+\/$/;

/** A domain's report in a product's terms: names in lower case, types in Glue's own notation, the location with its final slash. */
export function fromCatalogReport(schema: CatalogSchema): TableShape {
  const whole = schema.location.endsWith('/') ? schema.location : `${schema.location}/`;
  const snapshot = SNAPSHOT.exec(whole)?.[0] ?? '';
  return {
    columns: schema.columns.map(fromCatalogColumn),
    partitionKeys: schema.partitionKeys.map(fromCatalogColumn),
    location: whole.slice(0, whole.length - snapshot.length),
    snapshot,
    format: schema.format,
  };
}

function fromCatalogColumn({ name, type, description }: CatalogColumn): ProductColumn {
  const parsed = parseGlueType(type);
  return {
    name: name.toLowerCase(),
    type: parsed === undefined ? type : printGlueType(parsed),
    ...(description === undefined ? {} : { description }),
  };
}

/** Table parameters that Weft writes; every other belongs to AWS or to somebody else. */
const OWN_PARAMETERS = ['EXTERNAL', 'classification', 'weft.product', 'weft.version', 'skip.header.line.count'];

function ownParameters(a: TableInputLike, b: TableInputLike): string[] {
  const projected = Object.keys({ ...a.Parameters, ...b.Parameters }).filter(isProjectionParameter);
  return [...OWN_PARAMETERS, ...projected];
}

/** True when both say the same of everything that Weft writes; what AWS adds is ignored. */
export function sameTable(a: TableInputLike, b: TableInputLike): boolean {
  const left = a.StorageDescriptor;
  const right = b.StorageDescriptor;
  return (
    a.Name === b.Name &&
    (a.Description ?? '') === (b.Description ?? '') &&
    a.TableType === b.TableType &&
    ownParameters(a, b).every((key) => a.Parameters[key] === b.Parameters[key]) &&
    sameColumns(a.PartitionKeys, b.PartitionKeys) &&
    sameColumns(left.Columns, right.Columns) &&
    left.Location === right.Location &&
    left.InputFormat === right.InputFormat &&
    left.OutputFormat === right.OutputFormat &&
    left.SerdeInfo?.SerializationLibrary === right.SerdeInfo?.SerializationLibrary &&
    sameParameters(left.SerdeInfo?.Parameters, right.SerdeInfo?.Parameters) &&
    sameView(a.ViewDefinition, b.ViewDefinition)
  );
}

/** True when both are the same view, or none is one; the connection that validated a text is no part of it. */
export function sameView(a: ViewDefinitionLike | undefined, b: ViewDefinitionLike | undefined): boolean {
  const essence = (view: ViewDefinitionLike) =>
    JSON.stringify([
      view.Definer,
      view.IsProtected,
      view.SubObjects,
      view.Representations.map((one) => [one.Dialect, one.ViewOriginalText, one.IsStale === true]),
    ]);
  return a === undefined || b === undefined ? a === b : essence(a) === essence(b);
}

function sameColumns(a: readonly GlueColumnLike[] = [], b: readonly GlueColumnLike[] = []): boolean {
  return (
    a.length === b.length &&
    a.every((column, index) => {
      const other = b[index] as GlueColumnLike;
      return (
        column.Name === other.Name &&
        sameType(column.Type, other.Type) &&
        (column.Comment ?? '') === (other.Comment ?? '')
      );
    })
  );
}

function sameParameters(a: Readonly<Record<string, string>> = {}, b: Readonly<Record<string, string>> = {}): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
