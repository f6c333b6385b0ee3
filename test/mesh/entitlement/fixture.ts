import type { EntitlementRecord, Selector } from '#mesh/entitlement/entitlement.ts';
import { AT, CHANGE, role, TOPOLOGY } from '../fixtures.ts';

/** An entitlement that stands, to a domain of the toy mesh or to its organization. */
export function entitlement(
  to: string,
  selector: Selector,
  { roles = ['analyst'], ...rest }: Partial<EntitlementRecord> & { roles?: readonly string[] } = {},
): EntitlementRecord {
  const account = TOPOLOGY.domains.find(({ name }) => name === to)?.account;
  return {
    type: 'entitlement',
    id: 'mesh.e0',
    selector,
    grantee:
      account === undefined
        ? { kind: 'organization', arn: 'arn:aws:organizations::111111111111:organization/o-aaaaaaaaaa' }
        : { kind: 'account', domain: to, account, principals: roles.map((name) => role(to, name)) },
    purpose: 'to know',
    grantedBy: role('sales', 'steward'),
    way: 'tags',
    because: 'fewer',
    consumers: [to],
    state: 'active',
    generation: 1,
    revision: 1,
    change: CHANGE,
    createdAt: AT,
    status: {},
    ...rest,
  };
}
