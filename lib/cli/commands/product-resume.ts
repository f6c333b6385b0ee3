import type { Invocation } from '../command.ts';
import { steerProduct } from '../suspension.ts';

export function run(invocation: Invocation): Promise<undefined> {
  return steerProduct(invocation, 'resume');
}
