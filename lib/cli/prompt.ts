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
  invocation.io.progress?.pause();
  const prompts = await import('@clack/prompts');
  return (await prompts.confirm({ message: question })) === true;
}
