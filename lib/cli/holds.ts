import type { ProductRecord } from '#mesh/product/product.ts';
import type { Hold } from '#mesh/retention/hold.ts';
import { type Invocation, textOption } from './command.ts';
import { splitProduct } from './commands/product-show.ts';
import { connect } from './connection.ts';
import { tone } from './io.ts';

/** `retention hold` and `retention release`. */
export async function steerHold(invocation: Invocation, action: 'place' | 'release'): Promise<undefined> {
  const { io } = invocation;
  const id = invocation.args[0] ?? '';
  const { domain, name } = splitProduct(id);
  const connection = await connect(invocation);
  const body = {
    action,
    reason: textOption(invocation, 'reason'),
    ...(action === 'place' ? { table: textOption(invocation, 'table') } : { hold: textOption(invocation, 'hold') }),
  };
  const { hold, products } = await connection.api<{ hold: Hold; products: ProductRecord[] }>({
    method: 'POST',
    path: `/products/${domain}/${name}/hold`,
    body,
  });
  if (invocation.json) {
    io.out(`${JSON.stringify({ hold, products })}\n`);
    return undefined;
  }
  const what = hold.table === undefined ? 'every table' : hold.table;
  const left = new Set(products.flatMap(({ holds = [] }) => holds.map((one) => one.id))).size;
  const after = left === 0 ? 'nothing holds it any more' : `${left} more hold it`;
  if (action === 'place') io.err(`${id}: ${tone(io, 'warn', 'held')}, ${what}; hold ${hold.id}\n`);
  else io.err(`${id}: ${tone(io, 'good', 'released')}, hold ${hold.id} of ${hold.side}; ${after}\n`);
  return undefined;
}
