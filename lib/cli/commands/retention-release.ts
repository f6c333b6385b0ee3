import type { Invocation } from '../command.ts';
import { steerHold } from '../holds.ts';

export function run(invocation: Invocation): Promise<undefined> {
  return steerHold(invocation, 'release');
}
