import { everyRecord } from '#aws/registry.ts';
import { type DriftEntry, severityOf, whoOf } from '#mesh/drift/finding.ts';
import { isOpen, openDrift } from '#mesh/drift/history.ts';
import { userError } from '#mesh/error.ts';
import { isPublished } from '#mesh/product/life.ts';
import { type ProductRecord, productId } from '#mesh/product/product.ts';
import { authorize, may } from './authorize.ts';
import type { Caller } from './caller.ts';
import { optimistically } from './optimistic.ts';
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

/** What the caller may know of drift: open findings first, then what was mended lately. */
export async function listDrift(
  filter: { readonly product?: string },
  caller: Caller,
  deps: Pick<ApiDeps, 'registry'>,
): Promise<DriftLine[]> {
  if (filter.product !== undefined) splitName(filter.product);
  const lines: DriftLine[] = [];
  const prefix = filter.product === undefined ? undefined : `${filter.product}#`;
  for await (const record of everyRecord(deps.registry, 'product', prefix)) {
    const { domain, major, status } = record;
    if (!may('subscription.read', caller, { owner: domain })) continue;
    lines.push(...(status.drift ?? []).map((entry) => lineOf(entry, { product: productId(record), major })));
  }
  for await (const { intent, drift = [] } of everyRecord(deps.registry, 'share')) {
    const { domain, major, consumer } = intent;
    const product = `${domain}/${intent.product}`;
    const wanted = filter.product === undefined || filter.product === product;
    if (!wanted || drift.length === 0 || !may('subscription.read', caller, { owner: domain, consumer })) continue;
    lines.push(...drift.map((entry) => lineOf(entry, { product, major, consumer })));
  }
  return lines.toSorted((a, b) => Number(b.open) - Number(a.open) || (a.at < b.at ? 1 : -1));
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
