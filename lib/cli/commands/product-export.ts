import { existsSync, readdirSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { userError } from '#mesh/error.ts';
import type { Decision } from '#mesh/policy/decision.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import { type Invocation, textOption } from '../command.ts';
import { connect } from '../connection.ts';
import { exportProduct } from '../export.ts';
import { busy, tone } from '../io.ts';
import { splitProduct } from './product-show.ts';

export async function run(invocation: Invocation): Promise<undefined> {
  const { io } = invocation;
  const { domain, name } = splitProduct(invocation.args[0] ?? '');
  const folder = resolve(io.cwd, textOption(invocation, 'out') ?? name);
  if (existsSync(folder) && (!statSync(folder).isDirectory() || readdirSync(folder).length > 0)) {
    throw userError('WEFT-EXPORT-003', `${folder} is not an empty folder`, {
      hint: 'an export writes into an empty folder: give another with --out',
    });
  }
  const connection = await connect(invocation);
  const query = { major: textOption(invocation, 'major') };
  const { product } = await connection.api<{ product: ProductRecord }>({
    method: 'GET',
    path: `/products/${domain}/${name}`,
    query,
  });
  await connection.api<{ decision: Decision }>({
    method: 'POST',
    path: `/products/${domain}/${name}/export`,
    body: { major: product.major, purpose: textOption(invocation, 'purpose') },
  });
  busy(io, `unloading ${domain}/${name}`);
  const manifest = await exportProduct(connection, product, folder);
  if (invocation.json) {
    io.out(`${JSON.stringify(manifest)}\n`);
    return;
  }
  for (const file of manifest.files) io.out(`${file.path}  ${file.bytes} bytes  sha256 ${file.sha256}\n`);
  io.err(
    `${tone(io, 'good', 'exported')} what ${invocation.options.as ?? 'you'} may see of ${manifest.product} ${manifest.version} to ${folder}\n`,
  );
}
