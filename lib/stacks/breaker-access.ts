import { Duration, Stack } from 'aws-cdk-lib';
import { Alarm, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { ALARM_ACTION, acknowledge } from '#constructs/acknowledge.ts';
import { breakersTableName } from '#mesh/topology/names.ts';
import type { Domain, Topology } from '#mesh/topology/topology.ts';

/** What a Lambda needs to keep the breakers of one kind, and no others. */
export function breakerStatement(
  scope: Construct,
  { topology, domain }: { readonly topology: Topology; readonly domain: Domain },
  kind: 'source' | 'consumer',
): PolicyStatement {
  const { region, account } = Stack.of(scope);
  return new PolicyStatement({
    sid: 'Breakers',
    actions: ['dynamodb:Query', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:DeleteItem'],
    resources: [`arn:aws:dynamodb:${region}:${account}:table/${breakersTableName(topology.mesh, domain.name)}`],
    conditions: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': [kind] } },
  });
}

/** An alarm that is on while a breaker is open: whoever finds it so says it in a metric, at least once in a rest. */
export function watchBreaker(
  scope: Construct,
  id: string,
  props: { readonly description: string; readonly dimensions: Record<string, string>; readonly longestRest: number },
): void {
  const alarm = new Alarm(scope, id, {
    alarmDescription: props.description,
    metric: new Metric({
      namespace: 'Weft',
      metricName: 'BreakerOpen',
      dimensionsMap: props.dimensions,
      statistic: 'Maximum',
      // One rest might pass between two words of it, and a little more.
      period: Duration.millis(2 * props.longestRest),
    }),
    threshold: 1,
    evaluationPeriods: 1,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
  acknowledge(alarm, ALARM_ACTION);
}
