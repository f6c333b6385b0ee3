import type { Decision } from './decision.ts';
import type { PolicyAction, PolicyQuestion } from './question.ts';

/** Answers from the policies in force; the same question gets the same answer. */
export interface PolicyEngine {
  decide(question: PolicyQuestion): Decision;
  /** Whether any policy that such questions about a domain's products can meet reads a fact of that name in the context. */
  reads(action: PolicyAction, domain: string, fact: string): boolean;
}
