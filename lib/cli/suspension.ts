import { type ProductRecord, productId } from '#mesh/product/product.ts';
import type { DomainRecord } from '#mesh/subscription/stop.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import { isSuspended, type Reach } from '#mesh/suspension.ts';
import { type Invocation, textOption } from './command.ts';
import { splitProduct } from './commands/product-show.ts';
import { connect } from './connection.ts';
import { type Io, tone } from './io.ts';
import { subscriptionId } from './subscriptions.ts';
import { waitForAccess, waitForAccessOf, waitForDomain } from './wait.ts';

type Action = 'suspend' | 'resume';

/** `product suspend` and `product resume`: asks, and waits until the read-backs of every consumer prove it. */
export async function steerProduct(invocation: Invocation, action: Action): Promise<undefined> {
  const { io } = invocation;
  const { domain, name } = splitProduct(invocation.args[0] ?? '');
  const connection = await connect(invocation);
  const { products } = await connection.api<{ products: ProductRecord[] }>({
    method: 'POST',
    path: `/products/${domain}/${name}/suspension`,
    body: { action, reason: textOption(invocation, 'reason') },
  });
  const subscriptions: SubscriptionRecord[] = [];
  if (invocation.options.wait !== false)
    for (const product of products) subscriptions.push(...(await waitForAccess(connection, product)));
  if (invocation.json) io.out(`${JSON.stringify({ products, subscriptions })}\n`);
  else
    for (const product of products)
      tell(io, `${productId(product)} v${product.major}`, product, invocation.options.wait !== false);
}

/** `subscription suspend` and `subscription resume`. */
export async function steerSubscription(invocation: Invocation, action: Action): Promise<undefined> {
  const { io } = invocation;
  const consumer = textOption(invocation, 'consumer');
  if (consumer !== undefined) return steerDomain(invocation, action, consumer, 'consuming');
  const id = subscriptionId(invocation.args[0] ?? '');
  const connection = await connect(invocation);
  const { subscription } = await connection.api<{ subscription: SubscriptionRecord }>({
    method: 'POST',
    path: `/subscriptions/${id}/suspension`,
    body: { action, reason: textOption(invocation, 'reason') },
  });
  const wait = invocation.options.wait !== false;
  const last = wait ? await waitForAccessOf(connection, subscription) : subscription;
  if (invocation.json) io.out(`${JSON.stringify({ subscription: last })}\n`);
  else tell(io, id, last, wait);
}

/** `domain suspend` and `domain resume`, and the same for what a domain consumes. */
export async function steerDomain(
  invocation: Invocation,
  action: Action,
  name: string,
  reach: Reach,
): Promise<undefined> {
  const { io } = invocation;
  const connection = await connect(invocation);
  const path = `/domains/${encodeURIComponent(name)}`;
  const { domain } = await connection.api<{ domain: DomainRecord }>({
    method: 'POST',
    path: `${path}/suspension`,
    body: { action, reach, reason: textOption(invocation, 'reason') },
  });
  const wait = invocation.options.wait !== false;
  const open = wait ? await waitForDomain(connection, path) : undefined;
  if (invocation.json) {
    io.out(`${JSON.stringify({ domain, open: open ?? null })}\n`);
    return undefined;
  }
  const stops = domain.stops.map((stop) => `${stop.side} (${stop.reach})`).join(' and ');
  const stopped = domain.stops.length > 0;
  const proof = stopped ? 'the read-back of every account shows nothing left' : 'every access is back as it was';
  const word = stopped ? `suspended by ${stops}` : 'resumed';
  io.err(`${name}: ${tone(io, stopped ? 'warn' : 'good', word)}${wait ? `, ${proof}` : ''}\n`);
  return undefined;
}

function tell(io: Io, what: string, record: Parameters<typeof isSuspended>[0], proven: boolean): void {
  const sides = record.suspensions?.map(({ side }) => side).join(' and ');
  const word = isSuspended(record) ? `suspended by ${sides}` : 'resumed';
  const proof = isSuspended(record)
    ? 'the read-back of every account shows nothing left'
    : 'every access is back as it was';
  io.err(`${what}: ${tone(io, isSuspended(record) ? 'warn' : 'good', word)}${proven ? `, ${proof}` : ''}\n`);
}
