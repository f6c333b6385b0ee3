import type { Invocation } from '../command.ts';
import { showDrift } from '../drift.ts';

export function run(invocation: Invocation): Promise<undefined> {
  return showDrift(invocation);
}
