import { literal } from '../../sql/literal.ts';
/** What a finding is asked of: SQL expressions, so that the same text can be asked for any moment and be saved for the present one. */
export interface Asked {
  /** The Glue database of the audit account, e.g. `aviation_audit`. */
  readonly database: string;
  readonly mesh: string;
  readonly governanceAccount: string;
  /** SQL of the moment as ISO 8601 in UTC: what came later is left out. */
  readonly now: string;
  /** SQL of the moment {@link LOOK_BACK_DAYS} before it. */
  readonly since: string;
}

/** How far back use is looked for, and for how long a change is told. */
export const LOOK_BACK_DAYS = 90;

/** `high`: somebody may see what they must not, or the trail may lack something; `medium`: a duty is not met; `low`: something to tidy up. */
export type FindingSeverity = 'high' | 'medium' | 'low';

/** One thing that a compliance officer looks for, as a query over the audit tables. */
export interface Finding {
  /** kebab-case; the name of the saved query and of the command's argument. */
  readonly id: string;
  readonly title: string;
  /** Why it matters, in one sentence for whoever has to act. */
  readonly why: string;
  readonly severity: FindingSeverity;
  /** Athena's SQL; its columns are those of {@link FINDING_COLUMNS}, in that order. */
  readonly sql: (asked: Asked) => string;
}

/** What every finding answers: what it is about, who is behind it, since when, what is wrong, and the id of the entry or event that shows it. */
export const FINDING_COLUMNS = ['subject', 'who', 'since', 'detail', 'evidence'] as const;

/** One thing that was found. */
export type FindingRow = Readonly<Record<(typeof FINDING_COLUMNS)[number], string>>;

/** The answer to one finding; `rows` absent: it could not be asked, and nobody knows. */
export interface FindingResult {
  readonly id: string;
  readonly title: string;
  readonly why: string;
  readonly severity: FindingSeverity;
  readonly rows?: readonly FindingRow[];
  /** Why it could not be asked. */
  readonly unknown?: string;
}

/** The present moment, for a query that is saved. */
export const SAVED_NOW = "date_format(current_timestamp AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%i:%sZ')";
export const SAVED_SINCE = `date_format(date_add('day', -${LOOK_BACK_DAYS}, current_timestamp) AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%i:%sZ')`;

/** One moment, ISO 8601 in UTC, as a finding asks for it. */
export function askedAt(at: string): Pick<Asked, 'now' | 'since'> {
  const since = new Date(Date.parse(at) - LOOK_BACK_DAYS * 86_400_000).toISOString();
  return { now: literal(at), since: literal(since) };
}
