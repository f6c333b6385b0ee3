import type { Invocation } from '../command.ts';
import { neededNumber, steerRollout } from '../product-life.ts';

export function run(invocation: Invocation): Promise<undefined> {
  return steerRollout(invocation, neededNumber(invocation, 'share', 100));
}
