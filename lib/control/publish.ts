import type { SourceClaim, VersionState } from '#aws/registry.ts';
import type { ProductDraft } from '#mesh/contract/parse.ts';
import { standingsOf } from '#mesh/entitlement/entitlement.ts';
import { type Decision, decisionStamp } from '#mesh/policy/decision.ts';
import { isPublished } from '#mesh/product/life.ts';
import type { ProductRecord, ProductTable } from '#mesh/product/product.ts';
import { retentionOf } from '#mesh/retention/duty.ts';
import { withoutStale } from '#mesh/retention/status.ts';
import { isSuspended } from '#mesh/suspension.ts';
import { decidePublish } from './decide-publish.ts';
import { type Declared, declared } from './declared-state.ts';
import { withStandings } from './entitlement/stamp.ts';
import { optimistically } from './optimistic.ts';
import { acceptDraft, accountOf, digestOf, type ProductFiles, refuseBreaking } from './product-draft.ts';
import { type ApiDeps, changeBy, type Request } from './request.ts';
import { retireProduct } from './retire.ts';

export interface Published {
  readonly product: ProductRecord;
  /** False: the registry already said the same. */
  readonly changed: boolean;
}

/**
 * Accepts a product, or a new version of it, as desired state. The same contract again changes nothing.
 * @throws WEFT-PUBLISH-001, -003, -004, WEFT-PRODUCT-003 for a step that its life does not know, WEFT-AUTH-002, WEFT-POLICY-001, WEFT-REGISTRY-002 when a source table belongs to another product.
 */
export async function publish(files: ProductFiles, request: Request, deps: ApiDeps): Promise<Published> {
  const topology = await deps.topology();
  const draft = acceptDraft(files, request.caller, topology);
  const account = accountOf(draft, topology);
  return optimistically(async () => {
    const versions = await deps.registry.versions(draft);
    const current = versions.find(({ product }) => product.major === draft.major);
    const contractDigest = digestOf(draft);
    if (current !== undefined && isSame(current, contractDigest)) return { product: current.product, changed: false };
    const life = declared(draft, current, request, deps);
    if (life.state === 'retired') {
      return { product: await retireProduct(draft, { major: draft.major }, request, deps), changed: true };
    }
    if (current !== undefined && isPublished(current.product)) await refuseBreaking(current, draft, topology, deps);
    const verdict = await decidePublish(draft, current, request, deps);
    const next = nextRecord(draft, life, { contractDigest, verdict, current, versions, request, deps });
    const standings = standingsOf(draft.domain, await deps.registry.entitlements(), next.change.at);
    const product = withStandings(next, standings);
    const others = versions.filter((version) => version !== current);
    await deps.registry.write(
      [{ record: product, replaces: current?.product.revision }],
      claimsOf(draft, account, current, others),
    );
    return { product, changed: true };
  });
}

function isSame({ product }: VersionState, contractDigest: string): boolean {
  return product.contractDigest === contractDigest && product.quarantine === undefined && product.state !== 'retired';
}

/** The record that a draft becomes; everything that is not the draft's is kept. */
export function nextRecord(
  draft: ProductDraft,
  life: Declared,
  context: {
    contractDigest: string;
    verdict: Decision;
    current: VersionState | undefined;
    versions: readonly VersionState[];
    request: Request;
    deps: Pick<ApiDeps, 'now'>;
  },
): ProductRecord {
  const { draftState: _, sunset: _sunset, ...drafted } = draft;
  const before = context.current?.product;
  const desired = { ...drafted, tables: drafted.tables.map((table) => whereItsFilesAre(table, before)) };
  // A product is suspended with all its versions, those that come later included.
  const suspensions = context.versions.find(({ product }) => isSuspended(product))?.product.suspensions;
  // So is it held.
  const holds = context.versions.find(({ product }) => product.holds !== undefined)?.product.holds;
  const at = context.deps.now();
  return {
    type: 'product',
    ...desired,
    ...life,
    contractDigest: context.contractDigest,
    ...(holds === undefined ? {} : { holds }),
    ...(suspensions === undefined ? {} : { suspensions }),
    ...(before?.entitlements === undefined ? {} : { entitlements: before.entitlements }),
    ...(before?.rollout === undefined ? {} : { rollout: before.rollout }),
    generation: (before?.generation ?? 0) + 1,
    revision: (before?.revision ?? 0) + 1,
    change: changeBy(context.request, 'ProductPublished', at, decisionStamp(context.verdict)),
    // How long it takes to register counts from the command that first asks for tables.
    createdAt:
      before === undefined || (isPublished(life) && !isPublished(before)) ? at.toISOString() : before.createdAt,
    status: statusAfter(before, desired),
  };
}

/** A contract does not know which snapshot of a table is the newest. */
function whereItsFilesAre(table: ProductTable, before: ProductRecord | undefined): ProductTable {
  const snapshot = before?.tables.find(
    ({ name, location }) => name === table.name && location === table.location,
  )?.snapshot;
  return snapshot === undefined ? table : { ...table, snapshot };
}

/** The status goes on; what was announced under another retention does not. */
function statusAfter(
  before: ProductRecord | undefined,
  desired: Pick<ProductRecord, 'sla' | 'tables'>,
): ProductRecord['status'] {
  const { retention, ...status } = before?.status ?? { conditions: [] };
  if (retention === undefined) return status;
  const period = retentionOf(desired);
  const own = (name: string) => desired.tables.find((table) => table.name === name);
  const known = (name: string) => own(name)?.keptFor ?? period;
  // Made of other products it may keep what the shortest of them keeps.
  const announced = withoutStale(retention, (name) => (own(name)?.madeOf === undefined ? known(name) : undefined));
  return { ...status, retention: announced };
}

/** One claim for each source table; those that no version needs any more are given back. */
function claimsOf(
  draft: ProductDraft,
  account: string,
  current: VersionState | undefined,
  others: readonly VersionState[],
): SourceClaim[] {
  if (!isPublished({ state: draft.draftState })) return [];
  const nameOf = ({ source }: ProductRecord['tables'][number]) => `${source.database}\n${source.table}`;
  const wanted = new Map(draft.tables.map((table) => [nameOf(table), table.source]));
  const elsewhere = new Set(
    others.filter(({ product }) => isPublished(product)).flatMap(({ product }) => product.tables.map(nameOf)),
  );
  const former = current !== undefined && isPublished(current.product) ? current.product.tables : [];
  const gone = former.filter((table) => {
    const name = nameOf(table);
    return !wanted.has(name) && !elsewhere.has(name);
  });
  const had = new Set(former.map(nameOf));
  const fresh = [...wanted].filter(([name]) => !had.has(name)).map(([, source]) => source);
  const product = { domain: draft.domain, name: draft.name };
  return [
    ...fresh.map((source) => ({ account, ...source, product })),
    ...gone.map(({ source }) => ({ account, ...source, product, release: true })),
  ];
}
