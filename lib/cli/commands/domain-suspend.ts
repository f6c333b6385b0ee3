import type { Invocation } from '../command.ts';
import { steerDomain } from '../suspension.ts';

export function run(invocation: Invocation): Promise<undefined> {
  return steerDomain(invocation, 'suspend', invocation.args[0] ?? '', 'everything');
}
