import { isPublished } from '#mesh/product/life.ts';
import { type ProductRecord, productId } from '#mesh/product/product.ts';
import { condition } from '#mesh/record.ts';
import type { Invocation } from '../command.ts';
import { connect } from '../connection.ts';
import { busy, tone } from '../io.ts';
import { publishBody, readProductFolder } from '../product-folder.ts';
import { waitForProduct } from '../wait.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const folder = readProductFolder(invocation.args[0] ?? '.', io.cwd);
  const connection = await connect(invocation);
  const accepted = await connection.api<{ product: ProductRecord }>({
    method: 'POST',
    path: '/products',
    body: publishBody(folder),
  });
  if (!invocation.json) io.err(`accepted ${productId(accepted.product)} ${accepted.product.version}\n`);
  busy(io, `waiting until ${productId(accepted.product)} is registered`);
  const product =
    invocation.options.wait === false ? accepted.product : await waitForProduct(connection, accepted.product);
  if (invocation.json) {
    io.out(`${JSON.stringify({ product })}\n`);
    return;
  }
  if (!isPublished(product)) {
    io.err(
      `${productId(product)} v${product.major} is ${tone(io, 'warn', product.state)}: it can be found and not subscribed to\n`,
    );
    return;
  }
  const registered = condition(product, 'Registered');
  if (registered?.status === 'true') {
    const took = product.status.timeToRegisterMs;
    io.err(`${tone(io, 'good', 'Ready')}${took === undefined ? '' : `: registered ${took} ms after the command`}\n`);
  }
}
