import type { Ended, Statements } from '#aws/athena-statements.ts';
import type { BusEvent } from '#aws/eventbridge.ts';
import type { ObjectStore } from '#aws/s3.ts';
import type { PipelineDeps } from '#control/pipeline/deps.ts';
import type { GlueTableLike, TableInputLike } from '#mesh/contract/glue-table.ts';
import type { Pipeline } from '#mesh/pipeline/pipeline.ts';
import { column, table } from '../../mesh/fixtures.ts';

export const LANDING = 'toy-sales-landing-222222222222-eu-central-1';
const PRODUCTS = 'toy-sales-222222222222-eu-central-1';
export const PLACE = `s3://${PRODUCTS}/orders/`;

const PIPELINE: Pipeline = {
  domain: 'sales',
  landing: [{ name: 'orders', files: 'orders/', format: 'csv' }],
  steps: [
    {
      name: 'orders.orders',
      product: 'orders',
      table: 'orders',
      sql: 'orders.sql',
      on: { files: 'orders/' },
      write: 'append',
    },
    {
      name: 'orders.totals',
      product: 'orders',
      table: 'totals',
      sql: 'totals.sql',
      on: { updates: ['finance/rates'] },
      write: 'replace',
    },
  ],
};

interface Execution {
  readonly sql: string;
  readonly outcome: Ended;
  readonly answer: readonly (string | null)[][];
  readonly written: number;
}

/** A process that ends in the middle of its work. */
export class Crash extends Error {}

/**
 * One account with Athena, Glue, S3 and a bus in memory. The rows of a table are its files, one for each that an INSERT read; `crashAt` ends the process at that
 * call, before or after it took effect.
 */
export class Account {
  readonly objects = new Map<string, { body: string; etag: string }>();
  readonly tables = new Map<string, GlueTableLike & { VersionId: string }>();
  readonly events: BusEvent[] = [];
  readonly executions = new Map<string, Execution>();
  /** The next INSERT or UNLOAD fails and leaves half of its files. */
  failNext = false;
  /** Of each file, how many of its rows do not fit. */
  unfit = 0;
  /** What happens to the landing bucket just before rows are added. */
  beforeInsert: () => void = () => undefined;
  /** Why a statement fails that reads something outside; undefined when it does not. */
  fails: (sql: string) => string | undefined = () => undefined;
  forgetsTokens = false;
  /** So many more looks find a statement running. */
  running = 0;
  crashAt: { readonly call: number; readonly after: boolean } | undefined;
  calls = 0;
  /** So many milliseconds pass with each call. */
  pace = 0;
  #tokens = new Map<string, string>();
  #etags = 0;

  land(key: string, body: string): { readonly key: string; readonly etag: string; readonly bytes: number } {
    const etag = `${body}-${key}`;
    this.objects.set(`${LANDING}/${key}`, { body, etag });
    return { key, etag, bytes: body.length };
  }

  /** What a query over a table would show: the source of each row, from the files at the table's location. */
  rows(name: string): string[] {
    const location = this.tables.get(name)?.StorageDescriptor?.Location ?? '';
    const prefix = location.slice('s3://'.length);
    return [...this.objects].flatMap(([key, { body }]) => (key.startsWith(prefix) ? [body] : [])).toSorted();
  }

