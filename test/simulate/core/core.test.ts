import { expect, test } from '@jest/globals';
import { simulateCore } from './simulate.ts';

test('four hundred seeds break nothing, and everything that matters happens in them', async () => {
  const actions = new Map<string, number>();
  for (let seed = 1; seed <= 400; seed += 1) {
    const core = await simulateCore(seed, 200);
    for (const [action, count] of core.actions) actions.set(action, (actions.get(action) ?? 0) + count);
  }
  const rare = [
    'SubscriptionApproved',
    'SubscriptionActivated',
    'SubscriptionRejected',
    'SubscriptionRevoking',
    'SubscriptionRevoked',
    'SubscriptionExpired',
    'SubscriptionSuspended',
    'SubscriptionResumed',
    'ProductSuspended',
    'ProductResumed',
    'ShareRequested',
    'ShareApplied',
    'ShareFailed',
  ].filter((action) => (actions.get(action) ?? 0) < 50);
  expect(rare).toEqual([]);
}, 60_000);

test('the same seed does the same', async () => {
  const [one, again] = [await simulateCore(7, 200), await simulateCore(7, 200)];
  expect(again.store.now()).toEqual(one.store.now());
  expect(again.central.grants()).toEqual(one.central.grants());
});
