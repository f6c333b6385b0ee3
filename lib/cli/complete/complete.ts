import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import type { CommandSpec, Invocation } from '../command.ts';
import type { Io } from '../io.ts';
import { localFolder, runningLocal } from '../local-folder.ts';
import { candidates, type NameKind } from './candidates.ts';
import { cacheFile, type NameLists, remember, remembered } from './names.ts';

const ENTRY = resolve(import.meta.dirname, '../../../bin/weft.ts');

/** Somebody waits with a finger on the key. */
const PATIENCE_MS = 300;

const NONE: NameLists = { product: [], subscription: [], domain: [], principal: [], level: [] };

/**
 * `weft complete [--describe] -- <words>`, which completion scripts call: a line for each word that may stand where the last of these is. Says nothing
 * where it knows nothing, and fails for nothing. `weft complete --refresh` asks a slow mesh for its names and remembers them.
 */
export async function complete(argv: readonly string[], commands: readonly CommandSpec[], io: Io): Promise<void> {
  const end = argv.indexOf('--');
  const flags = end === -1 ? argv : argv.slice(0, end);
  const words = end === -1 ? [] : argv.slice(end + 1);
  try {
    const source = new NameSource(words, io);
    if (flags.includes('--refresh')) return void (await source.ask());
    const found = await candidates(words, commands, (kind) => source.names(kind));
    const describe = flags.includes('--describe');
    for (const { value, what } of found) io.out(`${value}${describe && what !== undefined ? `\t${what}` : ''}\n`);
  } catch {
    // A shell would show it in the middle of the line.
  }
}

/** Names from the running local mesh, or from the mesh of `WEFT_API_URL` and what is remembered of it. */
class NameSource {
  readonly #words: readonly string[];
  readonly #word: string;
  readonly #invocation: Invocation;

  constructor(words: readonly string[], io: Io) {
    this.#words = words;
    const last = words.at(-1) ?? '';
    this.#word = last === '=' ? '' : last;
    const options = { as: after(words, '--as'), folder: after(words, '--folder') };
    this.#invocation = { io, args: [], options, json: true, commands: [] };
  }

  async names(kind: NameKind): Promise<readonly string[]> {
    const { io } = this.#invocation;
    const file = this.#file();
    if (io.env.WEFT_API_URL === undefined) {
      const local = runningLocal(localFolder(this.#invocation));
      if (local === undefined) return [];
      // What stands in a file needs no call.
      const { namesOfTopology } = await import('./ask.ts');
      const told = { ...NONE, ...namesOfTopology(local.topology) };
      if (told[kind].length > 0) return told[kind];
    }
    const known = remembered(file, this.#word);
    if (known?.fresh === true && io.env.WEFT_API_URL !== undefined) return known.names[kind];
    const asked = await Promise.race([this.ask().catch(() => undefined), late()]);
    if (asked === undefined && io.env.WEFT_API_URL !== undefined) this.#refreshLater();
    return (asked ?? known?.names ?? NONE)[kind];
  }

  async ask(): Promise<NameLists> {
    const { io, options } = this.#invocation;
    const as = options.as ?? io.env.WEFT_AS ?? (io.env.WEFT_API_URL === undefined ? 'governance/platform' : undefined);
    const [{ connect }, { askNames }] = await Promise.all([import('../connection.ts'), import('./ask.ts')]);
    const names = await askNames(await connect({ ...this.#invocation, options: { ...options, as } }), this.#word);
    remember(this.#file(), names);
    return names;
  }

  #file(): string | undefined {
    const { io, options } = this.#invocation;
    return cacheFile(
      io,
      io.env.WEFT_API_URL ?? localFolder(this.#invocation),
      String(options.as ?? io.env.WEFT_AS ?? io.env.AWS_PROFILE ?? ''),
    );
  }

  /** A process of its own goes on asking, for the next time. */
  #refreshLater(): void {
    if (this.#file() === undefined) return;
    const { io } = this.#invocation;
    const argv = [ENTRY, 'complete', '--refresh', '--', ...this.#words];
    spawn(process.execPath, argv, { cwd: io.cwd, env: { ...io.env }, detached: true, stdio: 'ignore' }).unref();
  }
}

function late(): Promise<undefined> {
  return new Promise((done) => {
    setTimeout(done, PATIENCE_MS, undefined).unref();
  });
}

/** The value of an option among words, where it is whole: the last word is still being typed. */
function after(words: readonly string[], option: string): string | undefined {
  const whole = words.slice(0, -1);
  const index = whole.indexOf(option);
  const value = index === -1 ? undefined : whole[index + 1] === '=' ? whole[index + 2] : whole[index + 1];
  return value === '' ? undefined : value;
}
