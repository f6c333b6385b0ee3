import type { EntitlementRecord } from '#mesh/entitlement/entitlement.ts';
import { userError } from '#mesh/error.ts';
import { authorize } from '../authorize.ts';
import { optimistically } from '../optimistic.ts';
import { type ApiDeps, changeBy, type Request } from '../request.ts';

/** Ends an entitlement: what it gave is taken away, and it counts as revoked when the read-backs show that nothing is left. @throws WEFT-AUTH-002, WEFT-ENTITLEMENT-004. */
export async function revokeEntitlement(
  id: string,
  reason: string | undefined,
  request: Request,
  deps: Pick<ApiDeps, 'registry' | 'now'>,
): Promise<EntitlementRecord> {
  return optimistically(async () => {
    const entitlement = await findEntitlement(id, deps);
    authorize('entitlement.revoke', request.caller, sidesOf(entitlement));
    if (entitlement.state !== 'approved' && entitlement.state !== 'active') return entitlement;
    const record: EntitlementRecord = {
      ...entitlement,
      state: 'revoking',
      generation: entitlement.generation + 1,
      revision: entitlement.revision + 1,
      change: changeBy(request, 'EntitlementRevoking', deps.now(), reason === undefined ? {} : { reason }),
    };
    await deps.registry.write([{ record, replaces: entitlement.revision }]);
    return record;
  });
}

/** @throws WEFT-ENTITLEMENT-004 when there is none of that id. */
export async function findEntitlement(id: string, deps: Pick<ApiDeps, 'registry'>): Promise<EntitlementRecord> {
  const found = (await deps.registry.entitlements()).find((entry) => entry.id === id);
  if (found !== undefined) return found;
  throw userError('WEFT-ENTITLEMENT-004', `entitlement \`${id}\` does not exist`, {
    hint: 'see `weft entitlement list`',
  });
}

/** The sides of an entitlement; of one for many domains the consumer is none of them alone. */
export function sidesOf({ selector, grantee }: EntitlementRecord): { owner?: string; consumer?: string } {
  return { owner: selector.domain, consumer: grantee.kind === 'account' ? grantee.domain : undefined };
}
