import { main } from '#cli/main.ts';

export interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command line of `weft` in process, with streams of its own and nothing of the ambient environment. */
export async function runWeft(
  argv: readonly string[],
  options: { cwd?: string; env?: Record<string, string>; columns?: number; terminal?: boolean } = {},
): Promise<Ran> {
  let out = '';
  let err = '';
  const exit = await main(argv, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    env: options.env ?? {},
    cwd: options.cwd ?? process.cwd(),
    columns: options.columns ?? 100,
    terminal: options.terminal ?? false,
    colour: false,
    interactive: false,
  });
  return { exit, out, err };
}
