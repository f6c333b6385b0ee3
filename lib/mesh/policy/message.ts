import type { ClassificationLadder } from '../topology/topology.ts';
import { PRODUCT_FACTS, printed } from './facts.ts';
import { PLACEHOLDER } from './placeholders.ts';
import type { PolicyQuestion } from './question.ts';
import type { CedarRequest } from './request.ts';

/** A policy's message with the facts of the question in the places that name them. */
export function fillIn(
  message: string,
  question: PolicyQuestion,
  request: CedarRequest,
  ladder: ClassificationLadder,
): string {
  return message.replace(PLACEHOLDER, (_, on: string, attribute: string) => {
    if (on === 'resource') return printed(PRODUCT_FACTS[attribute]?.(question.product, ladder) ?? '');
    if (on === 'context') return printed(request.context[attribute] ?? '');
    const principal = request.entities.find(({ uid }) => 'id' in uid && uid.id === request.principal.id);
    return printed(principal?.attrs[attribute] ?? '');
  });
}
