import { publish, withMesh } from './mesh.ts';
import { type BenchResult, figure, quantile } from './result.ts';

const PRODUCTS = 100;

/** How long the mesh itself says that registering took, over many products, one after another. */
export async function run(): Promise<BenchResult[]> {
  return withMesh(async (world) => {
    const samples: number[] = [];
    for (let index = 0; index < PRODUCTS; index += 1) {
      const product = await publish(world, `product-${index}`, 1, false);
      if (product.status.timeToRegisterMs === undefined) throw new Error(`product-${index} has no time to register`);
      samples.push(product.status.timeToRegisterMs);
    }
    return [
      figure(`time to register on this machine, ${PRODUCTS} products: p50`, quantile(samples, 0.5), 'ms'),
      figure(`time to register on this machine, ${PRODUCTS} products: p95`, quantile(samples, 0.95), 'ms'),
    ];
  });
}
