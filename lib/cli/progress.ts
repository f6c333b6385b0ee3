import { type Io, tone } from './io.ts';
import { cutText } from './text-width.ts';

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const;
const FRAME_MS = 100;

/** Nothing is said of what is over sooner. */
const PATIENCE_MS = 700;

/** How often somebody who reads a log is told that it still goes on. */
const LINE_MS = 15_000;

/** Where a line of a terminal begins, and everything on it gone. */
const CLEAR = '\r\u001b[2K';

/** The progress of one command: streams that keep clear of it, and its end. */
export interface Progress {
  readonly io: Io;
  end(): void;
}

/**
 * Says on stderr that a command goes on, and at what (see `busy`): at a terminal one line that turns and vanishes, elsewhere plain lines, and those
 * only when it takes long. Nothing of what is over at once, nor while a question is asked.
 */
export function startProgress(io: Io, what: string, isAsking: () => boolean = () => false): Progress {
  const started = Date.now();
  let now = what;
  let drawn = false;
  let timer: NodeJS.Timeout | undefined;
  const clear = () => {
    if (drawn) io.err(CLEAR);
    drawn = false;
  };
  const say = () => {
    if (isAsking()) return;
    const seconds = Math.round((Date.now() - started) / 1000);
    if (!io.interactive) return io.err(`weft: ${now} … ${seconds} s\n`);
    const frame = FRAMES[Math.floor((Date.now() - started) / FRAME_MS) % FRAMES.length] ?? '';
    const width = Number.isFinite(io.columns) ? io.columns - 1 : 79;
    io.err(`${CLEAR}${tone(io, 'dim', cutText(`${frame} ${now} … ${seconds} s`, width))}`);
    drawn = true;
  };
  const go = () => {
    const again = io.interactive ? FRAME_MS : LINE_MS;
    timer = setTimeout(
      () => {
        say();
        timer = setInterval(say, again).unref();
      },
      io.interactive ? PATIENCE_MS : LINE_MS,
    ).unref();
  };
  const pause = () => {
    clearTimeout(timer);
    timer = undefined;
    clear();
  };
  const step = (text: string) => {
    now = text;
    if (timer === undefined) go();
  };
  const apart = (write: (text: string) => void) => (text: string) => {
    clear();
    write(text);
  };
  go();
  return { io: { ...io, out: apart(io.out), err: apart(io.err), progress: { step, pause } }, end: pause };
}
