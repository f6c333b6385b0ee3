import { Stack } from 'aws-cdk-lib';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge, INLINE_POLICY } from './acknowledge.ts';

export interface BusLinkProps {
  readonly description: string;
  /** The bus of this account that the rule listens on. */
  readonly from: string;
  /** The ARN of the other account's bus. */
  readonly to: string;
  readonly pattern: Readonly<Record<string, unknown>>;
  /** The queue that takes what cannot be delivered. */
  readonly undeliveredArn: string;
}

/** One hop from a bus of this account to a bus of another: EventBridge sends nothing on to a third. */
export class BusLink extends Construct {
  constructor(scope: Construct, id: string, props: BusLinkProps) {
    super(scope, id);
    const role = new Role(this, 'Role', {
      description: props.description,
      // EventBridge asks as the same service for rules of any account: only this account's may send as the role.
      assumedBy: new ServicePrincipal('events.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
      inlinePolicies: {
        send: new PolicyDocument({
          statements: [new PolicyStatement({ actions: ['events:PutEvents'], resources: [props.to] })],
        }),
      },
    });
    acknowledge(role, INLINE_POLICY);
    new CfnRule(this, 'Rule', {
      description: props.description,
      eventBusName: props.from,
      eventPattern: props.pattern,
      targets: [{ id: 'bus', arn: props.to, roleArn: role.roleArn, deadLetterConfig: { arn: props.undeliveredArn } }],
    });
  }
}
