import type { Change, Condition } from '../record.ts';
import type { Suspendable } from '../suspension.ts';

/** A column as a product publishes it. Types are Glue/Athena types in Glue's own notation, e.g. `array<struct<a:int>>`. */
export interface ProductColumn {
  /** Lower-case: Glue folds names (AWS.md 2.2). */
  readonly name: string;
  readonly type: string;
  readonly description?: string;
  /** A level of the mesh's ladder, or undefined while nobody has classified it: then its table's default counts, and without one nobody sees it. */
  readonly classification?: string;
  readonly required?: boolean;
}

export type TableFormat = 'parquet' | 'csv' | 'json' | 'orc' | 'avro' | 'iceberg';

/** One table of a product: what the central catalog says, and where in the domain it comes from. */
export interface ProductTable {
  readonly name: string;
  readonly description?: string;
  readonly columns: readonly ProductColumn[];
  readonly partitionKeys: readonly ProductColumn[];
  /** `s3://bucket/prefix/`, always with the final slash. */
  readonly location: string;
  readonly format: TableFormat;
  /** CSV only; default `,`. */
  readonly delimiter?: string;
  /** CSV only: the first line of each file holds names. */
  readonly header?: boolean;
  /** CSV only: the character around values that hold a delimiter; absent: values are never quoted. */
  readonly quote?: string;
  /** The table in the domain's own Glue catalog that this one follows. */
  readonly source: { readonly database: string; readonly table: string };
  /** The classification that a column without one of its own gets, those that appear later included. */
  readonly defaultClassification?: string;
  /** Columns of the primary key, in its order. */
  readonly primaryKey?: readonly string[];
  /** What the contract promises of the data. */
  readonly quality?: readonly QualityRule[];
}

/** One quality rule of a contract, as far as two versions of it can be compared. */
export interface QualityRule {
  /** What is measured: the rule's name, else its metric, query or engine; with the column before it, e.g. `price: nullValues`. */
  readonly measure: string;
  /** ODCS's operators that were given, e.g. `{ mustBeLessThan: 10 }`. */
  readonly bounds: Readonly<Record<string, string | number | readonly number[]>>;
}

export type OutputPort = 'query' | 'event' | 'file';
export type ProductState = 'active' | 'deprecated' | 'retired';

/** A change of the domain's catalog that breaks the contract; the central copy stays until the owner publishes or undoes it. */
export interface Quarantine {
  readonly table: string;
  readonly at: string;
  /** One sentence for each thing that breaks. */
  readonly reasons: readonly string[];
}

/** One major version of a data product, as the registry keeps it: desired state above, status below. */
export interface ProductRecord extends Suspendable {
  readonly type: 'product';
  readonly domain: string;
  readonly name: string;
  readonly major: number;
  /** The contract's full version, e.g. `1.2.0`. */
  readonly version: string;
  readonly title?: string;
  readonly description: string;
  readonly owner: string;
  readonly contact?: string;
  readonly tags: readonly string[];
  readonly ports: readonly OutputPort[];
  /** The highest classification of any column, which decides who has to approve. */
  readonly classification: string;
  readonly state: ProductState;
  readonly tables: readonly ProductTable[];
  readonly sla?: Readonly<Record<string, string | number>>;
  readonly quarantine?: Quarantine;
  /** The fingerprint of the contract as it was published: publishing the same again changes nothing. */
  readonly contractDigest?: string;
  /** Counts changes of the desired state, of this product and of its subscriptions. */
  readonly generation: number;
  /** Counts every write, status included: the condition of optimistic locking. */
  readonly revision: number;
  readonly change: Change;
  readonly createdAt: string;
  readonly status: ProductStatus;
}

export interface ProductStatus {
  readonly conditions: readonly Condition[];
  /** When the first `Registered` came true. */
  readonly registeredAt?: string;
  /** From the accepted command to `Registered`, in milliseconds: the measure of success of a self-serve platform. */
  readonly timeToRegisterMs?: number;
}

/** `flight-operations/flights`. */
export function productId(product: { readonly domain: string; readonly name: string }): string {
  return `${product.domain}/${product.name}`;
}
