import type { Cloud } from '../../core/cloud.ts';
import { archiveEvent } from './archives.ts';
import { putDelivery } from './deliveries.ts';
import type { BusId, EventEnvelope, Origin, StoredRule } from './model.ts';
import { matchesPattern } from './pattern.ts';
import { rulesOf } from './rules.ts';

/** Puts an event on a bus: into the bus's archives, and as one pending delivery for each target of each rule that matches. */
export function publish(
  cloud: Cloud,
  bus: BusId,
  event: EventEnvelope,
  origin: Origin,
  onlyRules?: readonly string[],
): void {
  cloud.store.transaction(() => {
    if (event['replay-name'] === undefined) archiveEvent(cloud, bus, event);
    for (const rule of rulesOf(cloud, bus)) {
      if (rule.state !== 'ENABLED' || rule.pattern === undefined) continue;
      if (onlyRules !== undefined && !onlyRules.includes(rule.name)) continue;
      if (matchesPattern(rule.pattern, event)) dispatch(cloud, rule, event, origin);
    }
  });
  cloud.wake();
}

/** One pending delivery for each target of a rule. */
export function dispatch(cloud: Cloud, rule: StoredRule, event: EventEnvelope, origin: Origin): void {
  for (const target of rule.targets) putDelivery(cloud, rule, target, event, origin);
}
