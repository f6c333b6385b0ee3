import { Engine } from './instance.ts';

/**
 * DuckDB's own parser, in an engine that runs no query and reaches no file: it reads text exactly as the engines of the queries do, and keeps no query waiting.
 */
export class DuckdbParser {
  #engine: Promise<Engine> | undefined;

  /** The statement's tree as JSON; an error is in it as data. */
  async serialize(text: string): Promise<string> {
    return (await this.#started()).serialize(text);
  }

  /** The text of a tree. */
  async deserialize(tree: string): Promise<string> {
    return (await this.#started()).deserialize(tree);
  }

  async close(): Promise<void> {
    const engine = await this.#engine?.catch(() => undefined);
    this.#engine = undefined;
    await engine?.close();
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
