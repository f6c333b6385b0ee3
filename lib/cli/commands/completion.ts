import { userError } from '#mesh/error.ts';
import type { CommandSpec, Invocation } from '../command.ts';

/** Prints a completion script: nouns, verbs and options, made from the table of commands. */
export async function run(invocation: Invocation): Promise<undefined> {
  const [shell = ''] = invocation.args;
  const make = SHELLS[shell];
  if (make === undefined)
    throw userError('WEFT-CLI-016', `no completion for ${JSON.stringify(shell)}`, { hint: 'bash, zsh or fish' });
  const script = make(invocation.commands);
  invocation.io.out(invocation.json ? `${JSON.stringify({ script })}\n` : script);
}

const SHELLS: Readonly<Record<string, (commands: readonly CommandSpec[]) => string>> = {
  bash,
  zsh: (commands) => `autoload -U +X bashcompinit && bashcompinit\n${bash(commands)}`,
  fish,
};

function nouns(commands: readonly CommandSpec[]): Map<string, string[]> {
  const verbs = new Map<string, string[]>();
  for (const { name } of commands) {
    const [noun = '', verb] = name.split(' ');
    verbs.set(noun, [...(verbs.get(noun) ?? []), ...(verb === undefined ? [] : [verb])]);
  }
  return verbs;
}

function flagsOf(spec: CommandSpec): string[] {
  const own = (spec.options ?? []).map((option) => /--[a-z-]+/.exec(option.flags)?.[0] ?? '');
  return [...own, ...(spec.connects ? ['--as', '--folder'] : []), '--json', '--help'];
}

function bash(commands: readonly CommandSpec[]): string {
  const cases = commands.map((spec) => `    '${spec.name}') words='${flagsOf(spec).join(' ')}' ;;`);
  const verbs = [...nouns(commands)]
    .filter(([, list]) => list.length > 0)
    .map(([noun, list]) => `    '${noun}') words='${list.join(' ')}' ;;`);
  return `_weft() {
  local current="\${COMP_WORDS[COMP_CWORD]}" words=''
  case "\${COMP_WORDS[*]:1:COMP_CWORD-1}" in
    '') words='${[...nouns(commands).keys()].join(' ')}' ;;
${verbs.join('\n')}
  esac
  [ -n "$words" ] || case "\${COMP_WORDS[*]:1:2}" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _weft weft
`;
}

function fish(commands: readonly CommandSpec[]): string {
  const lines: string[] = [];
  for (const [noun, verbs] of nouns(commands)) {
    lines.push(`complete -c weft -f -n __fish_use_subcommand -a ${noun}`);
    if (verbs.length > 0)
      lines.push(`complete -c weft -f -n "__fish_seen_subcommand_from ${noun}" -a "${verbs.join(' ')}"`);
  }
  for (const spec of commands) {
    const [noun = '', verb = noun] = spec.name.split(' ');
    for (const flag of flagsOf(spec))
      lines.push(`complete -c weft -n "__fish_seen_subcommand_from ${verb}" -l ${flag.slice(2)}`);
  }
  return `${lines.join('\n')}\n`;
}
