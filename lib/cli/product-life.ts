import { userError } from '#mesh/error.ts';
import type { ProductRecord } from '#mesh/product/product.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { type Invocation, numberOption, textOption } from './command.ts';
import { splitProduct } from './commands/product-show.ts';
import { type Connection, connect } from './connection.ts';
import { tone } from './io.ts';
import { waitForAccess } from './wait.ts';

/** One call about a product's life, as the caller. */
export async function callLife<T>(
  invocation: Invocation,
  step: 'deprecation' | 'retirement' | 'rollout' | 'report' | 'feedback' | 'quality',
  body: object,
): Promise<{ answer: T; connection: Connection }> {
  const { domain, name } = splitProduct(invocation.args[0] ?? '');
  const connection = await connect(invocation);
  const path = `/products/${domain}/${name}/${step}`;
  return { answer: await connection.api<T>({ method: 'POST', path, body }), connection };
}

/** A whole number that has to be given. @throws WEFT-CLI-060 when it is not. */
export function neededNumber(invocation: Invocation, name: string, most?: number): number {
  const value = numberOption(invocation, name, most);
  if (value !== undefined) return value;
  throw userError('WEFT-CLI-060', `--${name} is missing`, { hint: `add --${name} <number>` });
}

interface RolloutAnswer {
  readonly product: ProductRecord;
  readonly following: readonly SubscriptionRecord[];
  readonly skipped: readonly { readonly subscription: string; readonly reason: string }[];
  readonly complete: boolean;
}

/** `product rollout` and `product rollback`: asks, and waits until the read-backs of the newer version's consumers prove it. */
export async function steerRollout(invocation: Invocation, share: number): Promise<undefined> {
  const { io } = invocation;
  const to = neededNumber(invocation, 'to');
  const body = { to, share, reason: textOption(invocation, 'reason') };
  const { answer, connection } = await callLife<RolloutAnswer>(invocation, 'rollout', body);
  if (invocation.options.wait !== false) {
    const { domain, name } = answer.product;
    const path = `/products/${domain}/${name}`;
    const { product } = await connection.api<{ product: ProductRecord }>({
      method: 'GET',
      path,
      query: { major: String(to) },
    });
    await waitForAccess(connection, product);
  }
  if (invocation.json) {
    io.out(`${JSON.stringify(answer)}\n`);
    return;
  }
  const open = answer.following.filter(({ state }) => state === 'approved' || state === 'active');
  for (const { id, follows } of open) io.err(`${id} follows ${follows?.subscription}\n`);
  for (const { subscription, reason } of answer.skipped)
    io.err(`${tone(io, 'warn', 'left out')} ${subscription}: ${reason}\n`);
  const back = answer.product.status.rollback;
  if (share === 0 || answer.product.rollout === undefined) {
    const word = answer.complete
      ? 'complete: every subscription was asked'
      : `taken back: ${back?.reason ?? 'nothing was rolled out'}`;
    io.err(`rollout to v${to} ${tone(io, answer.complete ? 'good' : 'warn', word)}\n`);
  } else io.err(`rollout to v${to}: ${share} % of the subscriptions, ${open.length} now\n`);
}
