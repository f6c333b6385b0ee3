import type { Invocation } from '../command.ts';
import { lookForDrift } from '../drift.ts';

export function run(invocation: Invocation): Promise<undefined> {
  return lookForDrift(invocation, 'repair');
}
