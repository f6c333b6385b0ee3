import type { CatalogSchema } from '../event/report.ts';
import type { ProductRecord, ProductTable } from '../product/product.ts';

export interface GlueColumnLike {
  readonly Name: string;
  readonly Type: string;
  readonly Comment?: string;
  readonly Parameters?: Readonly<Record<string, string>>;
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
}

/** A table as `glue:GetTable` answers: members may be missing. */
export interface GlueTableLike {
  readonly Name?: string;
  readonly Parameters?: Readonly<Record<string, string>>;
  readonly PartitionKeys?: readonly { readonly Name?: string; readonly Type?: string; readonly Comment?: string }[];
  readonly VersionId?: string;
  readonly StorageDescriptor?: {
    readonly Columns?: readonly { readonly Name?: string; readonly Type?: string; readonly Comment?: string }[];
    readonly Location?: string;
    readonly SerdeInfo?: { readonly SerializationLibrary?: string };
  };
}

/** The central catalog's table for one table of a product. */
export declare function toTableInput(
  product: Pick<ProductRecord, 'domain' | 'name' | 'major' | 'version'>,
  table: ProductTable,
): TableInputLike;
/** What `catalog-watch` reports of a table that it read. */
export declare function toCatalogSchema(table: GlueTableLike): CatalogSchema;
/** A domain's report in a product's terms; `format` is undefined when the SerDe is none of ours. */
export declare function fromCatalogReport(
  schema: CatalogSchema,
): Pick<ProductTable, 'columns' | 'partitionKeys' | 'location' | 'format'>;
/** True when both say the same of everything that Weft writes; what AWS adds is ignored. */
export declare function sameTable(a: TableInputLike, b: TableInputLike): boolean;
