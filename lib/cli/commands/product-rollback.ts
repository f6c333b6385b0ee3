import type { Invocation } from '../command.ts';
import { steerRollout } from '../product-life.ts';

export function run(invocation: Invocation): Promise<undefined> {
  return steerRollout(invocation, 0);
}
