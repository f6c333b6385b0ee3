import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

/** Where `lib/local` and moto do not do the same, and which of both does as AWS. */
export interface Difference {
  /** What a test names it by. */
  readonly id: string;
  readonly service: string;
  /** An operation of the service, or `*` for what concerns several. */
  readonly operation: string;
  /** What is asked of both. */
  readonly what: string;
  readonly local: string;
  readonly moto: string;
  readonly right: 'local' | 'moto' | 'unknown';
  /** A public page, issue or service model, or `not checked`. */
  readonly source: string;
  /** What the failure of the test says on moto: it has to differ in this way and in no other. */
  readonly shows: string;
}

const FILE = new URL('differences.yaml', import.meta.url);
const TEXTS = ['id', 'service', 'operation', 'what', 'local', 'moto', 'source', 'shows'] as const;
const RIGHT: readonly unknown[] = ['local', 'moto', 'unknown'];

export function readDifferences(): readonly Difference[] {
  return parse(readFileSync(FILE, 'utf8')) as readonly Difference[];
}

/**
 * What is wrong with the rows, one sentence each: what lacks, what is there twice, a row that no test uses and a use that has no row.
 * @param used the ids that the tests name.
 */
export function checkDifferences(rows: readonly Difference[], used: readonly string[]): string[] {
  const ids = rows.map(({ id }) => id);
  return [
    ...rows.flatMap((row) => [
      ...TEXTS.filter((name) => typeof row[name] !== 'string' || row[name].trim() === '').map(
        (name) => `${row.id} has no ${name}`,
      ),
      ...(RIGHT.includes(row.right) ? [] : [`${row.id} does not say who is right: local, moto or unknown`]),
      ...(row.source === 'not checked' && row.right !== 'unknown' ? [`${row.id} has no source for who is right`] : []),
    ]),
    ...ids.filter((id, at) => ids.indexOf(id) !== at).map((id) => `${id} is there twice`),
    ...ids.filter((id) => !used.includes(id)).map((id) => `${id} is used by no test`),
    ...[...new Set(used)].filter((id) => !ids.includes(id)).map((id) => `${id} has no row in differences.yaml`),
  ];
}

/**
 * Runs on moto what holds on `lib/local`, and wants it to fail as the row says.
 * @throws when moto no longer differs, or differs in another way.
 */
export async function expectDifference(row: Difference, run: () => void | Promise<void>): Promise<void> {
  let failure: unknown;
  try {
    await run();
  } catch (error) {
    failure = error;
  }
  if (failure === undefined) {
    throw new Error(`moto no longer differs: take ${row.id} out of differences.yaml and run its test on both`);
  }
  const said = plain(failure);
  if (!said.includes(row.shows)) {
    throw new Error(`moto differs from what ${row.id} shows ("${row.shows}"): ${said}`, { cause: failure });
  }
}

/** A failure without colours and line breaks, so that a row can quote it. */
function plain(failure: unknown): string {
  const { name, message, $metadata } = failure as Error & { $metadata?: { httpStatusCode?: number } };
  const status = $metadata?.httpStatusCode === undefined ? '' : ` (${$metadata.httpStatusCode})`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours of a terminal begin with one.
  return `${name}${status}: ${message}`.replace(/\u001b\[\d+m/g, '').replace(/\s+/g, ' ');
}
