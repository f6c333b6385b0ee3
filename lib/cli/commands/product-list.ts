import { isPublished } from '#mesh/product/life.ts';
import { type ProductRecord, productId } from '#mesh/product/product.ts';
import { search } from '#mesh/product/search.ts';
import { condition } from '#mesh/record.ts';
import { isSuspended } from '#mesh/suspension.ts';
import { type Invocation, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { everyProduct } from '../pages.ts';
import { renderTable } from '../table.ts';

/** `product list` and `product search`: the words make it a search. */
export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const connection = await connect(invocation);
  const words = invocation.args.join(' ');
  const query = { domain: textOption(invocation, 'domain'), q: words === '' ? undefined : words };
  // Pages come by name: which is the best match is known when all are there.
  const products = search(words, await everyProduct(connection, query, io));
  if (invocation.json) {
    io.out(`${JSON.stringify({ products })}\n`);
    return;
  }
  if (products.length === 0) {
    io.err('no products\n');
    return;
  }
  io.out(
    renderTable(
      products,
      [
        { title: 'product', value: productId, whole: true },
        { title: 'version', value: (product) => product.version },
        { title: 'state', value: stateOf },
        { title: 'class', value: (product) => product.classification },
        { title: 'tables', value: (product) => String(product.tables.length), right: true },
        { title: 'description', value: (product) => product.description },
      ],
      io.columns,
    ),
  );
}

function stateOf(product: ProductRecord): string {
  if (isSuspended(product)) return 'suspended';
  if (product.quarantine !== undefined) return 'quarantined';
  if (!isPublished(product)) return product.state;
  if (condition(product, 'Owned')?.status === 'false') return 'owner left';
  return condition(product, 'Registered')?.status === 'true' ? product.state : 'registering';
}
