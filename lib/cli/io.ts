import { styleText } from 'node:util';

/** Where a command reads and writes: the process's own streams, or a test's. stdout is data, stderr is talk. */
export interface Io {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Width of a table in characters: `$COLUMNS`, else the terminal's; infinite when stdout is none, where nothing is cut. */
  readonly columns: number;
  /** Colour is wanted on stdout and stderr: a terminal without NO_COLOR, or FORCE_COLOR. */
  readonly colour: boolean;
  /** Somebody sits at a terminal and can answer a question. */
  readonly interactive: boolean;
  /** stdout is a terminal. */
  readonly terminal?: boolean;
  /** What tells that a command goes on; absent where nobody is told. */
  readonly progress?: {
    /** Says what is being done now, and goes on after a pause. */
    step(what: string): void;
    /** Says nothing until the next step: a question is asked, or the command serves. */
    pause(): void;
  };
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
    columns: tableWidth(env.COLUMNS, stdout.columns),
    terminal: stdout.isTTY === true,
    colour,
    interactive: stdin.isTTY === true && stdout.isTTY === true && env.CI === undefined,
  };
}

/** The width for tables: what `$COLUMNS` says when that is a number, else the terminal's, else none. */
export function tableWidth(wanted: string | undefined, terminal: number | undefined): number {
  if (wanted !== undefined && /^[1-9]\d{0,4}$/.test(wanted)) return Number(wanted);
  // A terminal that does not know its width says 0.
  return terminal === undefined || terminal === 0 ? Number.POSITIVE_INFINITY : terminal;
}

/** Says what is being done, to whoever waits for it longer than a moment. */
export function busy(io: Io, what: string): void {
  io.progress?.step(what);
}

export type Tone = 'good' | 'bad' | 'warn' | 'dim' | 'strong';

const FORMATS = { good: 'green', bad: 'red', warn: 'yellow', dim: 'dim', strong: 'bold' } as const;

/** `text` in a tone, when colour is wanted. */
export function tone(io: Io, kind: Tone, text: string): string {
  return io.colour ? styleText(FORMATS[kind], text, { validateStream: false }) : text;
}
