import { describe, expect, test } from '@jest/globals';
import { placeOf } from '#cli/commands/lineage.ts';
import type { Io } from '#cli/io.ts';
import { lineageSvg } from '#cli/lineage-svg.ts';
import { lineageTree } from '#cli/lineage-tree.ts';
import type { Direction } from '#mesh/lineage/closure.ts';
import { datasetEvents } from '#mesh/lineage/dataset-events.ts';
import type { Edge } from '#mesh/lineage/edges.ts';
import { graphAround, type LineageGraph } from '#mesh/lineage/graph.ts';
import type { Place } from '#mesh/lineage/place.ts';
import { AT, column, product, TOPOLOGY, table } from '../mesh/fixtures.ts';
import { runWeft } from './run-weft.ts';

const io = (columns = 100): Io => ({
  out: () => undefined,
  err: () => undefined,
  env: {},
  cwd: '/',
  columns,
  colour: false,
  interactive: false,
});

const ORDERS = product([table('orders', [column('id'), column('amount')])], {
  status: {
    conditions: [
      { type: 'Healthy', status: 'false', reason: 'QualityFailed', message: 'amount < 0', generation: 1, at: AT },
    ],
  },
});
const REVENUE = product([table('daily', [column('total')])], { domain: 'finance', name: 'revenue' });

const at = (owner: string, tableName?: string, name?: string): Place => ({
  owner,
  ...(tableName === undefined ? {} : { table: tableName }),
  ...(name === undefined ? {} : { column: name }),
});

const EDGES: Edge[] = [
  {
    from: at('sales:raw.a<b>&"c"', undefined, 'amount'),
    to: at('sales/orders@1', 'orders', 'amount'),
    origin: 'reported',
    how: ['TRANSFORMATION'],
  },
  {
    from: at('sales/orders@1', 'orders', 'amount'),
    to: at('finance/revenue@1', 'daily', 'total'),
    origin: 'reported',
    how: ['AGGREGATION'],
    masking: true,
  },
  {
    from: at('sales/orders@1', 'orders', 'id'),
    to: at('finance/revenue@1', 'daily'),
    origin: 'reported',
    how: ['FILTER', 'GROUP_BY'],
  },
  {
    from: at('survey.answers'),
    to: at('finance/revenue@1', 'daily', 'total'),
    origin: 'declared',
    how: [],
  },
  {
    from: at('finance/revenue@1', 'daily', 'total'),
    to: at('research/insight@1', 'top', 'rank'),
    origin: 'view',
    how: ['IDENTITY'],
  },
];

const around = (start: Place, directions: Direction[] = ['up', 'down'], depth = 50): LineageGraph =>
  graphAround(start, directions, EDGES, [ORDERS, REVENUE], { depth, most: 100 });

const OF_TABLE = around(at('finance/revenue@1', 'daily'));

describe('a graph as trees', () => {
  test('shows tables beside a table, with what of them is used and what is wrong with them', () => {
    expect(lineageTree(io(), OF_TABLE, ['up', 'down'])).toBe(
      [
        'finance/revenue v1 daily',
        '',
        'made of',
        '├─ sales/orders v1 orders 2 columns  aggregation, filter, group by  not healthy',
        '│  └─ sales:raw.a<b>&"c" 1 column  transformation',
        '└─ survey.answers  declared',
        '',
        'used for',
        '└─ research/insight v1 top 1 column  identity, view',
        '',
      ].join('\n'),
    );
  });

  test('shows columns beside a column, and what decides over its table', () => {
    const graph = around(at('finance/revenue@1', 'daily', 'total'), ['up']);
    expect(lineageTree(io(), graph, ['up'])).toBe(
      [
        'finance/revenue v1 daily.total',
        '',
        'made of',
        '├─ sales/orders v1 orders.amount  aggregation, masked  not healthy',
        '│  └─ sales:raw.a<b>&"c" amount  transformation',
        '├─ sales/orders v1 orders.id  filter, group by  not healthy',
        '└─ survey.answers  declared',
        '',
      ].join('\n'),
    );
  });

  test('fits the terminal', () => {
    const lines = lineageTree(io(40), OF_TABLE, ['up', 'down']).split('\n');
    expect(Math.max(...lines.map((line) => [...line].length))).toBe(40);
  });

  test('says when there is more, and when there is nothing', () => {
    expect(lineageTree(io(), around(at('research/insight@1', 'top'), ['up'], 1), ['up'])).toContain('there is more');
    expect(lineageTree(io(), around(at('research/insight@1', 'top'), ['down']), ['down'])).toContain(
      'nothing that is known',
    );
  });

  test('opens what leads back to itself once', () => {
    const back: Edge = {
      ...(EDGES[4] as Edge),
      from: at('research/insight@1', 'top'),
      to: at('sales/orders@1', 'orders'),
    };
    const graph = graphAround(at('sales/orders@1', 'orders'), ['up'], [...EDGES, back], [], { depth: 50, most: 100 });
    expect(lineageTree(io(), graph, ['up'])).toContain('(above)');
  });
});

