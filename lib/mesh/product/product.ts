import type { Held } from '../access/held.ts';
import type { DriftEntry } from '../drift/finding.ts';
import type { Standing } from '../entitlement/entitlement.ts';
import type { Change, Condition } from '../record.ts';
import type { Holdable } from '../retention/hold.ts';
import type { RetentionStatus } from '../retention/status.ts';
import type { Suspendable } from '../suspension.ts';
import type { Deprecation, ProductState, Retirement } from './life.ts';
import type { Kpi, Quality, Rollback, Rollout } from './trust.ts';

/** A column as a product publishes it. Types are Glue/Athena types in Glue's own notation, e.g. `array<struct<a:int>>`. */
export interface ProductColumn {
  /** Lower-case: Glue folds names. */
  readonly name: string;
  readonly type: string;
  readonly description?: string;
  /** A level of the mesh's ladder, or undefined while nobody has classified it: then its table's default counts, and without one nobody sees it. */
  readonly classification?: string;
  readonly required?: boolean;
  /** It tells something of a living person: `weft.personal: true`, or a tag `pii` or `personal`. */
  readonly personal?: boolean;
  /** Unit of a number, e.g. `minutes`: `weft.unit`. */
  readonly unit?: string;
  /** What kind of thing its values are, e.g. `iata-airport-code`: `weft.semantics`, or an authoritative definition's address. */
  readonly semantics?: string;
  /** What it is made of, as the contract names it: `transformSourceObjects`. */
  readonly madeFrom?: readonly string[];
  /** Of a view: what the column shows. */
  readonly shows?: ShownColumn;
  /** Of a partition key: the values that it may have, from which Athena tells where its partitions are: `weft.projection`. */
  readonly projection?: PartitionProjection;
}

/** The values that a partition key may have: times of a format from one on, whole numbers between two, some texts, or whatever a query asks for. */
export type PartitionProjection =
  | { readonly type: 'date'; readonly from: string; readonly format: string }
  | { readonly type: 'integer'; readonly from: number; readonly to: number }
  | { readonly type: 'enum'; readonly values: readonly string[] }
  | { readonly type: 'injected' };

/**
 * How a column of a view shows a column of its base table: as it is, as nothing, its last characters only, or as a keyed hash that tells
 * equal values from different ones.
 */
export type Mask = 'clear' | 'null' | 'partial' | 'hash';

/** What a column of a view is made of. */
export interface ShownColumn {
  /** Name of the base table's column. */
  readonly column: string;
  readonly mask: Mask;
  /** Of `partial`: how many of the last characters are shown at most. */
  readonly keep?: number;
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
  /** `snapshot=<run>/`: where below the location the files are, once a pipeline has replaced them as a whole. */
  readonly snapshot?: string;
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
  /** The contract says what it is made of: `transformSourceObjects`, `transformLogic` or `transformDescription` on a column, or `weft.derivedFrom`. */
  readonly derived?: boolean;
  /** Products of the mesh that it is made of, `<domain>/<product>`, as far as the contract names them there. */
  readonly madeOf?: readonly string[];
  /** What the contract names in `weft.derivedFrom`, products or not. */
  readonly madeFrom?: readonly string[];
  /** The contract says that it holds no rows of what it is made of, only aggregates: `weft.aggregated: true`. */
  readonly aggregated?: boolean;
  /** The column that the contract counts its retention by, and how long it keeps this table: `element` of the slaProperty `retention`. */
  readonly agesBy?: string;
  readonly keptFor?: string;
  /** What the contract promises of the data. */
  readonly quality?: readonly QualityRule[];
  /** Set: the table is a view of another one of the product, and has no files of its own (`location` is empty, `format` and `source` are its base's). */
  readonly view?: ViewOf;
  /** True: no subscriber ever sees it, only views of the product read it. */
  readonly internal?: boolean;
}