  get deps(): PipelineDeps {
    return {
      mesh: 'toy',
      account: '222222222222',
      region: 'eu-central-1',
      landingBucket: LANDING,
      pipeline: PIPELINE,
      products: [
        {
          domain: 'sales',
          name: 'orders',
          major: 1,
          version: '1.0.0',
          sla: { freshness: '1 d' },
          tables: [table('orders', [column('id', 'bigint')]), table('totals', [column('total', 'double')])],
        },
      ],
      sql: { 'orders.sql': 'SELECT id FROM sales_landing.orders WHERE "$path" IN (:files)', 'totals.sql': 'SELECT 1' },
      statements: this.#statements(),
      tables: {
        table: (_, name) => this.#call(() => this.tables.get(name)),
        create: (_, input) => this.#call(() => this.#put(input, !this.tables.has(input.Name))),
        update: (_, input, versionId) =>
          this.#call(() => {
            if (this.tables.get(input.Name)?.VersionId !== versionId)
              throw new Error('ConcurrentModificationException');
            this.#put(input, true);
          }),
      },
      objects: {
        etag: (bucket, key) => this.#call(() => this.objects.get(`${bucket}/${key}`)?.etag),
        remove: (bucket, key) => this.#call(() => void this.objects.delete(`${bucket}/${key}`)),
      },
      landing: this.#landing(),
      read: (bucket, key) => this.#call(() => this.objects.get(`${bucket}/${key}`)?.body),
      keys: (bucket, prefix) =>
        this.#call(() =>
          [...this.objects.keys()].flatMap((path) =>
            path.startsWith(`${bucket}/${prefix}`) ? [path.slice(bucket.length + 1)] : [],
          ),
        ),
      bus: {
        put: (events) =>
          this.#call(() => {
            this.events.push(...events);
            return { done: events, unclear: [], failed: [] };
          }),
      },
      now: () => new Date(Date.UTC(2026, 0, 2, 3, 4, 5) + this.pace * this.calls),
      hasTime: () => true,
    };
  }

  async #call<T>(work: () => T): Promise<T> {
    this.calls += 1;
    const here = this.calls === this.crashAt?.call;
    if (here && this.crashAt?.after === false) throw new Crash();
    const result = work();
    if (here) throw new Crash();
    return result;
  }

  #next(): string {
    this.#etags += 1;
    return `e${this.#etags}`;
  }

  #put(input: TableInputLike, when: boolean): void {
    if (when) this.tables.set(input.Name, { ...input, VersionId: this.#next() });
  }

  #landing(): ObjectStore {
    const at = (key: string) => `${LANDING}/${key}`;
    const write = (key: string, body: string) => {
      const etag = this.#next();
      this.objects.set(at(key), { body, etag });
      return etag;
    };
    return {
      get: (key) =>
        this.#call(() => {
          const found = this.objects.get(at(key));
          return found === undefined ? undefined : { body: Buffer.from(found.body), etag: found.etag };
        }),
      exists: (key) => this.#call(() => this.objects.has(at(key))),
      putOnce: (key, body) => this.#call(() => !this.objects.has(at(key)) && write(key, String(body)) !== ''),
      replace: (key, body, etag) =>
        this.#call(() => (this.objects.get(at(key))?.etag === etag ? write(key, body) : undefined)),
    };
  }

  #statements(): Statements {
    return {
      start: (sql, token) =>
        this.#call(() => {
          const known = this.#tokens.get(token);
          if (known !== undefined && !this.forgetsTokens) return known;
          const id = `q${this.executions.size + 1}`;
          this.executions.set(id, this.#execute(sql, id));
          this.#tokens.set(token, id);
          return id;
        }),
      find: (sql) => this.#call(() => [...this.executions].find(([, execution]) => execution.sql === sql)?.[0]),
      ended: (id) =>
        this.#call(() => {
          this.running -= 1;
          if (this.running >= 0) return { state: 'running', scannedBytes: 0 };
          return this.executions.get(id)?.outcome ?? { state: 'failed', scannedBytes: 0 };
        }),
      result: (id) =>
        this.#call(() => {
          const { answer = [], written = 0 } = this.executions.get(id) ?? {};
          return { rows: answer, written };
        }),
    };
  }

  #execute(sql: string, id: string): Execution {
    const done: Ended = { state: 'succeeded', scannedBytes: 1 };
    const failure = this.fails(sql);
    if (failure !== undefined)
      return { sql, outcome: { state: 'failed', reason: failure, scannedBytes: 0 }, answer: [], written: 0 };
    if (sql.startsWith('SELECT')) return { sql, outcome: done, answer: [['2', String(this.unfit)]], written: 0 };
    const target = /TO '(s3:\/\/[^']+)'/.exec(sql)?.[1];
    if (sql.startsWith('INSERT')) this.beforeInsert();
    const table = /INSERT INTO "sales"\."(\w+)"/.exec(sql)?.[1] ?? '';
    const location = target ?? this.tables.get(table)?.StorageDescriptor?.Location ?? '';
    const place = location.slice('s3://'.length);
    const sources = [...sql.matchAll(/'s3:\/\/[^/]+\/(orders\/[^']+)'/g)].map(([, key = '']) => key);
    const rows = sources.length === 0 ? ['all'] : [...new Set(sources)];
    const files = rows.map((_, index) => `${place}${id}-${index}`);
    for (const [index, file] of files.entries()) this.objects.set(file, { body: rows[index] ?? '', etag: id });
    const manifest = `results/${id}-manifest.csv`;
    this.objects.set(manifest, { body: files.map((file) => `s3://${file}\n`).join(''), etag: id });
    if (!this.failNext || sql.includes('quarantine/')) {
      return { sql, outcome: { ...done, manifest: `s3://${manifest}` }, answer: [], written: rows.length };
    }
    this.failNext = false;
    const outcome: Ended = { state: 'failed', reason: 'GENERIC', manifest: `s3://${manifest}`, scannedBytes: 0 };
    return { sql, outcome, answer: [], written: 0 };
  }
}
