import { expect, test } from '@jest/globals';
import { busy, processIo } from '#cli/io.ts';

test.each([
  [true, 'asking …\n'],
  [false, ''],
])('what takes a while is said to whoever sits at a terminal: %s', (interactive, said) => {
  let err = '';
  const io = {
    ...processIo(),
    colour: false,
    interactive,
    err: (text: string) => {
      err += text;
    },
  };
  busy(io, 'asking');
  expect(err).toBe(said);
});