/** What a view reads. */
export interface ViewOf {
  /** Name of its base table. */
  readonly table: string;
  /** Which key hashes it: views of one product with the same name here give the same hash for the same value. */
  readonly maskKey: string;
}

/** One quality rule of a contract, as far as two versions of it can be compared. */
export interface QualityRule {
  /** What is measured: the rule's name, else its metric, query or engine; with the column before it, e.g. `price: nullValues`. */
  readonly measure: string;
  /** ODCS's operators that were given, e.g. `{ mustBeLessThan: 10 }`. */
  readonly bounds: Readonly<Record<string, string | number | readonly number[]>>;
}

export type OutputPort = 'query' | 'event' | 'file';
export type { ProductState } from './life.ts';

/** A change of the domain's catalog that breaks the contract; the central copy stays until the owner publishes or undoes it. */
export interface Quarantine {
  readonly table: string;
  readonly at: string;
  /** One sentence for each thing that breaks. */
  readonly reasons: readonly string[];
}

/** One major version of a data product, as the registry keeps it: desired state above, status below. */
export interface ProductRecord extends Suspendable, Holdable {
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
  /** Set while the version is deprecated. */
  readonly deprecation?: Deprecation;
  /** Set once it is retired. */
  readonly retirement?: Retirement;
  /** On the older version: a newer one that some of its subscriptions follow first. */
  readonly rollout?: Rollout;
  readonly tables: readonly ProductTable[];
  readonly sla?: Readonly<Record<string, string | number>>;
  /** What the owner measures the product by, from the contract. */
  readonly kpis?: readonly Kpi[];
  readonly quarantine?: Quarantine;
  /** The fingerprint of the contract as it was published: publishing the same again changes nothing. */
  readonly contractDigest?: string;
  /** The standing entitlements that cover it; absent when there are none. */
  readonly entitlements?: readonly Standing[];
  /** Counts changes of the desired state, of this product and of its subscriptions. */
  readonly generation: number;
  /** Counts every write, status included: the condition of optimistic locking. */
  readonly revision: number;
  readonly change: Change;
  readonly createdAt: string;
  /** The last time that somebody asked for a look at what was changed past the mesh; `mend`: and to put it right. */
  readonly lookAsked?: { readonly by: string; readonly at: string; readonly mend: boolean };
  readonly status: ProductStatus;
}

export interface ProductStatus {
  readonly conditions: readonly Condition[];
  /** When the first `Registered` came true. */
  readonly registeredAt?: string;
  /** From the accepted command to `Registered`, in milliseconds: the measure of success of a self-serve platform. */
  readonly timeToRegisterMs?: number;
  /** The LF-Tags that were last read back on its database and columns, as one text; from then on they are kept in step. */
  readonly tagged?: string;
  /** How many grants to other accounts its last reconcile wanted in the governance account. */
  readonly accountGrants?: number;
  /** What others than its consumers were last found to hold in the governance account: the definer of its views, and strangers. */
  readonly held?: Held;
  /** When the read-back showed that nothing of a retired version is left in the central catalog. */
  readonly removedAt?: string;
  /** What the owner last said of the quality of the data. */
  readonly quality?: Quality;
  /** ISO 8601, by table: the newest data that the owning domain has reported. */
  readonly delivered?: Readonly<Record<string, string>>;
  /** The last rollout from this version that was taken back. */
  readonly rollback?: Rollback;
  /** What was changed in the governance account past the mesh: what is open, worst first, then what was mended lately. */
  readonly drift?: readonly DriftEntry[];
  /** The fingerprint of what the last reconcile left in the governance account: what differs from it since is somebody else's doing. */
  readonly left?: string;
  /** ISO 8601: when every table of it was last looked at. */
  readonly auditedAt?: string;
  /** What of its data was announced to go, what went, and what stands in the way. */
  readonly retention?: RetentionStatus;
}

/** `flight-operations/flights`. */
export function productId(product: { readonly domain: string; readonly name: string }): string {
  return `${product.domain}/${product.name}`;
}
