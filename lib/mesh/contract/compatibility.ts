import type { ProductTable } from '../product/product.ts';

/** What a table looks like, without where it comes from. */
export type TableShape = Pick<ProductTable, 'columns' | 'partitionKeys' | 'location' | 'format'>;

/** One difference between two shapes of a table, judged. */
export interface SchemaChange {
  /** The stable name of the rule that judged it, e.g. `column-removed`. */
  readonly rule: string;
  readonly kind: 'added' | 'removed' | 'changed';
  readonly column?: string;
  readonly breaking: boolean;
  readonly message: string;
}

/** Every difference between the published table and another shape of it. */
export declare function compareTables(before: ProductTable, after: TableShape): SchemaChange[];
/** The published table with an additive change taken over; new columns get the table's `defaultClassification`. */
export declare function adopt(before: ProductTable, after: TableShape): ProductTable;
