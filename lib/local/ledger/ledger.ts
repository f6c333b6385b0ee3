import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/** One modelled behaviour: what is claimed, where AWS says so, and which test holds it. None has been checked against AWS itself. */
export interface LedgerRow {
  /** An operation of the service (for the deployer, also a resource type), `background` for what it does by itself, or `*` for what concerns several. */
  readonly operation: string;
  readonly what: string;
  /** A public document, issue or service model. */
  readonly source: string;
  /** Path of the test file, from the repository's root. */
  readonly test: string;
  /** What the test calls it by, where it does not name the operation: it comes there by way of something else. */
  readonly by?: string;
}

/** The ledger's files by name, each with its rows. */
export type Ledger = ReadonlyMap<string, readonly LedgerRow[]>;

/** A service as far as the ledger is concerned. */
export interface Ledgered {
  readonly signingName: string;
  readonly operations: Readonly<Record<string, unknown>>;
  /** Its work in the background, if it has any. */
  readonly pump?: unknown;
}

const BACKGROUND = 'background';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

/** Files that are not named for the service's signing name. */
const FILES: Readonly<Record<string, string>> = {
  apigateway: 'api-gateway',
  cloudformation: 'deployer',
  events: 'eventbridge',
  'execute-api': 'api-gateway',
  lakeformation: 'lake-formation',
};

export function readLedger(folder = FOLDER): Ledger {
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  return new Map(
    files.sort().map((file) => {
      const rows = parse(readFileSync(join(folder, file), 'utf8')) as readonly LedgerRow[] | null;
      return [basename(file, '.yaml'), rows ?? []];
    }),
  );
}

/**
 * What is wrong with a ledger, one sentence each: an operation or work in the background without a row, a row for one that is not there, a
 * row that lacks something, a test file that does not exist, a file that is for no service.
 * @param types resource types of the deployer, which its file may name like operations and must name.
 */
export function checkLedger(
  ledger: Ledger,
  services: readonly Ledgered[],
  types: readonly string[],
  root: string,
): string[] {
  const known = new Map<string, Set<string>>();
  for (const { signingName, operations, pump } of services) {
    const file = FILES[signingName] ?? signingName;
    const names = [...Object.keys(operations), ...(pump === undefined ? [] : [BACKGROUND])];
    known.set(file, new Set([...(known.get(file) ?? []), ...names]));
  }
  known.set('deployer', new Set([...(known.get('deployer') ?? []), ...types]));
  const missing = [...known].flatMap(([file, names]) => {
    const rows = new Set((ledger.get(file) ?? []).map(({ operation }) => operation));
    return [...names].filter((name) => !rows.has(name)).map((name) => `${file}.yaml has no row for ${name}`);
  });
  const wrong = [...ledger].flatMap(([file, rows]) => {
    if (!known.has(file)) return [`${file}.yaml is for no service`];
    return rows.flatMap((row, index) =>
      checkRow(row, known.get(file), root).map((what) => `${file}.yaml row ${index + 1} ${what}`),
    );
  });
  return [...missing, ...wrong];
}

function checkRow(row: LedgerRow, known: ReadonlySet<string> | undefined, root: string): string[] {
  const empty = (['operation', 'what', 'source', 'test'] as const).filter((name) => !row[name]);
  const found = empty.map((name) => `has no ${name}`);
  if (row.operation && row.operation !== '*' && known !== undefined && !known.has(row.operation)) {
    found.push(`is for ${row.operation}, which is not implemented`);
  }
  if (row.test && !existsSync(join(root, row.test))) found.push(`names the test ${row.test}, which does not exist`);
  return found;
}
