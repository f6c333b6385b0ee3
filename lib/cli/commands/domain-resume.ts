import type { Invocation } from '../command.ts';
import { steerDomain } from '../suspension.ts';

export function run(invocation: Invocation): Promise<undefined> {
  return steerDomain(invocation, 'resume', invocation.args[0] ?? '', 'everything');
}
