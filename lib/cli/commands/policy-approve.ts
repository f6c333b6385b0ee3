import type { Invocation } from '../command.ts';
import { decideSet } from '../policy-decision.ts';

export function run(invocation: Invocation): Promise<undefined> {
  return decideSet(invocation, 'approve');
}
