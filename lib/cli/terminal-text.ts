import { stripVTControlCharacters } from 'node:util';

/** The codes of our own tones, and of their ends. */
const TONE = new RegExp(`(${'\u001b'}\\[(?:1|2|22|31|32|33|39)m)`);

/**
 * A text as a terminal may get it: lines, tabs and our own tones stay, and nothing else that would move the cursor or set the terminal, for what is in a text
 * may be anybody's data.
 */
export function terminalText(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .split(TONE)
    .map((part, index) =>
      index % 2 === 1 ? part : stripVTControlCharacters(part).replaceAll(/(?![\n\t])\p{Cc}/gu, '�'),
    )
    .join('');
}
