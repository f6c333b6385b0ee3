import type { Change } from '../record.ts';
import type { Suspendable } from '../suspension.ts';

/** What a standing entitlement is over: products that come later included. */
export interface Selector {
  /** The owning domain; absent: every domain of the mesh. */
  readonly domain?: string;
  /** The highest level shown, and with it every level below. */
  readonly classification: string;
}

/** Whom a standing entitlement is for. */
export type Grantee =
  | {
      readonly kind: 'account';
      /** The consuming domain. */
      readonly domain: string;
      readonly account: string;
      /** Role ARNs in `account`. */
      readonly principals: readonly string[];
    }
  /** The accounts of an organization or of one unit: the analyst role of each domain among them. */
  | { readonly kind: 'organization' | 'ou'; readonly arn: string };

/** `tags`: one grant by LF-Tags covers every product. `names`: each product is granted by its own name. */
export type GrantWay = 'tags' | 'names';

/** `active`: the grants by LF-Tags were read back, and each product covered knows of it. */
export type EntitlementState = 'approved' | 'active' | 'revoking' | 'revoked' | 'expired';

/** A right to many products at once, without a subscription to each. */
export interface EntitlementRecord extends Suspendable {
  readonly type: 'entitlement';
  /** `<domain, or mesh>.<random>`. */
  readonly id: string;
  readonly selector: Selector;
  readonly grantee: Grantee;
  readonly purpose: string;
  /** The IAM principal, as an ARN. */
  readonly grantedBy: string;
  /** ISO 8601; absent: no end. */
  readonly expiresAt?: string;
  readonly way: GrantWay;
  /** Why that way was chosen, in one sentence. */
  readonly because: string;
  /** The domains whose people it is for, as of the last write: the audience of its events. */
  readonly consumers: readonly string[];
  readonly state: EntitlementState;
  readonly generation: number;
  readonly revision: number;
  readonly change: Change;
  readonly createdAt: string;
  readonly status: {
    /** Why the grants by LF-Tags are not as desired; absent when they are. */
    readonly problem?: string;
    readonly activatedAt?: string;
    readonly endedAt?: string;
  };
}

/** What a product knows of an entitlement that covers it: copied to its record, so that a product is compiled from its own records alone. */
export type Standing = Pick<EntitlementRecord, 'id' | 'selector' | 'grantee' | 'expiresAt' | 'way'>;

/** True while the entitlement is meant to give something; `now` is ISO 8601. */
export function isStanding(entitlement: EntitlementRecord, now: string): boolean {
  const { state, suspensions = [], expiresAt } = entitlement;
  const granted = state === 'approved' || state === 'active';
  return granted && suspensions.length === 0 && !hasEnded(expiresAt, now);
}

/** True from the moment of the end on. */
export function hasEnded(expiresAt: string | undefined, now: string): boolean {
  return expiresAt !== undefined && Date.parse(expiresAt) <= Date.parse(now);
}

/** The entitlements that cover the products of a domain, as a product keeps them, in the order of their ids. */
export function standingsOf(domain: string, entitlements: readonly EntitlementRecord[], now: string): Standing[] {
  return entitlements
    .filter((entitlement) => isStanding(entitlement, now) && covers(entitlement.selector, domain))
    .map(({ id, selector, grantee, expiresAt, way }) => ({
      id,
      selector,
      grantee,
      ...(expiresAt === undefined ? {} : { expiresAt }),
      way,
    }))
    .toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** True when the selector takes in the products of that domain. */
export function covers(selector: Selector, domain: string): boolean {
  return selector.domain === undefined || selector.domain === domain;
}
