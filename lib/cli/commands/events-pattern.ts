import { PRODUCT_ROWS_CHANGED } from '#mesh/event/product-event.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { productSource } from '#mesh/topology/names.ts';
import { domainNamed } from '#mesh/topology/topology.ts';
import { type Invocation, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { splitProduct } from './product-show.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const connection = await connect(invocation);
  const { domain, name } = splitProduct(invocation.args[0] ?? '');
  const { product } = await connection.api<{ product: ProductRecord }>({
    method: 'GET',
    path: `/products/${domain}/${name}`,
    query: { major: textOption(invocation, 'major') },
  });
  const account = domainNamed(connection.topology, domain)?.account ?? '';
  const pattern = {
    account: [account],
    source: [productSource(account, domain)],
    'detail-type': [PRODUCT_ROWS_CHANGED],
    detail: { data: { product: [name], major: [product.major] } },
  };
  invocation.io.out(`${JSON.stringify(pattern, undefined, invocation.json ? undefined : 2)}\n`);
}
