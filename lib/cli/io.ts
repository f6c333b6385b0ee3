import { styleText } from 'node:util';

/** Where a command reads and writes: the process's own streams, or a test's. stdout is data, stderr is talk. */
export interface Io {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Width of the terminal in characters; 100 when stdout is not one. */
  readonly columns: number;
  /** Colour is wanted on stdout and stderr: a terminal without NO_COLOR, or FORCE_COLOR. */
  readonly colour: boolean;
  /** Somebody sits at a terminal and can answer a question. */
  readonly interactive: boolean;
}

export function processIo(): Io {
  const { env, stdout, stderr, stdin } = process;
  const colour =
    env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '0'
      ? true
      : env.NO_COLOR === undefined && stdout.isTTY === true;
  // A reader such as `head` may leave before everything is written: that is its right, not an error.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    env,
    cwd: process.cwd(),
    columns: stdout.columns ?? 100,
    colour,
    interactive: stdin.isTTY === true && stdout.isTTY === true && env.CI === undefined,
  };
}

/** Says at a terminal that something takes a while, and what. */
export function busy(io: Io, what: string): void {
  if (io.interactive) io.err(`${tone(io, 'dim', `${what} …`)}\n`);
}

export type Tone = 'good' | 'bad' | 'warn' | 'dim' | 'strong';

const FORMATS = { good: 'green', bad: 'red', warn: 'yellow', dim: 'dim', strong: 'bold' } as const;

/** `text` in a tone, when colour is wanted. */
export function tone(io: Io, kind: Tone, text: string): string {
  return io.colour ? styleText(FORMATS[kind], text, { validateStream: false }) : text;
}
