import { userError } from '#mesh/error.ts';
import type { Invocation } from './command.ts';

/**
 * Asks a question that `--yes` answers; false when it is declined.
 * @throws WeftError `WEFT-CLI-010` when nobody is there to answer.
 */
export async function confirm(invocation: Invocation, question: string): Promise<boolean> {
  if (invocation.options.yes === true) return true;
  if (!invocation.io.interactive || invocation.json) {
    throw userError('WEFT-CLI-010', `${question} nobody is here to answer`, { hint: 'add --yes' });
  }
  const prompts = await import('@clack/prompts');
  return (await prompts.confirm({ message: question })) === true;
}

/** Whether somebody sits there who can be asked. */
export function canAsk(invocation: Invocation): boolean {
  return invocation.io.interactive && !invocation.json;
}

/**
 * Asks for a text until it is none that `refuse` has a word against.
 * @throws WeftError `WEFT-CLI-010` when the question is declined.
 */
export async function askText(
  question: string,
  options: { readonly default?: string; readonly refuse?: (text: string) => string | undefined } = {},
): Promise<string> {
  const prompts = await import('@clack/prompts');
  const answer = await prompts.text({
    message: question,
    defaultValue: options.default,
    placeholder: options.default,
    validate: (text) => {
      if (text === undefined || text === '') return options.default === undefined ? 'it is needed' : undefined;
      return options.refuse?.(text);
    },
  });
  return answered(answer, question);
}

/**
 * Asks for one of several.
 * @throws WeftError `WEFT-CLI-010` when the question is declined.
 */
export async function askChoice(
  question: string,
  choices: readonly { readonly value: string; readonly hint: string }[],
): Promise<string> {
  const prompts = await import('@clack/prompts');
  const options = choices.map(({ value, hint }) => ({ value, hint, label: value }));
  return answered(await prompts.select({ message: question, options }), question);
}

function answered(answer: unknown, question: string): string {
  if (typeof answer === 'string') return answer;
  throw userError('WEFT-CLI-010', `${question}: declined`, { hint: 'the answers can be given as flags' });
}
