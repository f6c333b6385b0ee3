import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { type BreakerKind, createBreakerStore } from '#aws/breakers.ts';
import { createJsonCall } from '#aws/json-call.ts';
import { type Breakers, createBreakers } from '#control/breaker.ts';
import type { BreakerLimits } from '#mesh/breaker.ts';
import { breakersTableName } from '#mesh/topology/names.ts';
import { now, patience, wayTo } from './clients.ts';

/** A breaker must not take longer than the call that it may spare. */
const SHORT = { ...patience, attempts: 2 };

export interface BreakersProps {
  readonly mesh: string;
  readonly region: string;
  readonly domain: string;
  readonly limits: BreakerLimits;
  readonly metrics: Metrics;
}

/** The breakers of a domain for one kind of thing, and how to tell that one is open: the alarm of the stack stands on that metric. */
export function breakersOf(
  kind: BreakerKind,
  { mesh, region, domain, limits, metrics }: BreakersProps,
): { readonly breakers: Breakers; tellOpen(name: string): void } {
  const call = createJsonCall('dynamodb', 'DynamoDB_20120810', wayTo('dynamodb', region), SHORT, '1.0');
  const breakers = createBreakers({
    store: createBreakerStore(call, breakersTableName(mesh, domain), kind, now),
    limits,
    now,
    // Nobody is held up by it, and somebody should know.
    lost: () => metrics.addMetric('BreakersUnread', MetricUnit.Count, 1),
  });
  return {
    breakers,
    tellOpen(name) {
      const dimensions: Record<string, string> = kind === 'source' ? { mesh, domain, source: name } : { mesh, domain };
      const one = metrics.singleMetric();
      one.addDimensions(dimensions);
      one.addMetric('BreakerOpen', MetricUnit.Count, 1);
    },
  };
}
