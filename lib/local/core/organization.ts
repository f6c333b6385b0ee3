import type { Store } from './store.ts';

const NAMESPACE = 'organizations';

interface Membership {
  readonly organizationId: string;
  /** The organizational unit (`ou-…`) that the account is in; absent: the root. */
  readonly unit?: string;
}

/** Makes an account a member of an organization, in one of its units or its root, or of none. */
export function setOrganization(
  store: Store,
  account: string,
  organizationId: string | undefined,
  unit?: string,
): void {
  if (organizationId === undefined) store.delete(NAMESPACE, account);
  else store.put(NAMESPACE, account, { organizationId, ...(unit === undefined ? {} : { unit }) } satisfies Membership);
}

/** The organizational unit that an account is in; undefined in the root or without an organization. */
export function unitOf(store: Store, account: string): string | undefined {
  return store.get<Membership>(NAMESPACE, account)?.unit;
}

/** The organization (`o-…`) that an account belongs to. */
export function organizationOf(store: Store, account: string): string | undefined {
  return store.get<Membership>(NAMESPACE, account)?.organizationId;
}
