import type { Change } from '../record.ts';

/** A policy that had a say, by `<scope>/<@id>`, and what it says to people. */
export interface PolicyVerdict {
  readonly id: string;
  readonly message: string;
}

/** What a policy in report-only mode would have said. */
export interface PolicyReport extends PolicyVerdict {
  readonly would: 'deny' | 'ask' | 'allow';
}

/** What policy says, and which policies said it (ADR 0004). */
export interface Decision {
  /** `ask`: each class in `approvers` has to say yes first. */
  readonly effect: 'allow' | 'deny' | 'ask';
  readonly policies: readonly PolicyVerdict[];
  /** Classes of approvers, e.g. `owner`, `platform`, `legal`: with `ask` only; absent stands for the owner alone. */
  readonly approvers?: readonly string[];
  readonly reports?: readonly PolicyReport[];
  /** The sets that decided: `<scope>@<digest>`, joined by `+`. */
  readonly version?: string;
}

/** What of a decision is kept with what came of it: who said so, in which version, and what policies on trial would have said. */
export function decisionStamp({
  policies,
  reports,
  version,
}: Decision): Required<Pick<Change, 'policies' | 'details'>> {
  return {
    policies: policies.map(({ id }) => id),
    details: {
      ...(version === undefined ? {} : { policyVersion: version }),
      ...(reports === undefined ? {} : { reports: reports.map(({ id, would }) => ({ id, would })) }),
    },
  };
}

/** What the policies said, in one line. */
export function messages(decision: Pick<Decision, 'policies'>): string {
  return decision.policies.map(({ id, message }) => `${message} (${id})`).join('; ');
}
