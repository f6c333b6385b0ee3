import type { SourceClaim, VersionState } from '#aws/registry.ts';
import type { ProductDraft } from '#mesh/contract/parse.ts';
import { userError } from '#mesh/error.ts';
import type { Decision } from '#mesh/policy/decide.ts';
import type { ProductRecord, ProductState } from '#mesh/product/product.ts';
import { isSuspended } from '#mesh/suspension.ts';
import { optimistically } from './optimistic.ts';
import { acceptDraft, accountOf, digestOf, type ProductFiles, refuseBreaking } from './product-draft.ts';
import { type ApiDeps, changeBy, type Request } from './request.ts';

export interface Published {
  readonly product: ProductRecord;
  /** False: the registry already said the same. */
  readonly changed: boolean;
}

/**
 * Accepts a product, or a new version of it, as desired state. The same contract again changes nothing.
 * @throws WEFT-PUBLISH-001 to -004, WEFT-AUTH-002, WEFT-POLICY-001, WEFT-REGISTRY-002 when a source table belongs to another product.
 */
export async function publish(files: ProductFiles, request: Request, deps: ApiDeps): Promise<Published> {
  const topology = await deps.topology();
  const { draft, verdict } = acceptDraft(files, request.caller, topology);
  const state = stateOf(draft);
  const account = accountOf(draft, topology);
  return optimistically(async () => {
    const versions = await deps.registry.versions(draft);
    const current = versions.find(({ product }) => product.major === draft.major);
    const contractDigest = digestOf(draft);
    if (current?.product.contractDigest === contractDigest && current.product.quarantine === undefined) {
      return { product: current.product, changed: false };
    }
    if (current !== undefined) refuseBreaking(current, draft, topology);
    const product = nextRecord(draft, state, { contractDigest, verdict, current, versions, request, deps });
    const others = versions.filter((version) => version !== current);
    await deps.registry.write(
      [{ record: product, replaces: current?.product.revision }],
      claimsOf(draft, account, current, others),
    );
    return { product, changed: true };
  });
}

/** @throws WEFT-PUBLISH-002 when the product's status says that it is not meant to be published. */
export function stateOf(draft: ProductDraft): ProductState {
  if (draft.draftState === 'draft' || draft.draftState === 'proposed') {
    throw userError(
      'WEFT-PUBLISH-002',
      `status of ${draft.domain}/${draft.name} is \`${draft.draftState}\`, which is not published`,
      { hint: 'set `status: active` in the product file' },
    );
  }
  return draft.draftState;
}

/** The record that a draft becomes; everything that is not the draft's is kept. */
export function nextRecord(
  draft: ProductDraft,
  state: ProductState,
  context: {
    contractDigest: string;
    verdict: Decision;
    current: VersionState | undefined;
    versions: readonly VersionState[];
    request: Request;
    deps: Pick<ApiDeps, 'now'>;
  },
): ProductRecord {
  const { draftState: _, ...desired } = draft;
  const before = context.current?.product;
  // A product is suspended with all its versions, those that come later included.
  const suspensions = context.versions.find(({ product }) => isSuspended(product))?.product.suspensions;
  const at = context.deps.now();
  return {
    type: 'product',
    ...desired,
    state,
    contractDigest: context.contractDigest,
    ...(suspensions === undefined ? {} : { suspensions }),
    generation: (before?.generation ?? 0) + 1,
    revision: (before?.revision ?? 0) + 1,
    change: changeBy(context.request, 'ProductPublished', at, {
      policies: context.verdict.policies.map((policy) => policy.id),
    }),
    createdAt: before?.createdAt ?? at.toISOString(),
    status: before?.status ?? { conditions: [] },
  };
}

/** One claim for each source table; those that no version needs any more are given back. */
function claimsOf(
  draft: ProductDraft,
  account: string,
  current: VersionState | undefined,
  others: readonly VersionState[],
): SourceClaim[] {
  const nameOf = ({ source }: ProductRecord['tables'][number]) => `${source.database}\n${source.table}`;
  const wanted = new Map(draft.tables.map((table) => [nameOf(table), table.source]));
  const elsewhere = new Set(others.flatMap(({ product }) => product.tables.map(nameOf)));
  const gone = (current?.product.tables ?? []).filter((table) => {
    const name = nameOf(table);
    return !wanted.has(name) && !elsewhere.has(name);
  });
  const had = new Set((current?.product.tables ?? []).map(nameOf));
  const fresh = [...wanted].filter(([name]) => !had.has(name)).map(([, source]) => source);
  const product = { domain: draft.domain, name: draft.name };
  return [
    ...fresh.map((source) => ({ account, ...source, product })),
    ...gone.map(({ source }) => ({ account, ...source, product, release: true })),
  ];
}
