import { createHash } from 'node:crypto';
import { everyRecord, type ProductPart } from '#aws/registry.ts';
import { keyOf, sortOf } from '#aws/registry-keys.ts';
import type { Range } from '#aws/registry-range.ts';
import { canonicalText } from '#mesh/canonical.ts';
import { type DriftEntry, severityOf, whoOf } from '#mesh/drift/finding.ts';
import { isOpen, openDrift } from '#mesh/drift/history.ts';
import { userError } from '#mesh/error.ts';
import type { ListPage, PageQuery } from '#mesh/page.ts';
import { isPublished } from '#mesh/product/life.ts';
import { type ProductRecord, productId } from '#mesh/product/product.ts';
import { authorize, may } from './authorize.ts';
import type { Caller } from './caller.ts';
import type { Place } from './cursors.ts';
import { optimistically } from './optimistic.ts';
import { type List, type Portion, pageOf, portions, type Row, rowsBehind } from './paged.ts';
import { versionsOf } from './products.ts';
import { type ApiDeps, changeBy, type Request } from './request.ts';

/** One thing that was changed past the mesh, as the API answers. */
export interface DriftLine extends DriftEntry {
  /** `<domain>/<product>`. */
  readonly product: string;
  readonly major: number;
  /** The domain in whose account it is; absent: the governance account. */
  readonly consumer?: string;
  readonly severity: string;
  /** ARN of who did it, or the events of CloudTrail that say so. */
  readonly who: string;
  readonly open: boolean;
}

export interface LookWish {
  /** `<domain>/<product>`; absent: every product of the caller's reach. */
  readonly product?: string;
}

/** What the caller may know of drift, of one product or all: first what is in the governance account, product by product, then what is in others'. @throws WEFT-API-003, -011, -012. */
export function listDrift(
  query: PageQuery & { readonly product?: string },
  caller: Caller,
  deps: Pick<ApiDeps, 'registry' | 'cursors'>,
): Promise<ListPage<DriftLine>> {
  const { product } = query;
  const named = product === undefined ? undefined : splitName(product);
  const { registry } = deps;
  const rowsOf = (record: ProductPart, place: Place) => rowsIn(record, place, caller);
  const list: List<DriftLine> = {
    route: 'GET /drift',
    filter: { product },
    async *read(after, size) {
      const [leg = PRODUCTS, from] = after ?? [];
      const behind = ({ rows, more }: Portion<DriftLine>, last: boolean) => ({
        rows: rowsBehind(rows, after),
        more: more || !last,
      });
      if (named !== undefined) {
        const read = (range: Range) => registry.productPage(named, range);
        const parts = portions({ from }, size, read, (one) => rowsOf(one, [PRODUCTS, keyOf(one).sk]));
        for await (const portion of parts) yield behind(portion, true);
        return;
      }
      if (leg === PRODUCTS) {
        const read = (range: Range) => registry.page('product', range);
        const products = portions({ from }, size, read, (one) => rowsOf(one, [PRODUCTS, sortOf(one)]));
        for await (const portion of products) yield behind(portion, false);
      }
      const read = (range: Range) => registry.page('share', range);
      const start = { from: leg === PRODUCTS ? undefined : from };
      for await (const portion of portions(start, size, read, (one) => rowsOf(one, [SHARES, sortOf(one)])))
        yield behind(portion, true);
    },
  };
  return pageOf(list, query, deps);
}

/** The two parts of the list. */
const PRODUCTS = '1';
const SHARES = '2';

/** What was found of one record, and the record's own place, which is before. */
function rowsIn(record: ProductPart, place: Place, caller: Caller): Row<DriftLine>[] {
  const own = { place: [...place, ''] };
  if (record.type === 'subscription') return [own];
  const {
    domain,
    product,
    major,
    consumer,
    drift = [],
  } = record.type === 'product'
    ? { ...record, product: record.name, consumer: undefined, drift: record.status.drift }
    : { ...record.intent, drift: record.drift };
  const sides = { owner: domain, ...(consumer === undefined ? {} : { consumer }) };
  if (drift.length === 0 || !may('subscription.read', caller, sides)) return [own];
  const of = { product: `${domain}/${product}`, major, ...(consumer === undefined ? {} : { consumer }) };
  return [own, ...drift.map((entry) => ({ place: [...place, digestOf(entry)], entry: lineOf(entry, of) }))];
}

