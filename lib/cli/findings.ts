import {
  type Asked,
  askedAt,
  FINDING_COLUMNS,
  type Finding,
  type FindingResult,
  type FindingRow,
} from '#mesh/audit/findings/finding.ts';
import { FINDINGS } from '#mesh/audit/findings/findings.ts';
import { toCsv } from '#mesh/audit/report/csv.ts';
import { type Problem, userError, type WeftError } from '#mesh/error.ts';
import { auditDatabaseName } from '#mesh/topology/names.ts';
import { query } from './athena.ts';
import type { Connection } from './connection.ts';
import { problemFormat } from './problem-file.ts';
import { isQueryFailure } from './query-failure.ts';

/** The finding of that name. @throws WeftError `WEFT-AUDIT-063` when there is none. */
export function findingNamed(id: string): Finding {
  const finding = FINDINGS.find((one) => one.id === id);
  if (finding !== undefined) return finding;
  throw userError('WEFT-AUDIT-063', `there is no finding ${JSON.stringify(id)}`, {
    hint: `there are ${FINDINGS.map((one) => one.id).join(', ')}`,
  });
}

/**
 * Asks each finding for one moment (ISO 8601), all at once. One that cannot be asked is unknown, and says why; when none can be asked, the reason of
 * the first is thrown.
 */
export async function askFindings(
  connection: Connection,
  at: string,
  findings: readonly Finding[] = FINDINGS,
): Promise<FindingResult[]> {
  const asked = { ...placeOf(connection), ...askedAt(at) };
  const answers = await Promise.all(findings.map((finding) => ask(connection, finding, asked)));
  const [first] = answers;
  if (first?.error !== undefined && answers.every(({ error }) => error !== undefined)) throw first.error;
  return answers.map(({ result }) => result);
}

function placeOf({ topology }: Connection): Omit<Asked, 'now' | 'since'> {
  const { mesh, governanceAccount } = topology;
  return { database: auditDatabaseName(mesh), mesh, governanceAccount };
}

async function ask(
  connection: Connection,
  { id, title, why, severity, sql }: Finding,
  asked: Asked,
): Promise<{ result: FindingResult; error?: WeftError }> {
  const head = { id, title, why, severity };
  try {
    const { rows } = await query(connection, sql(asked));
    return { result: { ...head, rows: rows.map(rowOf) } };
  } catch (error) {
    if (!isQueryFailure(error)) throw error;
    return { result: { ...head, unknown: error.message }, error };
  }
}

function rowOf(row: readonly (string | null)[]): FindingRow {
  return Object.fromEntries(FINDING_COLUMNS.map((name, index) => [name, row[index] ?? ''])) as FindingRow;
}

/** The formats in which findings are written, by suffix. */
const FORMATS: Readonly<Record<string, (results: readonly FindingResult[]) => string>> = {
  '.json': (results) => `${JSON.stringify({ findings: results }, undefined, 2)}\n`,
  '.csv': findingsCsv,
  '.sarif': sarif,
};

/** The printer for a file's suffix. @throws WeftError `WEFT-AUDIT-064` when there is none for it. */
export function findingsFormat(file: string): (results: readonly FindingResult[]) => string {
  const found = Object.entries(FORMATS).find(([suffix]) => file.endsWith(suffix));
  if (found !== undefined) return found[1];
  throw userError('WEFT-AUDIT-064', `nothing is known about the format of ${file}`, {
    hint: `end its name with one of ${Object.keys(FORMATS).join(', ')}`,
  });
}

/** One line for each thing that was found, and one for each finding that could not be asked. */
function findingsCsv(results: readonly FindingResult[]): string {
  const rows = results.flatMap(({ id, severity, rows: found, unknown }) =>
    found === undefined
      ? [[id, severity, 'unknown', '', '', '', unknown, '']]
      : found.map((row) => [id, severity, 'found', ...FINDING_COLUMNS.map((name) => row[name])]),
  );
  return toCsv(['finding', 'severity', 'outcome', ...FINDING_COLUMNS], rows);
}

function sarif(results: readonly FindingResult[]): string {
  const problems = results.flatMap(({ id, title, why, severity, rows, unknown }): Problem[] =>
    rows === undefined
      ? [{ code: id, severity: 'error', message: `${title}: could not be asked: ${unknown}` }]
      : rows.map(({ subject, who, since, detail }) => ({
          code: id,
          severity: severity === 'high' ? 'error' : 'warning',
          message: `${title}: ${[subject, who, since, detail].filter((part) => part !== '').join(', ')}`,
          fix: why,
        })),
  );
  return problemFormat('findings.sarif')(problems);
}
