import { missingIn } from './source-drift.ts';
import { catalogName } from './sources.ts';

/** The sources that a SELECT reads, by what it names: one that is only named in a comment is taken for read. */
export function sourcesIn(sql: string, domain: string, sources: readonly string[]): string[] {
  return sources.filter((source) => {
    const catalog = catalogName(domain, source);
    return new RegExp(`(?<![\\w"])(${catalog}|"${catalog}")\\s*\\.`, 'i').test(sql);
  });
}

/** What a database says of a statement, and not of itself: it is there, and answers. */
const OF_THE_STATEMENT =
  /message\[(?:[^\]]*\b)?(?:does not exist|syntax error|permission denied for|invalid input syntax|out of range|division by zero|must appear in the GROUP BY)/i;

/**
 * The source whose trouble made a statement fail: its connector did not reach it, was refused, or took too long. Undefined for a failure that the statement, the rows
 * or Athena are to blame for.
 */
export function sourceToBlame(reason: string, domain: string, sources: readonly string[]): string | undefined {
  // Athena names the function of the catalog that threw (User Guide: Troubleshoot federated queries).
  const [, threw = ''] = /LambdaFunction\[[^\]]*athenafederatedcatalog_(\w+)\]/.exec(reason) ?? [];
  if (threw === '' || OF_THE_STATEMENT.test(reason)) return undefined;
  return sources.find((source) => catalogName(domain, source) === threw.toLowerCase());
}

/** Whether a failure shows that the source answered all the same: it knew what it was asked for, and did not like it. */
export function answered(reason: string): boolean {
  return missingIn(reason) !== undefined || OF_THE_STATEMENT.test(reason);
}