/** One finding among those of its record, wherever it stands among them by then. */
function digestOf({ kind, account, on, at }: DriftEntry): string {
  return createHash('sha256').update(canonicalText({ kind, account, on, at })).digest('base64url').slice(0, 16);
}

function lineOf(entry: DriftEntry, place: Pick<DriftLine, 'product' | 'major' | 'consumer'>): DriftLine {
  return { ...place, ...entry, severity: severityOf(entry), who: whoOf(entry), open: isOpen(entry) };
}

/**
 * Has the reconciler look at every table of a product, and its consumers' agents at their accounts; with `mend` they put right what they find,
 * whatever `mesh.yaml` says. Without a product: of all that the caller may, those with open findings where it is to be mended.
 * @throws WEFT-AUTH-002, WEFT-API-003, WEFT-PRODUCT-001.
 */
export async function askForLook(
  wish: LookWish,
  { mend }: { readonly mend: boolean },
  request: Request,
  deps: ApiDeps,
): Promise<ProductRecord[]> {
  const action = mend ? 'drift.repair' : 'drift.check';
  const { caller } = request;
  // Who has no product of his own may as little as the others: an empty list would look like a yes.
  if (wish.product === undefined) authorize(action, caller, { owner: caller.domain });
  const names = wish.product === undefined ? await namesWithin(caller, mend, deps) : [splitName(wish.product)];
  const asked: ProductRecord[] = [];
  for (const name of names) {
    authorize(action, caller, { owner: name.domain });
    asked.push(...(await ask(name, mend, request, deps)));
  }
  return asked;
}

function ask(
  name: { readonly domain: string; readonly name: string },
  mend: boolean,
  request: Request,
  deps: ApiDeps,
): Promise<ProductRecord[]> {
  return optimistically(async () => {
    const versions = (await versionsOf(name, deps)).map(({ product }) => product).filter(isPublished);
    const change = changeBy(request, mend ? 'DriftRepairAsked' : 'DriftCheckAsked', deps.now());
    const lookAsked = { by: request.caller.arn, at: change.at, mend };
    const records = versions.map((product) => ({ ...product, lookAsked, change, revision: product.revision + 1 }));
    const writes = records.map((record) => ({ record, replaces: record.revision - 1 }));
    if (writes.length > 0) await deps.registry.write(writes);
    return records;
  });
}

async function namesWithin(
  { domain }: Caller,
  mend: boolean,
  deps: ApiDeps,
): Promise<{ readonly domain: string; readonly name: string }[]> {
  const names = new Map<string, { readonly domain: string; readonly name: string }>();
  const add = (entry: { readonly domain: string; readonly name: string }) => names.set(productId(entry), entry);
  const prefix = domain === undefined ? undefined : `${domain}/`;
  for await (const product of everyRecord(deps.registry, 'product', prefix)) {
    if (isPublished(product) && (!mend || openDrift(product.status.drift).length > 0)) add(product);
  }
  if (!mend) return [...names.values()];
  for await (const { intent, drift } of everyRecord(deps.registry, 'share')) {
    const within = domain === undefined || intent.domain === domain;
    if (within && openDrift(drift).length > 0) add({ domain: intent.domain, name: intent.product });
  }
  return [...names.values()];
}

function splitName(text: string): { domain: string; name: string } {
  const [domain = '', name = '', ...more] = text.split('/');
  if (domain !== '' && name !== '' && more.length === 0) return { domain, name };
  throw userError('WEFT-API-003', `\`${text}\` is not a product`, { hint: 'write `<domain>/<product>`' });
}
