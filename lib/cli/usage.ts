import type { CommanderError } from 'commander';
import { userError, type WeftError } from '#mesh/error.ts';
import type { CommandSpec } from './command.ts';

/** A misspelling differs in no more than this part of its letters. */
const LIKE = 0.4;

/** What is wrong with a command line, as an error with the nearest command: `WEFT-CLI-100`. */
export function usageError(
  error: CommanderError,
  argv: readonly string[],
  commands: readonly CommandSpec[],
): WeftError {
  const message = error.message.replace(/^error: /, '').replace(/\n\(Did you mean .*\)$/s, '');
  return userError('WEFT-CLI-100', message, { hint: nextStep(error, argv, commands) });
}

function nextStep(error: CommanderError, argv: readonly string[], commands: readonly CommandSpec[]): string {
  const words = argv.filter((word) => !word.startsWith('-'));
  const spec = specOf(words, commands);
  if (error.code === 'commander.unknownOption' && spec !== undefined) {
    const unknown = /'(--?[^'= ]+)/.exec(error.message)?.[1] ?? '';
    const like = nearest(unknown, flagsOf(spec));
    const more = `weft ${spec.name} --help shows its options`;
    return like === undefined ? more : `did you mean ${like}? ${more}`;
  }
  if (spec !== undefined) {
    const example = spec.examples[0]?.line;
    return example === undefined ? `weft ${spec.name} --help` : `for example: ${example}`;
  }
  const near = commandsLike(words, commands);
  if (near.length > 0) return `did you mean ${near.map((name) => `weft ${name}`).join(' or ')}?`;
  return 'weft --help shows what there is; weft alone, what to do next';
}

/** The command that a line names. */
function specOf(words: readonly string[], commands: readonly CommandSpec[]): CommandSpec | undefined {
  const [noun = '', verb = ''] = words;
  return commands.find(({ name }) => name === `${noun} ${verb}`) ?? commands.find(({ name }) => name === noun);
}

/** The commands that somebody may have meant: the noun or the verb misspelled, the verb without its noun, the two turned round. */
function commandsLike(words: readonly string[], commands: readonly CommandSpec[]): readonly string[] {
  const [first = '', second = ''] = words;
  const names = commands.map(({ name }) => name);
  const nouns = [...new Set(names.map((name) => name.split(' ')[0] ?? ''))];
  const turned = names.filter((name) => name === `${second} ${first}`);
  if (turned.length > 0) return turned;
  const verbAlone = names.filter((name) => name.split(' ')[1] === first);
  if (verbAlone.length > 0 && !nouns.includes(first)) return verbAlone.slice(0, 3);
  const noun = nouns.includes(first) ? first : nearest(first, nouns);
  if (noun === undefined) {
    const verb = nearest(
      first,
      names.map((name) => name.split(' ')[1] ?? ''),
    );
    return verb === undefined ? [] : names.filter((name) => name.split(' ')[1] === verb).slice(0, 3);
  }
  const verbs = names.filter((name) => name.startsWith(`${noun} `)).map((name) => name.slice(noun.length + 1));
  const verb = verbs.includes(second) ? second : nearest(second, verbs);
  if (verb !== undefined) return [`${noun} ${verb}`];
  return verbs.length === 0 ? [noun] : [`${noun} --help`];
}

function flagsOf(spec: CommandSpec): string[] {
  const own = (spec.options ?? []).map(({ flags }) => /--[a-z-]+/.exec(flags)?.[0] ?? '');
  return [...own, ...(spec.connects === true ? ['--as', '--folder'] : []), '--json', '--help'];
}

/** The word that is most like another, when one is like it. */
function nearest(word: string, words: readonly string[]): string | undefined {
  if (word === '') return undefined;
  const ranked = words
    .filter((one) => one !== '')
    .map((one) => ({ one, far: one.startsWith(word) ? 0 : distance(word, one) }))
    .sort((a, b) => a.far - b.far);
  const [best] = ranked;
  return best !== undefined && best.far <= Math.max(1, LIKE * Math.max(word.length, best.one.length))
    ? best.one
    : undefined;
}

/** How many letters have to be put in, taken out, changed or swapped with the next. */
function distance(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const same = from[i - 1] === to[j - 1] ? 0 : 1;
      let least = Math.min((rows[i - 1]?.[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (rows[i - 1]?.[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1])
        least = Math.min(least, (rows[i - 2]?.[j - 2] ?? 0) + 1);
      row.push(least);
    }
    rows.push(row);
  }
  return rows[from.length]?.[to.length] ?? 0;
}
