import type { Store } from './store.ts';

const NAMESPACE = 'organizations';

/** Makes an account a member of an organization, or of none. */
export function setOrganization(store: Store, account: string, organizationId: string | undefined): void {
  if (organizationId === undefined) store.delete(NAMESPACE, account);
  else store.put(NAMESPACE, account, { organizationId });
}

/** The organization (`o-…`) that an account belongs to. */
export function organizationOf(store: Store, account: string): string | undefined {
  return store.get<{ organizationId: string }>(NAMESPACE, account)?.organizationId;
}
