import { Metrics } from '@aws-lambda-powertools/metrics';

/** The metrics of one Lambda, in CloudWatch's embedded format: they are lines of its log, and cost no call. */
export function meshMetrics(name: string): Metrics {
  return new Metrics({ namespace: 'Weft', serviceName: `weft-${name}` });
}
