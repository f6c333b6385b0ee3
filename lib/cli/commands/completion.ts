import { userError } from '#mesh/error.ts';
import type { Invocation } from '../command.ts';

/** Prints the completion script of a shell: a few lines that ask `weft complete` for what may stand where. */
export async function run(invocation: Invocation): Promise<undefined> {
  const [shell = ''] = invocation.args;
  const script = SCRIPTS[shell];
  if (script === undefined)
    throw userError('WEFT-CLI-016', `no completion for ${JSON.stringify(shell)}`, { hint: 'bash, zsh or fish' });
  invocation.io.out(invocation.json ? `${JSON.stringify({ script })}\n` : script);
}

/** `$1` is the command as it was typed. Where weft knows nothing, the shell offers files. */
const BASH = `_weft() {
  local IFS=$'\\n'
  COMPREPLY=($("\${1/#\\~/$HOME}" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _weft weft
`;

const ZSH = `#compdef weft
_weft() {
  local -a found
  found=("\${(@f)$(\${(Q)words[1]} complete -- "\${(@Q)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${found[1]}" ]]; then compadd -a found; else _files; fi
}
if [[ "$funcstack[1]" = _weft ]]; then _weft "$@"; else compdef _weft weft; fi
`;

const FISH = `function __weft_complete
  set -l words (commandline -opc)
  set -l current (commandline -ct)
  set -l found (command weft complete --describe -- $words[2..-1] "$current" 2>/dev/null)
  if test (count $found) -gt 0
    printf '%s\\n' $found
  else
    __fish_complete_path "$current"
  end
end
complete -c weft -f -a '(__weft_complete)'
`;

const SCRIPTS: Readonly<Record<string, string>> = { bash: BASH, zsh: ZSH, fish: FISH };
