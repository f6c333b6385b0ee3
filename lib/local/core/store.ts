import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { Journal } from './journal.ts';
import { survivesPowerLoss } from './power-loss.ts';

/**
 * Where every service keeps its state: sorted JSON documents in namespaces, over one SQLite file (or memory). A namespace is
 * `service/account/region/kind`. All calls are synchronous; a write is on disk when `transaction` returns, so that an acknowledged
 * request survives a killed process.
 */
export class Store {
  readonly #db: DatabaseSync;
  readonly #journal: Journal;
  readonly #get: StatementSync;
  readonly #put: StatementSync;
  readonly #delete: StatementSync;
  readonly #list: StatementSync;
  readonly #listBack: StatementSync;
  readonly #clear: StatementSync;
  readonly #namespaces: StatementSync;
  #depth = 0;

  /** @param file path of the SQLite file; memory when absent. */
  constructor(file?: string) {
    this.#db = new DatabaseSync(file ?? ':memory:');
    this.#db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${survivesPowerLoss ? 'NORMAL' : 'OFF'};`);
    this.#db.exec(
      'CREATE TABLE IF NOT EXISTS doc (ns TEXT, key TEXT, value TEXT, PRIMARY KEY (ns, key)) WITHOUT ROWID',
    );
    this.#journal = new Journal(this.#db);
    this.#get = this.#db.prepare('SELECT value FROM doc WHERE ns = ? AND key = ?');
    this.#put = this.#db.prepare('INSERT OR REPLACE INTO doc (ns, key, value) VALUES (?, ?, ?)');
    this.#delete = this.#db.prepare('DELETE FROM doc WHERE ns = ? AND key = ?');
    this.#list = this.#db.prepare(
      'SELECT key, value FROM doc WHERE ns = ? AND key >= ? AND key < ? ORDER BY key LIMIT ?',
    );
    this.#listBack = this.#db.prepare(
      'SELECT key, value FROM doc WHERE ns = ? AND key >= ? AND key < ? ORDER BY key DESC LIMIT ?',
    );
    this.#clear = this.#db.prepare('DELETE FROM doc WHERE ns = ?');
    this.#namespaces = this.#db.prepare('SELECT DISTINCT ns FROM doc WHERE ns >= ? AND ns < ? ORDER BY ns');
  }

  get<T>(ns: string, key: string): T | undefined {
    const row = this.#get.get(ns, key) as { value: string } | undefined;
    return row === undefined ? undefined : (JSON.parse(row.value) as T);
  }

  put(ns: string, key: string, value: unknown): void {
    const text = JSON.stringify(value);
    this.#noted(ns, key, text, () => this.#put.run(ns, key, text));
  }

  /** True when there was something to delete. */
  delete(ns: string, key: string): boolean {
    return this.#noted(ns, key, undefined, () => this.#delete.run(ns, key).changes > 0);
  }

  /** Every document of a namespace in key order. */
  list<T>(ns: string, prefix = ''): { key: string; value: T }[] {
    return this.range<T>(ns, prefix, prefixEnd(prefix));
  }

  /** Documents with `from <= key < to`, in key order or against it. */
  range<T>(
    ns: string,
    from: string,
    to: string,
    options: { limit?: number; reverse?: boolean } = {},
  ): { key: string; value: T }[] {
    const statement = options.reverse ? this.#listBack : this.#list;
    const rows = statement.all(ns, from, to, options.limit ?? -1) as { key: string; value: string }[];
    return rows.map((row) => ({ key: row.key, value: JSON.parse(row.value) as T }));
  }

  clear(ns: string): void {
    if (!this.#journal.isOpen) this.#clear.run(ns);
    else this.transaction(() => this.list(ns).map(({ key }) => this.delete(ns, key)));
  }

  /** The namespaces in use that begin with `prefix`. */
  namespaces(prefix: string): string[] {
    return (this.#namespaces.all(prefix, prefixEnd(prefix)) as { ns: string }[]).map((row) => row.ns);
  }

  /** Runs `work` so that all of its writes hold or none does; nests. `work` must be synchronous. */
  transaction<T>(work: () => T): T {
    const outermost = this.#depth === 0;
    const name = `s${this.#depth}`;
    this.#db.exec(outermost ? 'BEGIN IMMEDIATE' : `SAVEPOINT ${name}`);
    this.#depth += 1;
    try {
      const result = work();
      this.#db.exec(outermost ? 'COMMIT' : `RELEASE ${name}`);
      return result;
    } catch (error) {
      this.#undo(outermost ? 'ROLLBACK' : `ROLLBACK TO ${name}; RELEASE ${name}`);
      throw error;
    } finally {
      this.#depth -= 1;
    }
  }

  /**
   * Runs a piece of work so that, when the process is killed before it ends, nothing that it wrote holds: opening the file again undoes it. Unlike a transaction it
   * may wait, and others write meanwhile.
   */
  whole<T>(work: () => Promise<T>): Promise<T> {
    return this.#journal.whole(work);
  }

  /** Runs what is no part of the piece of work that it is started from. */
  apart<T>(work: () => T): T {
    return this.#journal.apart(work);
  }

  #noted<T>(ns: string, key: string, value: string | undefined, change: () => T): T {
    if (!this.#journal.isOpen) return change();
    return this.transaction(() => {
      this.#journal.note(ns, key, value);
      return change();
    });
  }

  #undo(statements: string): void {
    try {
      this.#db.exec(statements);
    } catch {
      // A disk that is full has ended the transaction already: what went wrong before is what counts.
    }
  }

  close(): void {
    this.#db.close();
  }
}

/** The least string above every string that begins with `prefix`. */
function prefixEnd(prefix: string): string {
  return `${prefix}\u{10ffff}`;
}
