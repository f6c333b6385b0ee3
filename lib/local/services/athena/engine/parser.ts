import { Engine } from './instance.ts';

/**
 * DuckDB's own parser, in an engine that runs no query and reaches no file: it reads text exactly as the engines of the queries do, and keeps no query waiting.
 */
export class DuckdbParser {
  #engine: Promise<Engine> | undefined;
  readonly #open = new Set<Promise<string>>();

  /** The statement's tree as JSON; an error is in it as data. */
  serialize(text: string): Promise<string> {
    return this.#kept(this.#started().then((engine) => engine.serialize(text)));
  }

  /** The text of a tree. */
  deserialize(tree: string): Promise<string> {
    return this.#kept(this.#started().then((engine) => engine.deserialize(tree)));
  }

  /** Waits for what is being read: DuckDB takes the process down when a connection is closed under a statement. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#open);
    const engine = await this.#engine?.catch(() => undefined);
    this.#engine = undefined;
    await engine?.close();
  }

  async #kept(reading: Promise<string>): Promise<string> {
    this.#open.add(reading);
    try {
      return await reading;
    } finally {
      this.#open.delete(reading);
    }
  }

  #started(): Promise<Engine> {
    this.#engine ??= start().catch((error: unknown) => {
      this.#engine = undefined;
      throw error;
    });
    return this.#engine;
  }
}

async function start(): Promise<Engine> {
  const engine = await Engine.start(1);
  await engine.seal({ database: 'none', macros: [], paths: [] });
  return engine;
}
