import { setTimeout as sleep } from 'node:timers/promises';
import { WeftError } from '#mesh/error.ts';
import { type ProductRecord, productId } from '#mesh/product/product.ts';
import type { ShareRecord } from '#mesh/subscription/subscription.ts';
import type { Connection } from './connection.ts';
import { everyPage } from './pages.ts';

/** How long a command waits for a look, in milliseconds. */
const PATIENCE_MS = 60_000;
const POLL_MS = 100;

/**
 * Waits until a look that was asked for has been had in the governance account and reported by the consumers' agents.
 * @throws WeftError `WEFT-CLI-013` when it was not within a minute.
 */
export async function waitForLook(connection: Connection, { domain, name, major, lookAsked }: ProductRecord) {
  const since = lookAsked?.at ?? '';
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    const path = `/products/${domain}/${name}`;
    const query = { major: String(major) };
    const { product, shares } = await everyPage<{ product: ProductRecord; shares: ShareRecord[] }>(
      connection,
      path,
      query,
    );
    const looked = (product.status.auditedAt ?? '') >= since;
    if (looked && shares.every(hasAnswered)) return;
    await sleep(POLL_MS);
  }
  throw new WeftError(
    'WEFT-CLI-013',
    `${productId({ domain, name })} was not looked at within ${PATIENCE_MS / 1000} s`,
    {
      source: 'user',
      hint: 'weft product show tells its conditions; weft local logs the Lambdas',
    },
  );
}

/** An account that was not asked, because it has nothing, has nothing to say. */
function hasAnswered({ look, applied }: ShareRecord): boolean {
  return look === undefined || (applied !== undefined && applied.at >= look.at);
}
