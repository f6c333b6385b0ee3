import { type ProductRecord, productId } from '#mesh/product/product.ts';
import { type Invocation, numberOption, textOption } from '../command.ts';
import { tone } from '../io.ts';
import { callLife, neededNumber } from '../product-life.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const undo = invocation.options.undo === true;
  const body = {
    action: undo ? 'reactivate' : 'deprecate',
    major: neededNumber(invocation, 'major'),
    sunset: textOption(invocation, 'sunset'),
    reason: textOption(invocation, 'reason'),
    successor: numberOption(invocation, 'successor'),
  };
  const { product } = (await callLife<{ product: ProductRecord }>(invocation, 'deprecation', body)).answer;
  if (invocation.json) {
    io.out(`${JSON.stringify({ product })}\n`);
    return;
  }
  const name = `${productId(product)} v${product.major}`;
  const { deprecation } = product;
  if (deprecation === undefined) {
    io.err(`${name} is ${tone(io, 'good', product.state)} again\n`);
    return;
  }
  const next = deprecation.successor === undefined ? '' : `, followed by v${deprecation.successor}`;
  io.err(
    `${name} is ${tone(io, 'warn', product.state)} until ${deprecation.sunset}${next}; its subscribers are told\n`,
  );
}
