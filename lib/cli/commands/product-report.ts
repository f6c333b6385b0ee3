import { type ProductRecord, productId } from '#mesh/product/product.ts';
import { condition } from '#mesh/record.ts';
import { type Invocation, numberOption, textOption } from '../command.ts';
import { tone } from '../io.ts';
import { callLife } from '../product-life.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const delivered = textOption(invocation, 'delivered');
  const body = {
    major: numberOption(invocation, 'major'),
    quality: textOption(invocation, 'quality'),
    rule: textOption(invocation, 'rule'),
    message: textOption(invocation, 'text'),
    delivered: delivered === 'now' ? new Date().toISOString() : delivered,
    table: textOption(invocation, 'table'),
  };
  const { product } = (await callLife<{ product: ProductRecord }>(invocation, 'report', body)).answer;
  if (invocation.json) {
    io.out(`${JSON.stringify({ product })}\n`);
    return;
  }
  for (const type of ['Healthy', 'Fresh'] as const) {
    const found = condition(product, type);
    if (found === undefined) continue;
    const { status, reason, message } = found;
    const said = `${type} ${tone(io, status === 'true' ? 'good' : 'warn', status)} ${reason}`;
    io.err(`${productId(product)} v${product.major}: ${said}${message === undefined ? '' : `, ${message}`}\n`);
  }
}
