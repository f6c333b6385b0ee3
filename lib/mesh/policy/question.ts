import type { SchemaChange } from '../contract/compatibility.ts';
import type { ProductDraft } from '../contract/draft.ts';
import type { ProductRecord } from '../product/product.ts';
import type { AccessScope } from '../subscription/subscription.ts';
import type { DomainRole, GovernanceRole } from '../topology/names.ts';

export const POLICY_ACTIONS = ['publish', 'change', 'subscribe', 'renew', 'share', 'export'] as const;

/** The points at which policy is asked; `share` is passing on inside the consuming account. */
export type PolicyAction = (typeof POLICY_ACTIONS)[number];

/** Who asks; a `Caller` is one. */
export interface PolicyPrincipal {
  /** As IAM said it, the session included. */
  readonly arn: string;
  /** The domain whose account it is. */
  readonly domain?: string;
  readonly kind?: DomainRole | GovernanceRole;
  /** The application that the principal acts as; absent for people. */
  readonly application?: { readonly name: string; readonly state: 'approved' | 'suspended' | 'unknown' };
}

interface Question {
  readonly principal: PolicyPrincipal;
  /** ISO 8601. */
  readonly now: string;
}

/** May this become the published version? */
export interface PublishQuestion extends Question {
  readonly action: 'publish';
  readonly product: ProductDraft;
  /** Every other product of the mesh, for what only they together can get wrong. Default none. */
  readonly others?: readonly ProductRecord[];
}

/** May this take the place of the published version? */
export interface ChangeQuestion extends Question {
  readonly action: 'change';
  readonly product: ProductDraft;
  readonly before: ProductRecord;
  readonly changes: readonly SchemaChange[];
  /** Subscriptions that are live. */
  readonly subscriptions: number;
}

/** What access is asked for. */
export interface AccessWish {
  /** The domain that gets it. */
  readonly consumer: string;
  readonly scope: AccessScope;
  readonly purpose: string;
  /** ISO 8601; absent: no end. */
  readonly expiresAt?: string;
  /** Roles of the consuming account that get it. */
  readonly principals?: readonly string[];
  /** The whole account gets it, and its own admin passes on. */
  readonly wholeAccount?: boolean;
}

/** May this access be had, kept on, passed on or taken out of the mesh as files? */
export interface AccessQuestion extends Question {
  readonly action: 'subscribe' | 'renew' | 'share' | 'export';
  readonly product: ProductRecord;
  readonly request: AccessWish;
  /** The subscription that it is about, where there is one. */
  readonly subscription?: string;
}

export type PolicyQuestion = PublishQuestion | ChangeQuestion | AccessQuestion;
