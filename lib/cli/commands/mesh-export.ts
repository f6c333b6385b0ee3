import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { exportProduct } from '#mesh/contract/export.ts';
import { writeModel } from '#mesh/contract/standard/document.ts';
import { userError } from '#mesh/error.ts';
import { isPublished } from '#mesh/product/life.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { domainNamed, type Topology } from '#mesh/topology/topology.ts';
import { type Invocation, textOption } from '../command.ts';
import { type Connection, connect } from '../connection.ts';
import { type Io, tone } from '../io.ts';
import { everyProduct, everySubscription } from '../pages.ts';

/** Writes all that the mesh knows, and the caller may see, in formats that other tools read. */
export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const folder = resolve(io.cwd, textOption(invocation, 'out') ?? 'mesh-export');
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw userError('WEFT-CLI-141', `${folder} is there and not empty`, { hint: 'name a new folder with --out' });
  const connection = await connect(invocation);
  const mesh = await connection.api<{ topology: Topology }>({ method: 'GET', path: '/mesh' });
  const products = await productsOf(connection, io);
  const subscriptions = await everySubscription(connection, {}, io);
  const files = [
    { path: 'mesh.json', text: json(mesh) },
    { path: 'subscriptions.json', text: json(subscriptions) },
    ...products.flatMap((product) => documentsOf(product, mesh.topology)),
  ];
  for (const { path, text } of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const counts = { products: products.length, subscriptions: subscriptions.length };
  if (invocation.json) {
    io.out(`${JSON.stringify({ folder, ...counts, files: files.map(({ path }) => path) })}\n`);
    return;
  }
  io.err(
    `${tone(io, 'good', 'written')}: ${counts.products} product versions and ${counts.subscriptions} subscriptions to ${relative(io.cwd, folder) || '.'}\n`,
  );
}

/** Every version that ever was published, each as whole as the caller may see it. */
async function productsOf(connection: Connection, io: Io): Promise<ProductRecord[]> {
  const products = await everyProduct(connection, {}, io);
  const whole: ProductRecord[] = [];
  for (const { domain, name, major } of products.filter(isPublished)) {
    const path = `/products/${domain}/${name}`;
    const query = { major: String(major) };
    whole.push((await connection.api<{ product: ProductRecord }>({ method: 'GET', path, query })).product);
  }
  return whole;
}

function documentsOf(record: ProductRecord, topology: Topology): { path: string; text: string }[] {
  const { domain, name, major } = record;
  const { product, contracts } = exportProduct(record, topology.mesh, domainNamed(topology, domain)?.account ?? '');
  const path = `products/${domain}/${name}/v${major}/${name}`;
  return [
    { path: `${path}.odps.yaml`, text: writeModel(product) },
    ...contracts.map((contract, index) => ({
      path: `${path}${index === 0 ? '' : `-${index + 1}`}.odcs.yaml`,
      text: writeModel(contract),
    })),
  ];
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
