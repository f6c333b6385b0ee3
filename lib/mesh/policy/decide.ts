import { sensitivity, visibleColumns } from '../access/clearance.ts';
import type { ProductDraft } from '../contract/draft.ts';
import type { ProductRecord } from '../product/product.ts';
import type { AccessScope } from '../subscription/subscription.ts';
import type { ClassificationLadder, Topology } from '../topology/topology.ts';
import type { Decision } from './decision.ts';

export type { Decision } from './decision.ts';

export interface SubscriptionRequest {
  /** The domain that asks. */
  readonly consumer: string;
  readonly scope: AccessScope;
  readonly purpose: string;
  /** ISO 8601; absent: no end. */
  readonly expiresAt?: string;
}

type Policy = Decision['policies'][number];

/** Whether a product may be published: it has somebody who answers for it, says what it is, and every column is classified. */
export function decidePublish(draft: ProductDraft, topology: Topology): Decision {
  const denials: Policy[] = [];
  const deny = (id: string, message: string) => denials.push({ id, message });
  if (draft.owner === '' || draft.contact === undefined) {
    deny('publish.owner', 'the product needs an owner and a contact');
  }
  if (draft.description === '') deny('publish.description', 'the product needs a description of its purpose');
  const unclassified = draft.tables.flatMap((table) =>
    [...table.columns, ...table.partitionKeys]
      .filter((column) => sensitivity(column, table, topology.classification) === topology.classification.length)
      .map((column) => `${table.name}.${column.name}`),
  );
  if (unclassified.length > 0) {
    deny('publish.classification', `every column needs a classification; these have none: ${unclassified.join(', ')}`);
  }
  if (denials.length > 0) return { effect: 'deny', policies: denials };
  return {
    effect: 'allow',
    policies: [{ id: 'publish.complete', message: 'owner, contact, description and classification are there' }],
  };
}

/**
 * Whether a subscription may be had: what shows columns of the lowest level only is granted at once, all else is for the owner to decide.
 * Columns above the second level need a purpose, those of the top level an end.
 */
export function decideSubscription(product: ProductRecord, request: SubscriptionRequest, topology: Topology): Decision {
  const ladder = topology.classification;
  const denials = denySubscription(product, request, ladder);
  if (denials.length > 0) return { effect: 'deny', policies: denials };
  const reach = highestShown(product, request.scope, ladder);
  const level = ladder[Math.max(reach, 0)];
  if (reach <= 0 && product.quarantine === undefined) {
    const message = `nothing above "${level}" is asked for`;
    return { effect: 'allow', policies: [{ id: 'subscribe.lowest-level', message }] };
  }
  const policies: Policy[] = [];
  if (reach > 0) {
    policies.push({ id: 'subscribe.ask-owner', message: `columns up to "${level}" are asked for: the owner decides` });
  }
  if (product.quarantine !== undefined) {
    policies.push({ id: 'subscribe.quarantined', message: 'the product has a quarantined change: the owner decides' });
  }
  return { effect: 'ask', policies };
}

function denySubscription(
  product: ProductRecord,
  request: SubscriptionRequest,
  ladder: ClassificationLadder,
): Policy[] {
  const denials: Policy[] = [];
  const deny = (id: string, message: string) => denials.push({ id, message });
  if (product.state === 'retired') deny('subscribe.retired', 'the product is retired');
  if (product.state === 'deprecated') {
    deny('subscribe.deprecated', 'the product is deprecated and takes no new subscriptions');
  }
  if (!ladder.includes(request.scope.clearance)) {
    deny('subscribe.clearance', `the clearance "${request.scope.clearance}" is none of ${ladder.join(', ')}`);
    return denials;
  }
  const reach = highestShown(product, request.scope, ladder);
  if (reach === -1) deny('subscribe.nothing', 'the request would show no column at all');
  if (reach >= 2 && request.purpose.trim() === '') {
    deny('subscribe.purpose', `columns classified "${ladder[reach]}" need a purpose`);
  }
  if (reach >= 2 && reach === ladder.length - 1 && request.expiresAt === undefined) {
    deny('subscribe.end', `columns classified "${ladder[reach]}" need an end date`);
  }
  return denials;
}

/** The position in the ladder of the most sensitive column that the scope shows, or -1 when it shows none. */
function highestShown(product: ProductRecord, scope: AccessScope, ladder: ClassificationLadder): number {
  const positions = product.tables.flatMap((table) => {
    const visible = visibleColumns(table, scope, ladder);
    return [...table.columns, ...table.partitionKeys]
      .filter((column) => visible === '*' || visible.includes(column.name))
      .map((column) => sensitivity(column, table, ladder));
  });
  return Math.max(-1, ...positions);
}
