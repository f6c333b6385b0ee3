/** One policy of a text, with where it begins, counted in UTF-16 units. */
export interface PolicyText {
  readonly text: string;
  readonly start: number;
}

/**
 * Cuts a Cedar text at the semicolons that end its policies, so that each can be parsed by itself and one that is broken does not hide the
 * others. Semicolons in strings and comments end nothing.
 */
export function splitPolicies(text: string): PolicyText[] {
  const policies: PolicyText[] = [];
  let start = 0;
  let index = 0;
  while (index < text.length) {
    const character = text[index];
    if (character === '"') index = afterString(text, index);
    else if (character === '/' && text[index + 1] === '/') index = afterLine(text, index);
    else {
      index += 1;
      if (character !== ';') continue;
      policies.push(trimmed(text, start, index));
      start = index;
    }
  }
  const rest = trimmed(text, start, text.length);
  return rest.text === '' ? policies : [...policies, rest];
}

/** Line and column, both from 1, of a place in a text. */
export function placeAt(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const line = before.split('\n').length;
  return { line, column: offset - before.lastIndexOf('\n') };
}

function afterString(text: string, from: number): number {
  let index = from + 1;
  while (index < text.length && text[index] !== '"') index += text[index] === '\\' ? 2 : 1;
  return index + 1;
}

function afterLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end === -1 ? text.length : end;
}

/** Without the blanks and comments before the policy. */
function trimmed(text: string, from: number, to: number): PolicyText {
  let start = from;
  for (;;) {
    while (start < to && /\s/.test(text[start] ?? '')) start += 1;
    if (text[start] !== '/' || text[start + 1] !== '/' || start >= to) break;
    start = Math.min(afterLine(text, start), to);
  }
  return { text: text.slice(start, to), start };
}
