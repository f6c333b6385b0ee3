import { userError } from '#mesh/error.ts';
import { type EventSchema, eventSchemas, productSchemas } from '#mesh/event-schema/event-schemas.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { type Invocation, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { splitProduct } from './product-show.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const schemas = await schemasOf(invocation);
  const [only, ...more] = schemas;
  const shown = invocation.json ? { schemas } : more.length === 0 ? only?.schema : schemas.map(({ schema }) => schema);
  invocation.io.out(`${JSON.stringify(shown, undefined, invocation.json ? undefined : 2)}\n`);
}

async function schemasOf(invocation: Invocation): Promise<readonly EventSchema[]> {
  const [what] = invocation.args;
  const known = eventSchemas();
  if (what === undefined) return known;
  if (what.includes('/')) return productSchemas(await productOf(invocation, what));
  const found = known.filter(({ type }) => type === what);
  if (found.length > 0) return found;
  throw userError('WEFT-CLI-083', `${JSON.stringify(what)} is no type of event`, {
    hint: `a product is <domain>/<product>; types are ${known.map(({ type }) => type).join(', ')}`,
  });
}

async function productOf(invocation: Invocation, id: string): Promise<ProductRecord> {
  const { domain, name } = splitProduct(id);
  const connection = await connect(invocation);
  const path = `/products/${domain}/${name}`;
  const query = { major: textOption(invocation, 'major') };
  return (await connection.api<{ product: ProductRecord }>({ method: 'GET', path, query })).product;
}
