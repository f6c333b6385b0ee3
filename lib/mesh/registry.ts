import type { AlertRecord } from './audit/alert.ts';
import type { EntitlementRecord } from './entitlement/entitlement.ts';
import type { LineageRecord } from './lineage/record.ts';
import type { PolicySetRecord } from './policy-set/policy-set.ts';
import type { FeedbackRecord } from './product/feedback.ts';
import type { ProductRecord } from './product/product.ts';
import type { Change } from './record.ts';
import type { DomainRecord } from './subscription/stop.ts';
import type { ShareRecord, SubscriptionRecord } from './subscription/subscription.ts';

/** A command that was refused: kept for the trail, until `expires` (epoch seconds) at the earliest. */
export interface AttemptRecord {
  readonly type: 'attempt';
  readonly change: Change;
  readonly expires?: number;
}

/** Everything that tells a part of the mesh's story; the registry's source pointers do not. */
export type RegistryRecord =
  | ProductRecord
  | SubscriptionRecord
  | ShareRecord
  | EntitlementRecord
  | DomainRecord
  | PolicySetRecord
  | FeedbackRecord
  | LineageRecord
  | AlertRecord
  | AttemptRecord;

/** A record's registry key as one text: `<domain>/<product>#<major>`, then the subscription's id or the share's consumer; an entitlement's id; a domain's name; a set of policies with its digest; an alert's id. */
export function recordKey(record: Exclude<RegistryRecord, AttemptRecord>): string {
  switch (record.type) {
    case 'product':
      return `${record.domain}/${record.name}#${record.major}`;
    case 'subscription':
      return `${record.domain}/${record.product}#${record.major}/subscription/${record.id}`;
    case 'entitlement':
      return `entitlement/${record.id}`;
    case 'domain':
      return `domain/${record.name}`;
    case 'policy-set':
      return `policy/${record.scope}@${record.digest}`;
    case 'feedback':
      return `${record.domain}/${record.product}#${record.major}/feedback/${record.id}`;
    case 'lineage':
      return `${record.domain}/${record.product}#${record.major}/lineage/${record.table}/${record.job}`;
    case 'alert':
      return `alert/${record.id}`;
    case 'share':
      return `${record.intent.domain}/${record.intent.product}#${record.intent.major}/share/${record.intent.consumer}`;
  }
}
