/** What a rule looks at: reads of product data, or attempts that were denied. */
export const RULE_SOURCES = ['reads', 'denials'] as const;
export type RuleSource = (typeof RULE_SOURCES)[number];

export const SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What follows by itself: an alert, or an alert and the suspension of the subscriptions that were read through. */
export const RESPONSES = ['alert', 'suspend'] as const;
export type Response = (typeof RESPONSES)[number];

/** Whose facts are counted together: a role's, one session's of it, or those through one subscription. */
export const SUBJECTS = ['principal', 'session', 'subscription'] as const;
export type SubjectKind = (typeof SUBJECTS)[number];

/** What can be counted of reads; of denials it is `attempts` only. */
export const MEASURES = ['queries', 'bytes', 'columns', 'tables', 'products', 'attempts'] as const;
export type Measure = (typeof MEASURES)[number];

/** What a first use is of. */
export const FIRSTS = ['product', 'table', 'column'] as const;
export type First = (typeof FIRSTS)[number];

export const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Day = (typeof DAYS)[number];

/** Whom a rule is about; what is absent is about everybody. */
export interface Who {
  /** Consuming domains, by name. */
  readonly domains?: readonly string[];
  /** `analyst` and so on, as in the names of the mesh's roles. */
  readonly roles?: readonly string[];
  /** ARNs of roles, `*` for any text. */
  readonly principals?: readonly string[];
  /** ARNs that it is not about. */
  readonly except?: readonly string[];
}

/** Stands for the last level of whatever ladder the mesh has. */
export const HIGHEST = 'highest';

/** Which data a rule is about; what is absent is about all. */
export interface What {
  /** `<domain>/<product>`, `*` for any text. */
  readonly products?: readonly string[];
  readonly tables?: readonly string[];
  /** At least this level of the mesh's ladder, of some column that was read; `highest` is the ladder's last. */
  readonly classification?: string;
  /** Some column that was read tells something of a living person. */
  readonly personal?: true;
}

/** Hours of some days in one zone; `side` says whether a rule is about what is inside or outside. */
export interface When {
  readonly side: 'inside' | 'outside';
  /** Minutes since midnight; `to` at or before `from` is of the next day. */
  readonly from: number;
  readonly to: number;
  readonly days: readonly Day[];
  /** A zone of the IANA database. */
  readonly zone: string;
}

/** So much of something within so long, any of several. */
export interface Threshold {
  readonly withinMs: number;
  readonly least: Readonly<Partial<Record<Measure, number>>>;
}

/** Who, what and when to raise, and what follows. */
export interface AuditRule {
  readonly id: string;
  /** One sentence for people. */
  readonly message: string;
  readonly looksAt: RuleSource;
  readonly per: SubjectKind;
  readonly who: Who;
  readonly what: What;
  readonly when?: When;
  /** When it is raised: at a threshold, or when somebody uses something for the first time that the rule knows of. */
  readonly raise: Threshold | { readonly first: First };
  readonly severity: Severity;
  readonly response: Response;
}

/** How much of a query's text is kept with the trail: the text, its hash only, or neither. */
export const CAPTURES = ['text', 'hash', 'none'] as const;
export type Capture = (typeof CAPTURES)[number];

/** What is kept of the SQL that reads some products. */
export interface CaptureRule {
  readonly products: readonly string[];
  readonly sql: Capture;
}

/** An installation's audit rules. */
export interface AuditRules {
  readonly rules: readonly AuditRule[];
  readonly capture: readonly CaptureRule[];
}

/** A text as a pattern in which `*` stands for any text. */
export function matchesAny(patterns: readonly string[], text: string): boolean {
  return patterns.some((pattern) => {
    const escaped = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'));
    return new RegExp(`^${escaped.join('.*')}$`).test(text);
  });
}

/** True when a rule asks what the columns that were read are. */
export function asksForColumns({ what }: AuditRule): boolean {
  return what.classification !== undefined || what.personal === true;
}