describe('a graph as an image', () => {
  const svg = lineageSvg(OF_TABLE);

  test('is well-formed, and holds what is named as text and never as markup', () => {
    expect(problemOf(svg)).toBeUndefined();
    expect(svg).toContain('sales:raw.a&lt;b&gt;&amp;&quot;c&quot;');
    expect(svg).not.toMatch(/<(script|image|a|foreignObject)\b|href|url\(/i);
  });

  test('shows a control character, which XML does not know, as what it is not', () => {
    const odd = graphAround(at('a\u0000b'), ['up'], [{ ...(EDGES[0] as Edge), to: at('a\u0000b') }], [], {
      depth: 5,
      most: 5,
    });
    expect(lineageSvg(odd)).toContain('a\uFFFDb');
  });

  test('has a box for each table, left of what is made of it', () => {
    const box = (name: string) => {
      const [, x] = new RegExp(`<title>${name}[^<]*</title><rect class="[^"]*" x="(\\d+)"`).exec(svg) ?? [];
      return Number(x);
    };
    expect(box('sales/orders v1 orders')).toBeLessThan(box('finance/revenue v1 daily'));
    expect(box('finance/revenue v1 daily')).toBeLessThan(box('research/insight v1 top'));
    expect(svg.match(/<path /g)).toHaveLength(EDGES.length);
    expect(svg).toContain('class="box unwell"');
  });
});

describe('a graph as OpenLineage events', () => {
  test('is one for each table that is made of something, named as the catalogs have them', () => {
    const events = datasetEvents(OF_TABLE, TOPOLOGY, AT);
    const named = events.map(({ dataset }) => (dataset as { name: string }).name);
    expect(named).toEqual([
      'table/finance__revenue__v1/daily',
      'table/sales__orders__v1/orders',
      'table/research__insight__v1/top',
    ]);
    expect(events[0]).toMatchObject({
      schemaURL: 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/DatasetEvent',
      dataset: {
        namespace: 'arn:aws:glue:eu-central-1:111111111111',
        facets: {
          columnLineage: {
            fields: { total: { inputFields: [{ name: 'table/sales__orders__v1/orders', field: 'amount' }] } },
            dataset: [{ field: 'id', transformations: [{ subtype: 'FILTER' }, { subtype: 'GROUP_BY' }] }],
          },
          weft_lineage: { madeOf: [{ name: 'survey.answers', field: 'total' }] },
        },
      },
    });
  });
});

describe('the place of a command line', () => {
  test.each([
    ['sales/orders', { product: 'sales/orders' }],
    ['sales/orders@2.amount', { product: 'sales/orders', major: '2', column: 'amount' }],
    ['sales/orders.Orders.Amount', { product: 'sales/orders', table: 'orders', column: 'amount' }],
  ])('%s', (written, expected) => {
    expect(placeOf(written)).toEqual(expected);
  });

  test.each(['sales', 'sales/orders.a.b.c', 'sales/orders.', 'sales orders'])('%j is none', (written) => {
    expect(() => placeOf(written)).toThrow(expect.objectContaining({ code: 'WEFT-LINEAGE-013' }));
  });

  test('the format of a file that nobody knows is refused before the mesh is asked', async () => {
    const { exit, err } = await runWeft(['lineage', 'sales/orders', '--output', 'graph.png']);
    expect([exit, err]).toEqual([1, expect.stringContaining('WEFT-LINEAGE-014')]);
  });
});

/** What is wrong with a text as XML, as far as tags and entities go. */
function problemOf(xml: string): string | undefined {
  const open: string[] = [];
  for (const [whole, tag, closing] of xml.matchAll(
    /<(\/?[a-z]+)(?:\s[a-zA-Z:-]+="[^"<]*")*\s*(\/?)>|<|&(?!(?:amp|lt|gt|quot);)/g,
  )) {
    if (tag === undefined) return `${whole} at ${xml.slice(0, 80)}`;
    if (tag.startsWith('/')) {
      if (open.pop() !== tag.slice(1)) return `${tag} closes nothing`;
    } else if (closing === '') open.push(tag);
  }
  return open.length === 0 ? undefined : `${open.join(', ')} are open`;
}
