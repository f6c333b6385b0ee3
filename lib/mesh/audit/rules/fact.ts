/** Something that somebody did with the data of the mesh, as the audit tables tell it. */
export interface Fact {
  readonly kind: 'read' | 'denial';
  /** The query, or the entry of the trail. */
  readonly id: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
  /** The role's ARN. */
  readonly principal: string;
  /** The name of the role's session; empty where the trail does not say. */
  readonly session: string;
  /** The account of the principal. */
  readonly account: string;
  readonly domain?: string;
  readonly product?: string;
  readonly major?: number;
  readonly table?: string;
  /** Empty where the trail does not say: then every column of the table may have been read. */
  readonly columns: readonly string[];
  readonly subscriptions: readonly string[];
  /** Bytes that the query scanned, over all that it read. */
  readonly bytes: number;
}

/** `<domain>/<product>`, or undefined for a denial that was about none. */
export function productOf({ domain, product }: Fact): string | undefined {
  return domain === undefined || product === undefined ? undefined : `${domain}/${product}`;
}

/** What the columns of a fact are; undefined where the product is not known. */
export interface Sensitivity {
  /** The highest level among them. */
  readonly classification: string;
  readonly personal: boolean;
}

/** The role of an assumed-role ARN; the ARN itself of anything else. */
export function roleOf(arn: string): { readonly principal: string; readonly session: string } {
  const [, account, role, session = ''] = /^arn:aws[a-z-]*:sts::(\d{12}):assumed-role\/([^/]+)\/(.*)$/.exec(arn) ?? [];
  return role === undefined
    ? { principal: arn, session: '' }
    : { principal: `arn:aws:iam::${account}:role/${role}`, session };
}

/** The account in an ARN; empty when there is none. */
export function accountOf(arn: string): string {
  return /^arn:aws[a-z-]*:(?:sts|iam)::(\d{12}):/.exec(arn)?.[1] ?? '';
}
