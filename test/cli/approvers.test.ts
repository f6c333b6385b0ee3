import { expect, test } from '@jest/globals';
import { tellApprovers } from '#cli/approvers.ts';
import type { Io } from '#cli/io.ts';
import { aviation } from '../stacks/aviation.ts';

test('who has to say yes is named, with the command that says it', () => {
  let said = '';
  const io = { err: (text: string) => (said += text), env: {} } as unknown as Io;
  const approvals = [{ class: 'platform' }] as never;
  tellApprovers(io, { id: 'a.b', domain: 'a' }, { approvers: ['owner', 'platform'], approvals }, aviation());
  expect(said).toBe('next: a steward of a runs: weft subscription approve a.b --as a/steward\n');
});
