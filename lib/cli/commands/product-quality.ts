import type { ProductRecord } from '#mesh/product/product.ts';
import { causesOf } from '#mesh/quality/causes.ts';
import { type Invocation, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { qualityView, renderQuality } from '../quality.ts';
import { splitProduct } from './product-show.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const connection = await connect(invocation);
  const { domain, name } = splitProduct(invocation.args[0] ?? '');
  const { product } = await connection.api<{ product: ProductRecord }>({
    method: 'GET',
    path: `/products/${domain}/${name}`,
    query: { major: textOption(invocation, 'major') },
  });
  const find = (id: string) => {
    const source = splitProduct(id);
    const path = `/products/${source.domain}/${source.name}`;
    return connection.api<{ product: ProductRecord }>({ method: 'GET', path }).then(
      (answer) => answer.product,
      () => undefined,
    );
  };
  const view = { ...qualityView(product), causes: await causesOf(product, find) };
  if (invocation.json) io.out(`${JSON.stringify(view)}\n`);
  else renderQuality(io, view, invocation.options.history === true);
}
