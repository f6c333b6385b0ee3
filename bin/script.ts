import { parseArgs } from 'node:util';

/** A whole number, no smaller than `least`; `usual` where none is written. */
interface Count {
  readonly what: string;
  readonly least: number;
  readonly usual?: number;
}

interface Text {
  readonly what: string;
  readonly text: true;
}

interface Flag {
  readonly what: string;
  readonly flag: true;
}

type Option = Count | Text | Flag;

/** Option → what may be written, by its name without dashes. One whose `what` is empty is for our own processes and not told. */
type Options = Readonly<Record<string, Option>>;

/** What an npm script does and may be called with. */
export interface Script<O extends Options> {
  /** The whole line: `npm run fuzz -- [<target>…] [--seed S]`. */
  readonly usage: string;
  /** What it does, in a sentence. */
  readonly does: string;
  readonly options: O;
  /** What may stand without dashes: what one is called, which are known unless all are welcome, and how many there may be. */
  readonly names?: { readonly of: string; readonly known?: readonly string[]; readonly most?: number };
}

type ValueOf<T extends Option> = T extends { readonly least: number; readonly usual: number }
  ? number
  : T extends { readonly least: number }
    ? number | undefined
    : T extends { readonly text: true }
      ? string | undefined
      : boolean;

/** What a script was called with. */
export interface Called<O extends Options> {
  readonly values: { readonly [K in keyof O]: ValueOf<O[K]> };
  readonly names: readonly string[];
}

/** Reads the arguments of an npm script. Gives what is wrong with them instead, all of it, and `help` when that is asked. */
export function readArguments<const O extends Options>(
  { options, names: rest }: Script<O>,
  args: readonly string[],
): Called<O> | { readonly help: true } | { readonly problems: readonly string[] } {
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(options).map(([name, option]) => [
        name,
        { type: 'flag' in option ? 'boolean' : 'string' } as const,
      ]),
    ),
  });
  const values: Record<string, number | string | boolean | undefined> = Object.fromEntries(
    Object.entries(options).map(([name, option]) => [
      name,
      'flag' in option ? false : 'least' in option ? option.usual : undefined,
    ]),
  );
  const names: string[] = [];
  const problems: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'option-terminator') continue;
    if (token.kind === 'positional') {
      names.push(token.value);
      continue;
    }
    if (token.name === 'help' || token.rawName === '-h') return { help: true };
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (option === undefined) {
      const known = Object.keys(shown(options)).map((name) => `--${name}`);
      problems.push(`there is no option ${token.rawName}: ${known.join(', ') || 'it has none'}`);
    } else if ('flag' in option) {
      values[token.name] = true;
      if (token.value !== undefined) problems.push(`${token.rawName} takes no value`);
    } else if (token.value === undefined) problems.push(`${token.rawName} needs a value: ${option.what}`);
    else if ('least' in option) {
      const count = Number(token.value);
      values[token.name] = count;
      if (!/^-?\d+$/.test(token.value) || !Number.isSafeInteger(count) || count < option.least)
        problems.push(`${token.rawName} ${token.value}: a whole number is needed, ${option.least} or more`);
    } else values[token.name] = token.value;
  }
  if (rest === undefined) problems.push(...names.map((name) => `nothing is known of ${name}: options begin with --`));
  else if (names.length > (rest.most ?? Number.POSITIVE_INFINITY))
    problems.push(`there are too many: ${names.join(' ')}`);
  const { of, known } = rest ?? {};
  for (const name of known === undefined ? [] : names)
    if (known?.includes(name) === false) problems.push(`there is no ${of} ${name}: ${known.join(', ')}`);
  if (problems.length > 0) return { problems };
  return { values: values as Called<O>['values'], names };
}

/** What a script was called with. With `--help` it tells how it is called and ends; with nonsense too, with 2 and on stderr. */
export function called<const O extends Options>(script: Script<O>): Called<O> {
  const read = readArguments(script, process.argv.slice(2));
  if ('help' in read) {
    console.log(helpOf(script));
    process.exit(0);
  }
  if ('problems' in read) misused(script, read.problems);
  return read;
}

/** Ends a script that was called with nonsense. */
export function misused({ usage }: { readonly usage: string }, problems: readonly string[]): never {
  for (const problem of problems) console.error(`error: ${problem}`);
  console.error(`next: ${usage}`);
  process.exit(2);
}

function helpOf({ usage, does, options, names }: Script<Options>): string {
  const rows = Object.entries(shown(options)).map(([name, option]) => {
    const usual = 'least' in option && option.usual !== undefined ? ` (${option.usual} unless told)` : '';
    return `  --${name.padEnd(10)} ${option.what}${usual}`;
  });
  const known = names?.known === undefined ? [] : ['', `Each ${names.of} is one of:`, `  ${names.known.join(', ')}`];
  return [usage, '', does, ...(rows.length > 0 ? ['', ...rows] : []), ...known].join('\n');
}

function shown(options: Options): Options {
  return Object.fromEntries(Object.entries(options).filter(([, { what }]) => what !== ''));
}
