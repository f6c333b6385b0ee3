import type { IEventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';

/** Lets a function put events on a bus of its account, of one source and no other: it would else speak for every domain, and for the mesh. */
export function sayAs(lambda: IFunction, bus: IEventBus, source: string): void {
  lambda.addToRolePolicy(
    new PolicyStatement({
      actions: ['events:PutEvents'],
      resources: [bus.eventBusArn],
      conditions: { 'ForAllValues:StringEquals': { 'events:source': source } },
    }),
  );
}
