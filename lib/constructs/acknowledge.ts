import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Findings of a rule pack that are accepted on a construct and all below it: rule id → the reason why. */
export type Acknowledgements = Readonly<Record<string, string>>;

/** Accepts findings of cdk-nag on a construct and all below it, each with its reason. */
export function acknowledge(scope: IConstruct, findings: Acknowledgements): void {
  for (const [id, reason] of Object.entries(findings)) Validations.of(scope).acknowledge({ id, reason });
}

/** Where an alarm has no action of its own. */
export const ALARM_ACTION: Acknowledgements = {
  'NIST.800.53.R5-CloudWatchAlarmAction':
    'each change of an alarm is an event on the default bus of its account: whom to call is a rule of the operator, not of this stack',
};

/** Where a role is a machine's, and its policy has no other user. */
export const INLINE_POLICY: Acknowledgements = {
  'NIST.800.53.R5-IAMNoInlinePolicy': 'the policy belongs to this one role and goes with it; nothing else may take it',
};
