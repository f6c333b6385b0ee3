/** How bad it is when a rule is broken. */
export const SEVERITIES = ['error', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What is counted; ODCS's `type: sql` gives its own query. */
export type QualityCheck =
  | { readonly metric: 'rowCount' }
  | { readonly metric: 'nullValues' }
  /** `values` besides NULL. */
  | { readonly metric: 'missingValues'; readonly values: readonly string[] }
  /** What is neither one of `valid` nor fits `pattern`, of those that are given; NULL is never invalid. */
  | { readonly metric: 'invalidValues'; readonly valid?: readonly string[]; readonly pattern?: string }
  /** Rows beyond the first with the same values in all of the columns; a row with NULL in one of them repeats nothing. */
  | { readonly metric: 'duplicateValues'; readonly columns: readonly string[] }
  /** One SELECT whose first value is compared. */
  | { readonly metric: 'sql'; readonly query: string };

/** One quality rule of a contract. */
export interface QualityRule {
  /** What is measured: the rule's name, else its metric, query or engine; with the column before it, e.g. `price: nullValues`. Unique in its table. */
  readonly measure: string;
  /** ODCS's operators that were given, e.g. `{ mustBeLessThan: 10 }`. */
  readonly bounds: Readonly<Record<string, string | number | readonly number[]>>;
  /** Absent: nothing that Weft can run, e.g. a rule for another engine. */
  readonly check?: QualityCheck;
  /** The column that it stands at. */
  readonly column?: string;
  /** Default `error`. */
  readonly severity?: Severity;
  readonly dimension?: string;
  /** Default `rows`. */
  readonly unit?: 'rows' | 'percent';
  /** When it is measured besides when data comes, as cron says it; default once a day. */
  readonly schedule?: string;
}

/** The promises that a column can show: how old the newest data is, and how long it took to come. */
export const TIME_PROMISES = ['freshness', 'frequency', 'latency'] as const;

/** A promise of the contract (`slaProperties`) that is measured by a column: its `element`. */
export interface TimePromise {
  readonly property: (typeof TIME_PROMISES)[number];
  readonly column: string;
  /** As the contract has it, e.g. `4 h`. */
  readonly promised: string;
}
