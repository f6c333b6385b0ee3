import { type ProductRecord, productId } from '#mesh/product/product.ts';
import { type Invocation, textOption } from '../command.ts';
import { busy, tone } from '../io.ts';
import { callLife, neededNumber } from '../product-life.ts';
import { waitForRemoval } from '../wait.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const body = {
    major: neededNumber(invocation, 'major'),
    force: invocation.options.force === true,
    reason: textOption(invocation, 'reason'),
  };
  const { answer, connection } = await callLife<{ product: ProductRecord }>(invocation, 'retirement', body);
  busy(io, `waiting until nothing of ${productId(answer.product)} is left`);
  const product = invocation.options.wait === false ? answer.product : await waitForRemoval(connection, answer.product);
  if (invocation.json) {
    io.out(`${JSON.stringify({ product })}\n`);
    return;
  }
  const name = `${productId(product)} v${product.major}`;
  const gone = product.status.removedAt !== undefined;
  const proof = gone ? ': the read-backs show that nothing is left' : '; it is swept until nothing is left';
  io.err(`${name} is ${tone(io, gone ? 'good' : 'warn', product.state)}${proof}\n`);
}
