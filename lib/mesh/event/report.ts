import type { Announcement, DisposalNote, Obstacle } from '../retention/status.ts';
import type { ShareReport } from '../subscription/subscription.ts';

/** A column as a domain's own Glue catalog has it. */
export interface CatalogColumn {
  readonly name: string;
  readonly type: string;
  readonly description?: string;
}

/** A table of a domain's own Glue catalog, as `catalog-watch` reads it. */
export interface CatalogSchema {
  readonly columns: readonly CatalogColumn[];
  readonly partitionKeys: readonly CatalogColumn[];
  readonly location: string;
  /** A `TableFormat`, or another text when the table's SerDe is none of ours. */
  readonly format: string;
  readonly versionId?: string;
}

/** A domain says that a table of its own catalog changed. */
export interface CatalogChanged {
  readonly type: 'CatalogChanged';
  /** The event's id: the correlation of what follows from it. */
  readonly id: string;
  readonly time: string;
  /** The domain that reports, from the event's `source`. */
  readonly from: string;
  readonly change: 'CreateTable' | 'UpdateTable' | 'DeleteTable';
  readonly database: string;
  readonly table: string;
  readonly schema?: CatalogSchema;
}

/** A domain's agent says what became of a share intent. */
export interface ShareReported {
  readonly type: 'ShareApplied' | 'ShareFailed';
  readonly id: string;
  readonly time: string;
  readonly from: string;
  readonly product: string;
  readonly domain: string;
  readonly major: number;
  readonly consumer: string;
  readonly report: ShareReport;
}

/** A domain says what will go of a product's data, what went, and what stands in the way. */
export interface DisposalReported {
  readonly type: 'DisposalForeseen' | 'DataRemoved' | 'DisposalHindered';
  readonly id: string;
  readonly time: string;
  /** The domain in whose account the data is: the owner, or one that has copies. */
  readonly from: string;
  readonly domain: string;
  readonly product: string;
  readonly major: number;
  /** `DisposalForeseen`: when it goes is the mesh's word. */
  readonly announcement?: Omit<Announcement, 'at' | 'goesAt'>;
  /** `DataRemoved` */
  readonly disposal?: Omit<DisposalNote, 'by'>;
  /** `DisposalHindered`; without reasons: nothing stands in the way any more. */
  readonly obstacle?: Omit<Obstacle, 'by' | 'at'>;
}

/** What a domain says of a version of a product of its own. */
export interface OwnReport {
  readonly id: string;
  readonly time: string;
  readonly from: string;
  readonly domain: string;
  readonly product: string;
  readonly major: number;
}

/** A domain's pipeline says that new data is in a table of a product. */
export interface DataDelivered extends OwnReport {
  readonly type: 'DataDelivered';
  readonly table: string;
  /** ISO 8601 in UTC: when the data was there to be queried. */
  readonly at: string;
  /** The run of the pipeline; what is measured of this data, and its lineage, carry the same. */
  readonly run: string;
  readonly rows?: number;
  readonly bytes?: number;
}

/** The outcome of one quality rule of a contract. */
export interface RuleResult {
  /** As `QualityRule.measure` has it. */
  readonly rule: string;
  readonly table: string;
  readonly column?: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly dimension?: string;
  readonly ok: boolean;
  /** What was measured; absent when it could not be, which `error` explains. */
  readonly value?: number;
  /** What the contract asks for, for people, e.g. `mustBeLessThan 10`. */
  readonly expected: string;
  readonly error?: string;
}

/** What was measured of one promise of the contract (`slaProperties`). */
export interface PromiseResult {
  readonly property: string;
  readonly table?: string;
  readonly ok: boolean;
  readonly value?: number;
  /** Of `value`, e.g. `h`, `percent`. */
  readonly unit?: string;
  /** As the contract has it, e.g. `1 d`. */
  readonly promised: string;
  readonly error?: string;
}

/** A domain says how good the data of a product is. */
export interface QualityMeasured extends OwnReport {
  readonly type: 'QualityMeasured';
  /** The run whose data was measured; absent for a measurement on schedule. */
  readonly run?: string;
  readonly at: string;
  readonly results: readonly RuleResult[];
  readonly promises: readonly PromiseResult[];
}

/** A domain says what a table of a product was made of. */
export interface LineageReported extends OwnReport {
  readonly type: 'LineageReported';
  readonly table: string;
  readonly run: string;
  /** An OpenLineage run event. */
  readonly event: Readonly<Record<string, unknown>>;
}

export type DomainReport =
  | CatalogChanged
  | ShareReported
  | DisposalReported
  | DataDelivered
  | QualityMeasured
  | LineageReported;
