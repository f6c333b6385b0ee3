import { userError } from '#mesh/error.ts';
import type { PolicyVerdict } from '#mesh/policy/decision.ts';
import { type ProductRecord, productId } from '#mesh/product/product.ts';
import type { ApiDeps, Request } from '../request.ts';
import type { EntitlementWish } from './grant.ts';

/**
 * Asks policy of each product and each consumer whether the whole account may have what the entitlement shows of it. Where policy asks the owner, the steward of the owning domain
 * has said yes by granting; the platform team has not, and another class of approvers nobody has. Of `owners` without products policy is asked about any that they may publish.
 * @throws WEFT-ENTITLEMENT-005 with the products and policies that stand against it.
 */
export async function askPolicy(
  wish: EntitlementWish & { readonly consumers: readonly string[]; readonly owners: readonly string[] },
  products: readonly ProductRecord[],
  { caller }: Request,
  deps: Pick<ApiDeps, 'policy' | 'now'>,
): Promise<PolicyVerdict[]> {
  const engine = await deps.policy();
  const now = deps.now().toISOString();
  const said = new Map<string, PolicyVerdict>();
  const against: string[] = [];
  const newcomers = wish.owners.filter((owner) => products.every(({ domain }) => domain !== owner));
  for (const product of [...products, ...newcomers.map((owner) => anyProductOf(owner, wish.classification, now))]) {
    const given = caller.domain === undefined ? 'platform' : caller.domain === product.domain ? 'owner' : undefined;
    // A policy may keep a product from one of them: no one stands for all.
    for (const consumer of wish.consumers.filter((domain) => domain !== product.domain)) {
      const { purpose, expiresAt, classification } = wish;
      const decision = engine.decide({
        action: 'share',
        principal: caller,
        now,
        product,
        request: { consumer, scope: { clearance: classification }, purpose, expiresAt, wholeAccount: true },
      });
      for (const verdict of decision.policies) said.set(verdict.id, verdict);
      const missing = (decision.approvers ?? ['owner']).filter((approver) => approver !== given);
      const refused = decision.effect === 'deny' || (decision.effect === 'ask' && missing.length > 0);
      if (refused)
        against.push(
          `${productId(product)} for ${consumer}: ${decision.policies.map(({ message }) => message).join(', ')}`,
        );
    }
  }
  if (against.length === 0) return [...said.values()];
  const more = against.length > 3 ? ` and ${against.length - 3} more` : '';
  throw userError('WEFT-ENTITLEMENT-005', `policy refuses the entitlement: ${against.slice(0, 3).join('; ')}${more}`, {
    details: { policies: [...said.values()] },
    hint: 'ask for a lower level, or let the steward of each domain grant its own',
  });
}

/** What a domain may publish later, of which nothing but the level is known: its columns come under the entitlement without a further question. */
function anyProductOf(domain: string, classification: string, at: string): ProductRecord {
  return {
    type: 'product',
    domain,
    name: 'any',
    major: 1,
    version: '1.0.0',
    description: '',
    owner: '',
    tags: [],
    ports: [],
    classification,
    state: 'active',
    tables: [],
    generation: 0,
    revision: 0,
    change: { actor: 'weft:entitlement', action: 'ProductPublished', at, correlation: '' },
    createdAt: at,
    status: { conditions: [] },
  };
}
