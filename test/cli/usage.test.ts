import { describe, expect, test } from '@jest/globals';
import { runWeft } from './run-weft.ts';

describe('wrong usage', () => {
  test.each([
    [['prodct', 'list'], 'did you mean weft product list?'],
    [['product', 'lst'], 'did you mean weft product list?'],
    [['publish', 'products/flights'], 'weft product publish'],
    [['list', 'product'], 'did you mean weft product list?'],
    [['aprove'], 'weft subscription approve'],
    [['subscription', 'zzzz'], 'did you mean weft subscription --help?'],
    [['product', '--nonsense'], 'did you mean weft product --help?'],
    [['zzzzzz'], 'weft --help shows what there is; weft alone, what to do next'],
    [['query', 'SELECT 1', '--fromat', 'csv'], 'did you mean --format? weft query --help shows its options'],
    [['query', 'SELECT 1', '--zzzz'], 'weft query --help shows its options'],
    [['product', 'show'], 'for example: weft product show'],
    [['query', 'SELECT 1', '--format'], 'for example: weft query'],
    [['product', 'show', 'a/b', 'c/d'], 'for example: weft product show'],
  ])('%j: the next step is %s', async (argv, hint) => {
    const said = await runWeft(argv);
    expect(said).toMatchObject({ exit: 2, out: '', err: expect.stringContaining('error: ') });
    expect(said.err.split('next: ')[1]).toContain(hint);
    const { exit, out } = await runWeft([...argv.slice(0, 2), '--json', ...argv.slice(2)]);
    expect({ exit, error: JSON.parse(out).error }).toMatchObject({
      exit: 2,
      error: { code: 'WEFT-CLI-100', hint: expect.any(String) },
    });
  });
});
