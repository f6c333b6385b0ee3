import { SUBSCRIPTION_STATES } from '#mesh/subscription/subscription.ts';
import type { CommandSpec, OptionSpec } from '../command.ts';

/** What can stand at a place, as a shell offers it. */
export interface Candidate {
  readonly value: string;
  readonly what?: string;
}

/** Kinds of names that only a mesh knows. */
export type NameKind = 'product' | 'subscription' | 'domain' | 'principal' | 'level';

/** The names of a mesh, by kind; a kind that is asked for in vain gives none. */
export type Names = (kind: NameKind) => Promise<readonly string[]>;

/** What `--as` and `--folder` are, which commands that connect have beside their own. */
const CONNECTION: readonly OptionSpec[] = [
  { flags: '--as <principal>', description: 'who you are' },
  { flags: '--folder <path>', description: 'the folder of a local mesh' },
];

const EVERY: readonly OptionSpec[] = [
  { flags: '--json', description: 'one JSON document' },
  { flags: '--help', description: 'what the command does' },
];

/** Which names stand for a placeholder of an argument or option. */
const KINDS: Readonly<Record<string, NameKind>> = {
  product: 'product',
  id: 'subscription',
  subscription: 'subscription',
  domain: 'domain',
  consumer: 'domain',
  scope: 'domain',
  principal: 'principal',
  level: 'level',
};

/** Words that are known without a mesh. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  shell: ['bash', 'zsh', 'fish'],
  state: SUBSCRIPTION_STATES,
};

/** `--format` is described as a list of words; the default stands behind them. */
const LISTED = /^([a-z]+(?:, [a-z]+)* or [a-z]+)(?: \(|;|$)/;

/** A shell puts a word on the line as it is: what would mean something there is no name of a mesh, wherever it comes from. */
const PLAIN = /^[\w@%+=:,./-]+$/;

/**
 * What may stand where the last of these words is, the words before it being those of a `weft` command line. Nothing where only the shell knows: files
 * and free text.
 */
export async function candidates(
  words: readonly string[],
  commands: readonly CommandSpec[],
  names: Names,
): Promise<readonly Candidate[]> {
  const before = words.slice(0, -1).filter((word) => word !== '=');
  const last = words.at(-1) === '=' ? '' : (words.at(-1) ?? '');
  const all = await at(before, last, commands, names);
  return all.filter(({ value }) => PLAIN.test(value) && value.startsWith(last));
}

async function at(
  before: readonly string[],
  last: string,
  commands: readonly CommandSpec[],
  names: Names,
): Promise<readonly Candidate[]> {
  const [noun, verb] = before;
  if (noun === undefined) return nouns(commands);
  const own = commands.filter(({ name }) => name === noun || name.startsWith(`${noun} `));
  const spec = own.find(({ name }) => name === `${noun} ${verb}` || name === noun);
  if (spec === undefined)
    return before.length > 1
      ? []
      : own.map(({ name, summary }) => ({ value: name.slice(noun.length + 1), what: summary }));
  const options = [...(spec.options ?? []), ...(spec.connects === true ? CONNECTION : []), ...EVERY];
  const wanting = options.find((option) => takesValue(option) && namesOf(option).includes(before.at(-1) ?? ''));
  if (wanting !== undefined) return valuesOf(placeholder(wanting.flags), wanting.description, names);
  if (last.startsWith('-')) return options.flatMap(optionCandidates);
  const argument = (spec.arguments ?? [])[positionals(before.slice(spec.name.split(' ').length), options)];
  return argument === undefined ? [] : valuesOf(placeholder(argument.name), argument.description, names);
}

function nouns(commands: readonly CommandSpec[]): Candidate[] {
  const found = new Map<string, string | undefined>();
  for (const { name, summary } of commands) {
    const [noun = '', verb] = name.split(' ');
    if (!found.has(noun)) found.set(noun, verb === undefined ? summary : undefined);
  }
  return [...found].map(([value, what]) => ({ value, what }));
}

async function valuesOf(place: string, description: string, names: Names): Promise<readonly Candidate[]> {
  const kind = place === 'id' && !description.includes('subscription') ? undefined : KINDS[place];
  if (kind !== undefined) {
    const found = await names(kind);
    // Where an id will do, too, both are offered.
    const more = kind === 'product' && description.includes('id of a') ? await names('subscription') : [];
    return [...found, ...more].map((value) => ({ value }));
  }
  const listed = WORDS[place] ?? LISTED.exec(description)?.[1]?.split(/, | or /) ?? [];
  return listed.map((value) => ({ value }));
}

/** How many words of a line are arguments, not options or their values. */
function positionals(words: readonly string[], options: readonly OptionSpec[]): number {
  let count = 0;
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    const option = options.find((one) => namesOf(one).includes(word));
    if (option !== undefined && takesValue(option)) index += 1;
    else if (!word.startsWith('-') || word === '-') count += 1;
  }
  return count;
}

function optionCandidates(option: OptionSpec): Candidate[] {
  const long = namesOf(option).find((name) => name.startsWith('--'));
  return long === undefined ? [] : [{ value: long, what: option.description }];
}

/** `-d, --domain <name>` has two names. */
function namesOf({ flags }: OptionSpec): string[] {
  return flags.split(/,? /).filter((part) => part.startsWith('-'));
}

function takesValue({ flags }: OptionSpec): boolean {
  return flags.includes('<');
}

/** The word in `<…>` or `[…]`; `--domain <name>` is known by its own. */
function placeholder(flags: string): string {
  const word = /[<[]([^>\]…]+)/.exec(flags)?.[1] ?? '';
  const option = /--([a-z-]+)/.exec(flags)?.[1];
  return word in KINDS || word in WORDS || option === undefined ? word : option;
}
