import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';
import type { InputConfig } from '../config/config.ts';
import { repeat } from './lasting.ts';
import type { Sink, Source, Tell } from './source.ts';

type Config = Extract<InputConfig, { kind: 'sql' }>;
type Record = Readonly<globalThis.Record<string, string | null>>;

interface Position {
  readonly after: string;
}

const CONNECT_MILLISECONDS = 5_000;
const STATEMENT_MILLISECONDS = 60_000;
/** Between drawing a key from a sequence and being known as a transaction lies a moment. */
const MOMENT = 100;

/**
 * Rows of a PostgreSQL query whose key grows. A key is taken only when every transaction that was open when it was seen has ended: one that drew a
 * smaller key and commits later would otherwise be passed over.
 */
export class SqlSource implements Source {
  readonly #config: Config;
  readonly #password: string | undefined;

  constructor(config: Config, password: string | undefined) {
    this.#config = config;
    this.#password = password;
  }

  fold(_position: unknown, mark: unknown): Position {
    return mark as Position;
  }

  async run(sink: Sink, tell: Tell, signal: AbortSignal): Promise<void> {
    let client: Client | undefined;
    try {
      await repeat(
        async () => {
          client ??= await this.#connect();
          try {
            return await this.#read(client, sink, signal);
          } catch (error) {
            const broken = client;
            client = undefined;
            await broken.end().catch(() => undefined);
            throw error;
          }
        },
        this.#config.every,
        tell,
        signal,
      );
    } finally {
      await client?.end().catch(() => undefined);
    }
  }

  async #connect(): Promise<Client> {
    const { url, ca } = this.#config;
    const address = new URL(url);
    // In the address: the driver takes nothing from beside it.
    if (this.#password !== undefined) address.password = encodeURIComponent(this.#password);
    const config: ClientConfig = {
      connectionString: address.href,
      ...(ca === undefined ? {} : { ssl: { ca: readFileSync(ca, 'utf8') } }),
      connectionTimeoutMillis: CONNECT_MILLISECONDS,
      statement_timeout: STATEMENT_MILLISECONDS,
      application_name: 'weft-edge',
      // Every value as PostgreSQL writes it: a date of JavaScript would lose microseconds, and a number digits.
      types: { getTypeParser: () => (text: string) => text },
    };
    const client = new Client(config);
    client.on('error', () => undefined);
    await client.connect();
    await client.query("set time zone 'UTC'; set datestyle to iso; set default_transaction_read_only to on");
    return client;
  }

  async #read(client: Client, sink: Sink, signal: AbortSignal): Promise<{ readonly more: boolean }> {
    const after = ((sink.position as Position | undefined) ?? { after: this.#config.start }).after;
    const seen = await this.#rows(client, after);
    const newest = seen.at(-1)?.[this.#config.key];
    if (newest === undefined || newest === null) return { more: false };
    await settled(client, signal);
    if (signal.aborted) return { more: false };
    const rows = await this.#rows(client, after);
    const end = rows.findLastIndex((row) => row[this.#config.key] === newest);
    // Rows came before it, and it is on another page now; or it was deleted: look again.
    if (end < 0) return { more: true };
    await sink.deliver(rows.slice(0, end + 1), { after: newest } satisfies Position);
    return { more: true };
  }

  async #rows(client: Client, after: string): Promise<Record[]> {
    const { query, key } = this.#config;
    const text = query.replace(/;\s*$/, '').replaceAll(/:after\b/g, '$1');
    const { rows, fields } = await client.query<Record>(text, [after]);
    if (!fields.some(({ name }) => name === key)) throw new Error(`the query does not give its key ${key}`);
    return rows;
  }
}

/** Waits until every transaction that is open now has ended. */
async function settled(client: Client, signal: AbortSignal): Promise<void> {
  await sleep(MOMENT);
  const ask = async (what: string) => {
    const { rows } = await client.query<{ at: string }>(`select ${what}(pg_current_snapshot()) as at`);
    return BigInt(rows[0]?.at ?? '0');
  };
  const until = await ask('pg_snapshot_xmax');
  while (!signal.aborted && (await ask('pg_snapshot_xmin')) < until) await sleep(MOMENT);
}
