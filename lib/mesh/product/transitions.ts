import type { Checked } from '../error.ts';
import { changeBy } from '../subscription/step.ts';
import type { Act } from '../subscription/transitions.ts';
import { Findings } from '../yaml/findings.ts';
import { type Deprecation, isPublished, mayBecome, nextStates, type ProductState } from './life.ts';
import { type ProductRecord, productId } from './product.ts';

/**
 * Whether a version may be published in that state (`WEFT-PRODUCT-003` with the states that may follow). What was retired can never be
 * published again under its major version.
 */
export function checkStep(
  product: ProductRecord | undefined,
  name: { readonly domain: string; readonly name: string; readonly major: number },
  to: ProductState,
): Findings {
  const findings = new Findings('PRODUCT');
  if (mayBecome(product?.state, to)) return findings;
  const version = `${productId(name)} v${name.major}`;
  const allowed = nextStates(product?.state);
  const from = product === undefined ? 'new' : product.state;
  const fix =
    product?.state === 'retired'
      ? `what was retired stays retired: publish it as version ${name.major + 1}.0.0`
      : `from ${from} it may become ${allowed.join(' or ')}`;
  findings.error(3, { path: 'status' }, `${version} is ${from} and cannot become ${to}`, fix);
  return findings;
}

/** Announces the end of a version, or moves an announced end (`WEFT-PRODUCT-004` when the sunset has passed). */
export function deprecate(
  product: ProductRecord,
  act: Act,
  end: Pick<Deprecation, 'sunset' | 'successor' | 'declared'>,
): Checked<ProductRecord> {
  const findings = checkStep(product, product, 'deprecated');
  if (Date.parse(end.sunset) <= Date.parse(act.at)) {
    findings.error(4, { path: 'sunset' }, `the sunset ${end.sunset} has passed`, 'name a time in the future');
  }
  if (end.successor !== undefined && end.successor <= product.major) {
    const message = `v${end.successor} cannot follow v${product.major}`;
    findings.error(5, { path: 'successor' }, message, 'name a higher major version');
  }
  const deprecation: Deprecation = {
    ...end,
    at: act.at,
    by: act.actor,
    ...(act.reason === undefined ? {} : { reason: act.reason }),
  };
  return findings.outcome<ProductRecord>({
    ...step(product, 'ProductDeprecated', act),
    state: 'deprecated',
    deprecation,
  });
}

/** Takes an announced end back. */
export function reactivate(product: ProductRecord, act: Act): Checked<ProductRecord> {
  const findings = new Findings('PRODUCT');
  if (product.state !== 'deprecated') {
    const message = `${productId(product)} v${product.major} is ${product.state}, not deprecated`;
    findings.error(3, { path: 'status' }, message, 'only an announced end can be taken back');
  }
  const { deprecation: _, ...rest } = step(product, 'ProductReactivated', act);
  return findings.outcome<ProductRecord>({ ...rest, state: 'active' });
}

/** Ends a version for good: from now on it gives nothing, and the reconciler takes everything of it away. */
export function retire(product: ProductRecord, act: Act): Checked<ProductRecord> {
  const findings = checkStep(product, product, 'retired');
  const {
    rollout: _,
    deprecation: _deprecation,
    quarantine: _quarantine,
    ...rest
  } = step(product, 'ProductRetired', act);
  const retirement = { at: act.at, by: act.actor, ...(act.reason === undefined ? {} : { reason: act.reason }) };
  // What never was in the catalog has nothing that could be removed.
  const status = isPublished(product) ? rest.status : { ...rest.status, removedAt: act.at };
  return findings.outcome<ProductRecord>({ ...rest, state: 'retired', retirement, status });
}

/** The version with one generation more, as every step of its life leaves it. */
export function step(product: ProductRecord, action: string, act: Act): ProductRecord {
  const change = changeBy(act, action);
  return { ...product, generation: product.generation + 1, revision: product.revision + 1, change };
}
