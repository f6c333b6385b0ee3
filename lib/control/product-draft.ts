import { createHash } from 'node:crypto';
import type { VersionState } from '#aws/registry.ts';
import { compareProducts } from '#mesh/contract/compare-products.ts';
import { type ProductDraft, parseProduct } from '#mesh/contract/parse.ts';
import { userError } from '#mesh/error.ts';
import { affectedLine } from '#mesh/lineage/impact.ts';
import { holdsAccess } from '#mesh/subscription/subscription.ts';
import { domainNamed, type Topology } from '#mesh/topology/topology.ts';
import { authorize } from './authorize.ts';
import type { Caller } from './caller.ts';
import { affectedBy } from './lineage-impact.ts';
import type { ApiDeps } from './request.ts';

/** A product folder as it is sent: the ODPS document and the contracts by file name. */
export interface ProductFiles {
  readonly product: string;
  readonly contracts: Readonly<Record<string, string>>;
}

/** Parses the files. @throws WEFT-PUBLISH-001 with every problem, WEFT-AUTH-002. */
export function acceptDraft(files: ProductFiles, caller: Caller, topology: Topology): ProductDraft {
  const checked = parseProduct(
    {
      product: { file: 'product.odps.yaml', text: files.product },
      contracts: Object.entries(files.contracts).map(([file, text]) => ({ file, text })),
    },
    topology,
  );
  if (!checked.ok) {
    const count = checked.problems.filter((problem) => problem.severity === 'error').length;
    throw userError('WEFT-PUBLISH-001', `the product has ${count} ${count === 1 ? 'problem' : 'problems'}`, {
      problems: checked.problems,
      hint: 'run `weft product validate` on its folder',
    });
  }
  const draft = checked.value;
  authorize('product.publish', caller, { owner: draft.domain });
  return draft;
}

/** The fingerprint of what a contract says, whatever the order of its members. */
export function digestOf(draft: ProductDraft): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(draft)))
    .digest('hex');
}

/** @throws WEFT-PUBLISH-003 naming the changes, the subscriptions they would break and what other products make of what changes; -004 when the version goes back. */
export async function refuseBreaking(
  current: VersionState,
  draft: ProductDraft,
  topology: Topology,
  deps: Pick<ApiDeps, 'registry'>,
): Promise<void> {
  const { product, subscriptions } = current;
  const breaking = compareProducts(product, draft, topology.classification).filter((change) => change.breaking);
  if (breaking.length > 0) {
    const affected = subscriptions.filter((entry) => entry.state === 'pending' || holdsAccess(entry));
    const names = affected.map((subscription) => subscription.id);
    const downstream = await affectedBy(product, breaking, deps);
    const whom = [
      names.length === 0 ? 'nobody subscribes yet' : `it would break ${names.join(', ')}`,
      ...(downstream.length === 0 ? [] : [`made of what changes are ${affectedLine(downstream)}`]),
    ].join('; ');
    throw userError(
      'WEFT-PUBLISH-003',
      `${draft.domain}/${draft.name} ${draft.version} breaks version ${product.version}: ${breaking.map(({ message }) => message).join('; ')} (${whom})`,
      {
        details: { changes: breaking, subscriptions: names, ...(downstream.length === 0 ? {} : { downstream }) },
        hint: `publish it as version ${draft.major + 1}.0.0: the new major version lives beside the old one`,
      },
    );
  }
  if (compareVersions(draft.version, product.version) < 0) {
    throw userError('WEFT-PUBLISH-004', `version ${draft.version} is older than the published ${product.version}`, {
      hint: `raise the version above ${product.version}`,
    });
  }
}

/** The account of the draft's domain. */
export function accountOf(draft: { readonly domain: string }, topology: Topology): string {
  return domainNamed(topology, draft.domain)?.account ?? '';
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => text.split(/[.+-]/).slice(0, 3).map(Number));
  for (const [index, part] of (left ?? []).entries()) {
    const difference = part - (right?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
}
