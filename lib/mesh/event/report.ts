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

export type DomainReport = CatalogChanged | ShareReported | DisposalReported;
