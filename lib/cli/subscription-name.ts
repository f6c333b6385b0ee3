import { userError } from '#mesh/error.ts';
import type { SubscriptionRecord } from '#mesh/subscription/subscription.ts';
import type { Connection } from './connection.ts';
import { everySubscription } from './pages.ts';
import { subscriptionId } from './subscriptions.ts';

/** Which subscriptions of a product can be meant: those that wait for a word, those that go on, or whichever is there. */
export type Meant = 'waiting' | 'live' | 'any';

const WAITING = ({ state, renewal }: SubscriptionRecord) => state === 'pending' || renewal !== undefined;
const LIVE = ({ state }: SubscriptionRecord) => ['pending', 'approved', 'active', 'expiring'].includes(state);

/**
 * The id of the subscription that a person names: the id itself, or the product, `<domain>/<product>`, where only one of it can be meant.
 * @throws WeftError `WEFT-CLI-025` when it is neither, `WEFT-CLI-140` when none or several can be meant.
 */
export async function subscriptionNamed(
  connection: Pick<Connection, 'api'>,
  text: string,
  meant: Meant,
): Promise<string> {
  if (!/^[a-z0-9-]+\/[a-z0-9-]+$/.test(text)) return subscriptionId(text);
  const subscriptions = await everySubscription(connection, { product: text });
  const live = subscriptions.filter(meant === 'waiting' ? WAITING : LIVE);
  // Those that ended are meant only where nothing else is there.
  const possible = meant === 'any' && live.length === 0 ? subscriptions : live;
  const [one, ...others] = possible;
  if (one === undefined) {
    const what = { waiting: 'that waits for a word', live: 'that could end', any: 'that you may see' }[meant];
    throw userError('WEFT-CLI-140', `${text} has no subscription ${what}`, {
      hint: 'weft subscription list shows them',
    });
  }
  if (others.length > 0) {
    const ids = possible.map(({ id }) => id).join(', ');
    throw userError('WEFT-CLI-140', `${text} has ${possible.length} subscriptions that can be meant: ${ids}`, {
      hint: 'name one of them',
    });
  }
  return one.id;
}
