import { userError } from '#mesh/error.ts';
import type { Io } from './io.ts';

export interface ArgumentSpec {
  /** `<name>` is required, `[name]` optional, `…` at the end takes several. */
  readonly name: string;
  readonly description: string;
}

export interface OptionSpec {
  /** commander's notation, e.g. `-d, --domain <name>`. */
  readonly flags: string;
  readonly description: string;
  /** May be given more than once; the values become an array. */
  readonly repeatable?: boolean;
}

export interface Example {
  readonly line: string;
  readonly what: string;
}

/** What a command gets when it runs. */
export interface Invocation {
  readonly io: Io;
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | readonly string[] | undefined>>;
  /** `--json` was given: one documented shape on stdout, no prompts. */
  readonly json: boolean;
  /** Every command there is, for completion. */
  readonly commands: readonly CommandSpec[];
}

export interface CommandModule {
  /** The exit code; 0 when absent. */
  run(invocation: Invocation): Promise<number | undefined>;
}

/** A command as data: help, completion and the reference page are made from it; its code is loaded when it runs. */
export interface CommandSpec {
  /** Noun and verb, e.g. `product publish`. */
  readonly name: string;
  readonly summary: string;
  readonly arguments?: readonly ArgumentSpec[];
  readonly options?: readonly OptionSpec[];
  readonly examples: readonly Example[];
  /**
   * What `--json` prints, in one line: the outermost members, `"name"?` for one that may be absent, `…` for others. A test holds what is printed to it.
   */
  readonly shape: string;
  /** The command speaks to a mesh: it takes `--as` and `--folder`. */
  readonly connects?: boolean;
  load(): Promise<CommandModule>;
}

/** The text of an option, or undefined when it was not given. */
export function textOption(invocation: Invocation, name: string): string | undefined {
  const value = invocation.options[name];
  return typeof value === 'string' ? value : undefined;
}

/**
 * The whole number of an option, at least 0, or undefined when it was not given.
 * @throws WeftError `WEFT-CLI-022` when it is something else, or above `most`.
 */
export function numberOption(invocation: Invocation, name: string, most = Number.MAX_SAFE_INTEGER): number | undefined {
  const text = textOption(invocation, name);
  if (text === undefined) return undefined;
  if (/^\d{1,15}$/.test(text) && Number(text) <= most) return Number(text);
  const range = most === Number.MAX_SAFE_INTEGER ? 'a whole number' : `a whole number from 0 to ${most}`;
  throw userError('WEFT-CLI-022', `--${name} ${JSON.stringify(text)} is not ${range}`, {
    hint: `leave --${name} out for its default`,
  });
}

/** Every value of a repeatable option. */
export function listOption(invocation: Invocation, name: string): readonly string[] {
  const value = invocation.options[name];
  return Array.isArray(value) ? value : typeof value === 'string' ? [value] : [];
}
