import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Findings of a rule pack that are accepted on a construct and all below it: rule id → the reason why. */
export type Acknowledgements = Readonly<Record<string, string>>;

/** Accepts findings of cdk-nag on a construct and all below it, each with its reason. */
export function acknowledge(scope: IConstruct, findings: Acknowledgements): void {
  for (const [id, reason] of Object.entries(findings)) Validations.of(scope).acknowledge({ id, reason });
}
