import type { Decision } from './decision.ts';
import type { PolicyQuestion } from './question.ts';

/** Answers from the policies in force; the same question gets the same answer. */
export interface PolicyEngine {
  decide(question: PolicyQuestion): Decision;
}
