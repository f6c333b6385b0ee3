import type { ProductRecord } from '#mesh/product/product.ts';
import { type Invocation, numberOption } from '../command.ts';
import { callLife } from '../product-life.ts';
import { qualityView, renderQuality } from '../quality.ts';
import { waitForMeasurement } from '../wait.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const body = { action: 'measure', major: numberOption(invocation, 'major') };
  const { answer, connection } = await callLife<{ product: ProductRecord }>(invocation, 'quality', body);
  const waits = invocation.options.wait !== false;
  const product = waits ? await waitForMeasurement(connection, answer.product) : answer.product;
  const view = qualityView(product);
  if (invocation.json) io.out(`${JSON.stringify(view)}\n`);
  else if (waits) renderQuality(io, view);
  else io.err(`${view.product} v${view.major} will be measured\n`);
}
