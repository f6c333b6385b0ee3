import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { splitStatements } from '#cli/query/statement.ts';
import { type CatalogColumn, completions } from '#cli/query/words.ts';

describe('statements', () => {
  test.each<[string, string[], string]>([
    ['SELECT 1;', ['SELECT 1'], ''],
    ['SELECT 1; SELECT 2; SEL', ['SELECT 1', 'SELECT 2'], ' SEL'],
    ["SELECT ';'", [], "SELECT ';'"],
    ["SELECT ';', 'it''s;' AS \";\";", ["SELECT ';', 'it''s;' AS \";\""], ''],
    ['SELECT 1 -- not; yet\n;', ['SELECT 1 -- not; yet'], ''],
    ['SELECT /* ; */ 1;', ['SELECT /* ; */ 1'], ''],
    ["SELECT 'open;", [], "SELECT 'open;"],
    [';;  ;', [], ''],
    ['', [], ''],
  ])('%j', (text, statements, rest) => {
    expect(splitStatements(text)).toEqual({ statements, rest });
  });

  test('come out the same however the text is cut into lines', () => {
    const piece = fc.constantFrom('SELECT 1', "';'", '";"', '\n', ';', ' ', '-- ;\n', '/* ; */', "''");
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const whole = splitStatements(pieces.join(''));
        let rest = '';
        const statements: string[] = [];
        for (const line of pieces.join('').split(/(?<=\n)/)) {
          const typed = splitStatements(rest + line);
          statements.push(...typed.statements);
          rest = typed.rest;
        }
        expect(statements).toEqual(whole.statements);
      }),
    );
  });
});

describe('what may follow', () => {
  const column = (database: string, table: string, name: string): CatalogColumn => ({
    database,
    table,
    column: name,
    type: 'varchar',
  });
  const COLUMNS = [
    column('sales__orders__v1', 'orders', 'amount'),
    column('sales__orders__v1', 'orders', 'ordered_at'),
    column('ops__flights__v1', 'flights', 'origin'),
  ];

  test.each<[string, string[], string]>([
    ['sel', ['select'], 'sel'],
    ['SEL', ['SELECT'], 'SEL'],
    ['select * from sa', ['sales__orders__v1', 'sales__orders__v1.orders'], 'sa'],
    ['select * from sales__orders__v1.o', ['sales__orders__v1.orders'], 'sales__orders__v1.o'],
    ['select * from sales__orders__v1.orders where am', ['amount'], 'am'],
    ['select * from ops__flights__v1.flights where am', [], 'am'],
    ['select * from sales__orders__v1.orders o where o.or', ['o.ordered_at'], 'o.or'],
    ['select origi', ['origin'], 'origi'],
    ['.t', ['.tables'], '.t'],
    ['.columns sales__orders__v1.', ['sales__orders__v1.orders'], 'sales__orders__v1.'],
  ])('%j', (typed, found, word) => {
    expect(completions(typed, COLUMNS)).toEqual([found, word]);
  });
});
