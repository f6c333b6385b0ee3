import { between, type Chance, pick } from './chance.ts';

/** Pieces of text that mean something to some reader of YAML, JSON, SQL or HTTP, or look like something else than they are. */
const PIECES: readonly string[] = [
  '&a ',
  '*a',
  '<<: *a',
  '- <<: {a: 1}',
  '? ',
  ': ',
  '- ',
  '|\n',
  '>-\n',
  '|2+\n ',
  '!!binary ',
  '!!js/function ',
  '!<tag:x> ',
  '%YAML 1.1\n---\n',
  '%TAG ! tag:x,2000:\n',
  '\n---\n',
  '\n...\n',
  '#',
  ' # ',
  '{',
  '}',
  '[',
  ']',
  '{}',
  '[]',
  ',',
  "'",
  '"',
  '\\',
  '\\u0000',
  '\\ud800',
  '\\x1b[2J',
  '@',
  '`',
  '~',
  'null',
  'yes',
  'NaN',
  '.nan',
  '.inf',
  '-.inf',
  'Infinity',
  '-0',
  '012',
  '0o17',
  '0xff',
  '1_000',
  '1e999',
  '1e-999',
  '9007199254740993',
  '99999999999999999999999999999999999999',
  '2001-02-30',
  '12:34:56',
  'true',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  '__proto__: {a: 1}\n',
  'constructor: {prototype: {a: 1}}\n',
  '../../etc/passwd',
  '..\\..\\',
  '%2e%2e%2f',
  '%00',
  '\u0000',
  '\u0007',
  '\b',
  '\t',
  '\r',
  '\r\n',
  '\u0085',
  '\u00a0',
  '\u2028',
  '\u2029',
  '\ufeff',
  '\u200b',
  '\u202e',
  '\ud83d\ude00',
  'e\u0301',
  'é',
  'ı',
  'ſ',
  'ß',
  '\uff0e',
  '$' + '{x}',
  '$' + '{AWS::AccountId}',
  '{{resolve:ssm:/x}}',
  "' OR 1=1 --",
  '<script>',
  '&amp;',
  '<!DOCTYPE x [<!ENTITY a "b">]>',
];

/** A piece that is worth its place where a value is expected. */
export function somePiece(chance: Chance): string {
  const how = chance();
  if (how < 0.85) return pick(chance, PIECES);
  if (how < 0.9) return 'x'.repeat(pick(chance, [63, 64, 65, 127, 128, 129, 255, 256, 257, 2_001, 70_000]));
  if (how < 0.95) return pick(chance, ['9', '0', '-', '.', ' ', '\n', 'a.']).repeat(between(chance, 2, 5_000));
  return String(Math.floor((chance() - 0.5) * 2 ** between(chance, 1, 70)));
}

/** A text with some of it changed as no person would. */
export function mutate(chance: Chance, text: string): string {
  let changed = text;
  for (let count = between(chance, 1, 4); count > 0; count -= 1) changed = mutateOnce(chance, changed);
  return changed;
}

function mutateOnce(chance: Chance, text: string): string {
  const at = between(chance, 0, text.length);
  const lines = text.split('\n');
  const line = between(chance, 0, lines.length - 1);
  const other = between(chance, 0, lines.length - 1);
  switch (between(chance, 0, 13)) {
    case 0:
    case 1:
    case 2:
      return text.slice(0, at) + somePiece(chance) + text.slice(at);
    case 3:
      return text.slice(0, at) + text.slice(at + between(chance, 1, 12));
    case 4:
      return text.slice(0, at) + String.fromCharCode(between(chance, 0, 0xffff)) + text.slice(at + 1);
    case 5:
      return lines.toSpliced(line, 1).join('\n');
    case 6:
      return lines.toSpliced(other, 0, lines[line] ?? '').join('\n');
    case 7:
      return lines.with(line, ' '.repeat(between(chance, 0, 6)) + (lines[line] ?? '').trimStart()).join('\n');
    case 8:
      return lines.with(line, (lines[line] ?? '').replace(/:.*$/, `: ${somePiece(chance)}`)).join('\n');
    case 9:
      return lines
        .with(line, (lines[line] ?? '').replace(/^(\s*)/, `$1${pick(chance, ['- ', '? ', '&a ', '\t', '# '])}`))
        .join('\n');
    case 10:
      return pick(chance, ['\ufeff', '---\n', '%YAML 1.2\n---\n', '\n\n', '# x\n', '\t', '\u0000']) + text;
    case 11:
      return chance() < 0.5 ? text.replaceAll('\n', '\r\n') : text.replaceAll('  ', '\t');
    case 12: {
      const [open, close] = pick(chance, [
        ['[', ']'],
        ['{a: ', '}'],
        ['(', ')'],
        ['- ', ''],
        ['  a:\n', ''],
      ] as const);
      const deep = between(chance, 1, chance() < 0.1 ? 20_000 : 80);
      return [text.slice(0, at), open.repeat(deep), '1', close.repeat(deep), text.slice(at)].join('');
    }
    default:
      return text.slice(0, at) + text.slice(between(chance, 0, text.length));
  }
}
