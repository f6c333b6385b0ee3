import { isEqual } from '../equal.ts';
import type { ProductRecord } from '../product/product.ts';
import { turned } from './derive-condition.ts';
import { ofDeliveries, ofQuality } from './derive-data.ts';
import { ofRetention } from './derive-retention.ts';
import type { MeshEventData, MeshEventType } from './envelope.ts';

/** A type and what its data adds to what every event of the record says. */
export interface Derived {
  readonly type: MeshEventType;
  readonly audience: readonly string[];
  readonly data?: Partial<MeshEventData>;
}

/** What the life of a version gives to tell: its announced end, its end, its rollouts, and whether its data is good and fresh. */
export function ofProductLife(
  before: ProductRecord | undefined,
  after: ProductRecord,
  everyone: readonly string[],
): Derived[] {
  if (before === undefined) return [];
  return [
    ...ofEnd(before, after, everyone),
    ...ofRollout(before, after, everyone),
    ...ofQuality(before, after, everyone),
    ...turned(before, after, 'Enrolled', { lost: 'DomainLeft', found: 'DomainReturned' }, everyone),
    ...turned(before, after, 'Owned', { lost: 'OwnerMissing', found: 'OwnerFound' }, [after.domain]),
    ...together([...turned(before, after, 'Fresh', SLA, everyone), ...turned(before, after, 'Kept', SLA, everyone)]),
    ...ofDeliveries(before, after, everyone),
    ...ofRetention(before, after, everyone),
  ];
}

function ofEnd(before: ProductRecord, after: ProductRecord, audience: readonly string[]): Derived[] {
  if (after.state === 'retired') {
    if (before.state === 'retired') return [];
    const { reason } = after.retirement ?? {};
    return [{ type: 'ProductRetired', audience, data: reason === undefined ? {} : { reason } }];
  }
  const { deprecation } = after;
  if (deprecation === undefined)
    return before.deprecation === undefined ? [] : [{ type: 'ProductReactivated', audience }];
  const { sunset, successor, reason } = deprecation;
  const data = {
    sunset,
    ...(successor === undefined ? {} : { successor }),
    ...(reason === undefined ? {} : { reason }),
  };
  const told = before.deprecation;
  if (told?.sunset !== sunset || told.successor !== successor) return [{ type: 'ProductDeprecated', audience, data }];
  const near = told.noticedAt === undefined && deprecation.noticedAt !== undefined;
  return near ? [{ type: 'SunsetApproaching', audience, data }] : [];
}

function ofRollout(before: ProductRecord, after: ProductRecord, audience: readonly string[]): Derived[] {
  const derived: Derived[] = [];
  const { rollout } = after;
  if (rollout !== undefined && rollout.share > 0 && !isEqual(before.rollout, rollout)) {
    derived.push({ type: 'RolloutChanged', audience, data: { successor: rollout.to, share: rollout.share } });
  }
  const { rollback } = after.status;
  if (rollback !== undefined && !isEqual(before.status.rollback, rollback)) {
    derived.push({
      type: 'RolloutTakenBack',
      audience,
      data: { successor: rollback.to, share: 0, reason: rollback.reason },
    });
  }
  return derived;
}

const SLA = { lost: 'SlaBreached', found: 'SlaRestored' } as const;

/** Events of one type as one, with every reason. */
function together(derived: readonly Derived[]): Derived[] {
  return [...Map.groupBy(derived, ({ type }) => type).values()].flatMap(([first, ...others]) => {
    if (first === undefined || others.length === 0) return first === undefined ? [] : [first];
    const reason = [first, ...others].flatMap(({ data }) => data?.reason ?? []).join('; ');
    return [{ ...first, data: { ...first.data, ...(reason === '' ? {} : { reason }) } }];
  });
}
