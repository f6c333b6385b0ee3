import type { YamlView } from '../yaml/view.ts';
import { type Exchange, exchangeName } from './exchange.ts';
import type { PipelineFields } from './fields.ts';
import { readInterval } from './interval.ts';

const KEYS = ['product', 'partner', 'every', 'clearance'];
const WORDS = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** What goes to partners as files. */
export function readExchange(view: YamlView, fields: PipelineFields): Exchange[] {
  const items = view.list('exchange');
  const read = items.map((item) => readOne(item, fields));
  for (const [index, exchange] of read.entries()) {
    const first = read.findIndex((other) => exchangeName(other) === exchangeName(exchange));
    if (first === index || exchange.product === '') continue;
    const message = `the product "${exchange.product}" goes to "${exchange.partner}" twice, first in line ${items[first]?.place.line}`;
    fields.findings.error(5, (items[index] ?? view).place, message, 'keep one of them');
  }
  return read;
}

const NONE: Exchange = { product: '', partner: '', every: { count: 1, unit: 'day' } };

function readOne(view: YamlView, fields: PipelineFields): Exchange {
  if (!fields.isMap(view, 'an exchange')) return NONE;
  fields.refuseUnknown(view, KEYS);
  if (view.get('every') === undefined) fields.missing(view, 'every', '1 day, 6 hours or 30 minutes');
  const clearance = view.text('clearance');
  return {
    product: fields.text(view, 'product', WORDS, 'the name of a product of the domain'),
    partner: fields.text(view, 'partner', WORDS, 'the name of a domain of the mesh'),
    every: view.get('every') === undefined ? NONE.every : readInterval(view, fields),
    ...(clearance === undefined ? {} : { clearance }),
  };
}
