import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readBill } from '#cli/costs/read-bill.ts';
import { writeParquetTable } from '#cli/parquet.ts';

const folder = mkdtempSync(join(tmpdir(), 'weft-bill-'));
const written = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const LINES = [
  { account: '210000000001', service: 'AWS Lambda', amount: 15_000_000_000n },
  { account: '210000000011', service: 'Amazon S3, all of it', amount: -2_500_000_000n },
];

describe('a bill is read', () => {
  test('from CSV, and what is of one account and service is one line', async () => {
    const path = written(
      'bill.csv',
      'Account,Service,Amount,Currency\r\n210000000001,AWS Lambda,1.25,EUR\r\n210000000011,"Amazon S3, all of it",-0.25,EUR\r\n210000000001,AWS Lambda,0.25,EUR\r\n',
    );
    expect(await readBill(path)).toEqual({ currency: 'EUR', lines: LINES });
  });

  test('from a Cost and Usage Report in Parquet', async () => {
    const path = join(folder, 'report.parquet');
    const columns = ['line_item_usage_account_id', 'line_item_product_code', 'line_item_currency_code'].map((name) => ({
      name,
      type: 'VARCHAR',
    }));
    await writeParquetTable(
      path,
      [...columns, { name: 'line_item_unblended_cost', type: 'DOUBLE' }],
      [
        ['210000000001', 'AWS Lambda', 'EUR', '1.5'],
        ['210000000011', 'Amazon S3, all of it', 'EUR', '-0.25'],
      ],
    );
    expect(await readBill(path)).toEqual({ currency: 'EUR', lines: LINES });
  });

  test('without a currency, and with what a spreadsheet made of an account number', async () => {
    const path = written('plain.csv', 'account,service,amount\n10000000001,AWS Lambda,3\n');
    expect(await readBill(path)).toEqual({
      currency: '',
      lines: [{ account: '010000000001', service: 'AWS Lambda', amount: 30_000_000_000n }],
    });
  });

  test.each([
    ['of no file', 'nowhere.csv', undefined, 'WEFT-CLI-143', /no such file/],
    ['of another kind', 'bill.xlsx', 'x', 'WEFT-CLI-143', /neither/],
    ['of other columns', 'other.csv', 'a,b\n1,2\n', 'WEFT-CLI-143', /columns a, b/],
    ['that is empty', 'empty.csv', '', 'WEFT-CLI-143', /no bill/],
    ['that is no Parquet', 'broken.parquet', 'PAR', 'WEFT-CLI-143', /no bill/],
    [
      'with an amount in words',
      'words.csv',
      'account,service,amount\n210000000001,AWS Lambda,a lot\n',
      'WEFT-CLI-144',
      /row 1: .*"a lot"/,
    ],
    ['with an account that is none', 'who.csv', 'account,service,amount\nme,AWS Lambda,1\n', 'WEFT-CLI-144', /row 1/],
    [
      'of two currencies',
      'two.csv',
      'account,service,amount,currency\n210000000001,a,1,USD\n210000000001,a,1,EUR\n',
      'WEFT-CLI-145',
      /EUR and USD/,
    ],
  ])('and one %s is refused', async (_, name, text, code, message) => {
    const path = text === undefined ? join(folder, name) : written(name, text);
    await expect(readBill(path)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
      hint: expect.any(String),
    });
  });
});
