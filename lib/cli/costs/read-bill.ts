import { existsSync } from 'node:fs';
import { parseAmount } from '#mesh/costs/amount.ts';
import type { BillLine } from '#mesh/costs/split.ts';
import { userError } from '#mesh/error.ts';
import { identifier, literal } from '#mesh/sql/literal.ts';

/** A bill by account and service. */
export interface Bill {
  /** ISO 4217, or empty where the file does not say. */
  readonly currency: string;
  readonly lines: readonly BillLine[];
}

/** The columns that are read, by the names that they may have: ours, and those of AWS's Cost and Usage Report. */
const COLUMNS = {
  account: ['account', 'line_item_usage_account_id', 'lineitem/usageaccountid', 'sub account id', 'subaccountid'],
  service: ['service', 'line_item_product_code', 'lineitem/productcode', 'servicename'],
  amount: ['amount', 'line_item_unblended_cost', 'lineitem/unblendedcost', 'billedcost'],
  currency: ['currency', 'line_item_currency_code', 'lineitem/currencycode', 'billingcurrency'],
} as const;

type Row = readonly (string | null)[];

/**
 * Reads a bill of CSV (also gzipped) or Parquet, with a column for the account, the service and the amount, and one for the currency when there are several.
 * @throws WEFT-CLI-143 for a file that is no bill, -144 for rows that cannot be read, -145 for more than one currency
 */
export async function readBill(path: string): Promise<Bill> {
  if (!existsSync(path)) throw noBill(path, 'there is no such file');
  const reader = /\.parquet$/i.test(path) ? 'read_parquet' : /\.csv(\.gz)?$/i.test(path) ? 'read_csv' : undefined;
  if (reader === undefined) throw noBill(path, 'its name ends in neither .csv nor .parquet');
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const ask = async (sql: string): Promise<Row[]> =>
    (await (await connection.run(sql)).getRowsJson()) as unknown as Row[];
  const options = reader === 'read_csv' ? ', header = true, all_varchar = true' : '';
  try {
    const from = `${reader}(${literal(path)}${options})`;
    const there = await readable(() => ask(`DESCRIBE SELECT * FROM ${from}`), path);
    const columns = columnsOf(
      there.map(([name]) => name ?? ''),
      path,
    );
    const currency = columns.currency === undefined ? "''" : `coalesce(CAST(${columns.currency} AS VARCHAR), '')`;
    const cast = `TRY_CAST(trim(CAST(${columns.amount} AS VARCHAR)) AS DECIMAL(38, 18))`;
    await readable(
      () =>
        ask(
          `CREATE TABLE bill AS SELECT row_number() OVER () AS line, lpad(trim(CAST(${columns.account} AS VARCHAR)), 12, '0') AS account, trim(CAST(${columns.service} AS VARCHAR)) AS service, ${cast} AS amount, CAST(${columns.amount} AS VARCHAR) AS written, ${currency} AS currency FROM ${from}`,
        ),
      path,
    );
    await checkRows(ask, path);
    const currencies = await ask('SELECT DISTINCT currency FROM bill ORDER BY 1');
    if (currencies.length > 1) {
      throw userError(
        'WEFT-CLI-145',
        `${path} is in ${currencies.map(([name]) => name || 'no currency').join(' and ')}`,
        {
          hint: 'a bill of one currency can be split; keep the rows of one',
        },
      );
    }
    const rows = await ask(
      'SELECT account, service, CAST(CAST(sum(amount) AS DECIMAL(38, 10)) AS VARCHAR) FROM bill GROUP BY 1, 2 ORDER BY 1, 2',
    );
    return {
      currency: currencies[0]?.[0] ?? '',
      lines: rows.map(([account, service, amount]) => ({
        account: account ?? '',
        service: service ?? '',
        amount: parseAmount(amount ?? '') ?? 0n,
      })),
    };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function checkRows(ask: (sql: string) => Promise<Row[]>, path: string): Promise<void> {
  const wrong = await ask(
    `SELECT CAST(line AS VARCHAR), account, coalesce(written, '') FROM bill WHERE amount IS NULL OR NOT regexp_full_match(coalesce(account, ''), '[0-9]{12}') OR coalesce(service, '') = '' ORDER BY line LIMIT 5`,
  );
  if (wrong.length === 0) return;
  const told = wrong.map(
    ([line, account, amount]) => `row ${line}: account "${account ?? ''}", amount "${amount ?? ''}"`,
  );
  throw userError('WEFT-CLI-144', `${path} has rows that cannot be read: ${told.join('; ')}`, {
    hint: 'each row needs an account of 12 digits, a service, and an amount with a point, such as 12.5',
  });
}

/** The names of the columns, quoted. */
function columnsOf(
  there: readonly string[],
  path: string,
): Record<keyof typeof COLUMNS, string> & { currency?: string } {
  const found = (names: readonly string[]) => {
    const name = there.find((one) => names.includes(one.trim().toLowerCase()));
    return name === undefined ? undefined : identifier(name);
  };
  const [account, service, amount, currency] = [COLUMNS.account, COLUMNS.service, COLUMNS.amount, COLUMNS.currency].map(
    found,
  );
  if (account === undefined || service === undefined || amount === undefined) {
    throw noBill(path, `it has the columns ${there.join(', ')}`);
  }
  return { account, service, amount, ...(currency === undefined ? {} : { currency }) } as ReturnType<typeof columnsOf>;
}

async function readable<T>(work: () => Promise<T>, path: string): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw noBill(path, cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause), cause);
  }
}

function noBill(path: string, why: string, cause?: unknown) {
  return userError('WEFT-CLI-143', `${path} is no bill: ${why}`, {
    cause,
    hint: 'a .csv or .parquet file with the columns account, service and amount, or a Cost and Usage Report of AWS',
  });
}
