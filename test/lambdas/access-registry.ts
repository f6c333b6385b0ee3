import type { Registry } from '#aws/registry.ts';
import type { AlertRecord } from '#mesh/audit/alert.ts';
import type { DriftEntry } from '#mesh/drift/finding.ts';
import type { EntitlementRecord } from '#mesh/entitlement/entitlement.ts';
import type { DomainRecord } from '#mesh/subscription/stop.ts';
import type { ShareRecord } from '#mesh/subscription/subscription.ts';
import { AT, CHANGE, column, product, role, share, subscription, table } from '../mesh/fixtures.ts';

/** What the rows of the table name. */
export const IDS = {
  pending: 'sales.orders.v1.finance.p1',
  active: 'sales.orders.v1.finance.a1',
  alert: 'odd.0000000000000001',
  entitlement: 'sales.e1',
};

const drift = (what: string, account: string): DriftEntry => ({
  kind: 'GrantAdded',
  account,
  on: 'orders',
  what,
  by: `arn:aws:iam::${account}:role/hand`,
  at: AT,
});

/** A product of `sales` with a bit of everything that not everybody is to know: each holds one of the table's words. */
export async function fillRegistry(registry: Registry): Promise<void> {
  const inside = table('orders_raw', [column('id', 'int', 'public')], { internal: true, primaryKey: ['id'] });
  const orders = table('orders', [column('id', 'int', 'public'), column('email', 'string', 'confidential')], {
    primaryKey: ['id'],
    quality: [{ measure: 'id: nullValues', bounds: { mustBe: 0 }, check: { metric: 'nullValues' }, column: 'id' }],
  });
  const record = product([orders, inside], {
    ports: ['query', 'event'],
    generation: 3,
    holds: [{ id: 'h1', by: role('sales', 'steward'), side: 'sales', at: AT, reason: 'court-order' }],
    status: {
      conditions: [],
      registeredAt: AT,
      drift: [drift('granted-by-hand', '111111111111')],
      held: {
        at: AT,
        grants: [
          { principal: 'granted-by-hand', resource: { kind: 'other', id: 'x' }, permissions: [], grantable: [] },
        ],
        filters: [],
      },
      retention: { obstacles: [{ by: 'sales', table: 'orders_raw', kind: 'held', at: AT, reasons: ['court-order'] }] },
    },
  });
  const scope = { clearance: 'public', rows: { orders: "email <> 'rows-of-finance'" } };
  const active = subscription('finance', scope, { id: IDS.active, purpose: 'granted-for-this' });
  const { approved: _, ...wish } = subscription('finance', scope, { id: IDS.pending, state: 'pending' });
  const pending = { ...wish, purpose: 'asked-for-this', approvers: ['owner'] };
  const intent: ShareRecord['intent'] = {
    domain: 'sales',
    product: 'orders',
    major: 1,
    consumer: 'finance',
    account: '333333333333',
    linkName: 'sales__orders__v1',
    target: { catalogId: '111111111111', database: 'sales__orders__v1', tables: ['orders'] },
    grants: [],
  };
  const shared = share(intent, { drift: [drift('changed-at-the-consumer', '333333333333')] });
  const domain: DomainRecord = {
    type: 'domain',
    name: 'supplier',
    stops: [{ side: 'sales', reach: 'consuming', by: role('sales', 'steward'), at: AT, reason: 'unpaid-invoices' }],
    concerns: [],
    revision: 1,
    change: { ...CHANGE, reason: 'unpaid-invoices' },
    createdAt: AT,
  };
  const alert: AlertRecord = {
    type: 'alert',
    id: IDS.alert,
    rule: 'odd',
    severity: 'high',
    response: 'alert',
    message: 'odd-hours',
    subject: 'x',
    principal: role('finance'),
    consumer: 'finance',
    products: ['sales/orders'],
    from: AT,
    at: AT,
    until: AT,
    measured: {},
    evidence: [],
    suspended: [],
    state: 'open',
    revision: 1,
    change: CHANGE,
    createdAt: AT,
  };
  const entitlement: EntitlementRecord = {
    type: 'entitlement',
    id: IDS.entitlement,
    selector: { domain: 'sales', classification: 'public' },
    grantee: { kind: 'account', domain: 'finance', account: '333333333333', principals: [role('finance')] },
    purpose: 'standing-purpose',
    grantedBy: role('sales', 'steward'),
    way: 'names',
    because: 'there is one product',
    consumers: ['finance'],
    state: 'active',
    generation: 1,
    revision: 1,
    change: CHANGE,
    createdAt: AT,
    status: {},
  };
  for (const one of [record, active, pending, shared, domain, alert, entitlement])
    await registry.write([{ record: one, replaces: undefined }]);
}
