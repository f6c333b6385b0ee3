import type { AdvancedSelector, EventSelector, FieldSelector, StoredTrail, TrailRecord } from './model.ts';

/** What selectors look at: the record, and for a data event the kind and ARN of what it touched. */
export interface Candidate {
  readonly record: TrailRecord;
  readonly resourceType?: string;
  readonly resourceArn?: string;
}

/** Whether a trail's selectors take an event. Without selectors a trail takes every management event. */
export function selects(trail: StoredTrail, candidate: Candidate): boolean {
  if (trail.advancedSelectors !== undefined) {
    return trail.advancedSelectors.some((selector) => matchesAdvanced(selector, candidate));
  }
  const selectors = trail.selectors ?? [{}];
  return selectors.some((selector) => matchesBasic(selector, candidate));
}

function matchesBasic(selector: EventSelector, { record, resourceType, resourceArn = '' }: Candidate): boolean {
  const kind = selector.ReadWriteType ?? 'All';
  if (kind !== 'All' && (kind === 'ReadOnly') !== record.readOnly) return false;
  if (record.managementEvent) {
    const excluded = selector.ExcludeManagementEventSources ?? [];
    return selector.IncludeManagementEvents !== false && !excluded.includes(record.eventSource);
  }
  return (selector.DataResources ?? []).some(
    ({ Type, Values = [] }) =>
      Type === resourceType && Values.some((value) => /^arn:aws:\w+$/.test(value) || resourceArn.startsWith(value)),
  );
}

function matchesAdvanced(selector: AdvancedSelector, candidate: Candidate): boolean {
  return selector.FieldSelectors.every((field) => matchesField(field, candidate));
}

function matchesField(field: FieldSelector, { record, resourceType, resourceArn }: Candidate): boolean {
  const values: Readonly<Record<string, string | undefined>> = {
    eventCategory: record.eventCategory,
    readOnly: String(record.readOnly),
    eventSource: record.eventSource,
    eventName: record.eventName,
    eventType: record.eventType,
    'userIdentity.arn': record.userIdentity.arn as string | undefined,
    'resources.type': resourceType,
    'resources.ARN': resourceArn,
  };
  const value = values[field.Field] ?? '';
  const any = (list: readonly string[] | undefined, test: (wanted: string) => boolean) =>
    list === undefined || list.some(test);
  const none = (list: readonly string[] | undefined, test: (wanted: string) => boolean) => !(list ?? []).some(test);
  return (
    any(field.Equals, (wanted) => value === wanted) &&
    any(field.StartsWith, (wanted) => value.startsWith(wanted)) &&
    any(field.EndsWith, (wanted) => value.endsWith(wanted)) &&
    none(field.NotEquals, (wanted) => value === wanted) &&
    none(field.NotStartsWith, (wanted) => value.startsWith(wanted)) &&
    none(field.NotEndsWith, (wanted) => value.endsWith(wanted))
  );
}
