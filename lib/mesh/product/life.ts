/** The states of a data product, in the words and the order of the Open Data Product Standard. */
const PRODUCT_STATES = ['proposed', 'draft', 'active', 'deprecated', 'retired'] as const;

export type ProductState = (typeof PRODUCT_STATES)[number];

/** Where each state may go to; `new` stands for a version that the registry does not know. */
const NEXT: Readonly<Record<ProductState | 'new', readonly ProductState[]>> = {
  new: ['proposed', 'draft', 'active'],
  proposed: ['draft', 'retired'],
  draft: ['active', 'retired'],
  active: ['deprecated', 'retired'],
  deprecated: ['active', 'retired'],
  retired: [],
};

/** The states that may follow; staying as it is is no step and is always possible, but for what is retired. */
export function nextStates(from: ProductState | undefined): readonly ProductState[] {
  return NEXT[from ?? 'new'];
}

/** True for a step that the life of a product knows. A retired version never changes. */
export function mayBecome(from: ProductState | undefined, to: ProductState): boolean {
  return (from === to && from !== 'retired') || nextStates(from).includes(to);
}

/** True while the version has tables in the central catalog that can be shared: proposals and drafts are only seen. */
export function isPublished({ state }: { readonly state: ProductState }): boolean {
  return state === 'active' || state === 'deprecated';
}

/** The announced end of a version. */
export interface Deprecation {
  /** ISO 8601: from then on the sweep retires it. */
  readonly sunset: string;
  readonly at: string;
  /** The IAM principal, as an ARN. */
  readonly by: string;
  readonly reason?: string;
  /** The major version that subscribers should move to. */
  readonly successor?: number;
  /** True when the contract says so: then the contract takes it back, too. */
  readonly declared?: true;
  /** When subscribers were told that the end is near. */
  readonly noticedAt?: string;
}

/** How and why a version was ended. */
export interface Retirement {
  readonly at: string;
  /** The IAM principal as an ARN, or `weft:sweep` at the sunset. */
  readonly by: string;
  readonly reason?: string;
}

/** How long before the sunset subscribers are told again, in milliseconds: 14 days. */
const SUNSET_NOTICE = 14 * 86_400_000;

/** What the passing of time asks of a deprecated version: to be retired, to be announced again, or nothing. */
export function dueOf(
  product: { readonly state: ProductState; readonly deprecation?: Deprecation },
  now: Date,
): 'retire' | 'notice' | undefined {
  const { state, deprecation } = product;
  if (state !== 'deprecated' || deprecation === undefined) return undefined;
  const left = Date.parse(deprecation.sunset) - now.getTime();
  if (left <= 0) return 'retire';
  return left <= SUNSET_NOTICE && deprecation.noticedAt === undefined ? 'notice' : undefined;
}
