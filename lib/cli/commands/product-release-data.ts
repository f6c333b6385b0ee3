import { type ProductRecord, productId } from '#mesh/product/product.ts';
import { type Invocation, numberOption, textOption } from '../command.ts';
import { callLife } from '../product-life.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const body = {
    action: 'release',
    major: numberOption(invocation, 'major'),
    table: textOption(invocation, 'table'),
    reason: textOption(invocation, 'reason'),
  };
  const { product } = (await callLife<{ product: ProductRecord }>(invocation, 'quality', body)).answer;
  if (invocation.json) {
    io.out(`${JSON.stringify({ product })}\n`);
    return;
  }
  const { updated } = product.status.deliveries ?? {};
  io.err(
    `${productId(product)} v${product.major}: consumers are told of ${updated?.tables.join(', ')} up to ${updated?.at}\n`,
  );
}
