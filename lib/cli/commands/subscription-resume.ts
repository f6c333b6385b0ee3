import type { Invocation } from '../command.ts';
import { steerSubscription } from '../suspension.ts';

export function run(invocation: Invocation): Promise<undefined> {
  return steerSubscription(invocation, 'resume');
}
