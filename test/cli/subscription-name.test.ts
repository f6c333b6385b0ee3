import { describe, expect, test } from '@jest/globals';
import { type Meant, subscriptionNamed } from '#cli/subscription-name.ts';

const ask = (subscriptions: readonly object[]) => ({
  api: async <T>(call: { query?: unknown }): Promise<T> => {
    expect(call.query).toMatchObject({ product: 'sales/orders' });
    return { subscriptions } as T;
  },
});
const one = (id: string, state: string, more: object = {}) => ({ id, state, ...more });
const named = (subscriptions: readonly object[], meant: Meant = 'waiting', text = 'sales/orders') =>
  subscriptionNamed(ask(subscriptions), text, meant);

describe('a subscription that a person names', () => {
  test('by its id, without asking anybody', async () => {
    const deaf = { api: () => Promise.reject(new Error('asked')) };
    expect(await subscriptionNamed(deaf, 'sales.orders.v1.finance.a1', 'live')).toBe('sales.orders.v1.finance.a1');
  });

  test('by its product, where only one waits', async () => {
    expect(await named([one('a', 'revoked'), one('b', 'pending'), one('c', 'active')])).toBe('b');
    expect(await named([one('a', 'active', { renewal: {} }), one('c', 'active')])).toBe('a');
    expect(await named([one('a', 'revoked'), one('c', 'expiring')], 'live')).toBe('c');
    expect(await named([one('a', 'revoked')], 'any')).toBe('a');
    expect(await named([one('a', 'revoked'), one('b', 'active')], 'any')).toBe('b');
  });

  test('is refused where none or several can be meant, and told which', async () => {
    await expect(named([one('a', 'active')])).rejects.toMatchObject({ code: 'WEFT-CLI-140' });
    await expect(named([one('a', 'pending'), one('b', 'pending')])).rejects.toThrow(/2 subscriptions .*a, b/);
  });

  test.each(['', 'Sales/orders', 'a b', '../x'])('is refused as %p', async (text) => {
    await expect(named([], 'any', text)).rejects.toMatchObject({ code: 'WEFT-CLI-025' });
  });
});
