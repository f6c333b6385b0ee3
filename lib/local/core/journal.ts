import { AsyncLocalStorage } from 'node:async_hooks';
import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** One piece of work, as long as it goes on. */
interface Unit {
  readonly id: number;
  open: boolean;
}

/**
 * Notes what units of work change, beside the documents and in the transaction of each change, so that what a killed process had half done is undone when the
 * file is opened again. What somebody else has changed since stays as he left it.
 */
export class Journal {
  readonly #note: StatementSync;
  readonly #close: StatementSync;
  readonly #unit = new AsyncLocalStorage<Unit | undefined>();
  #units = 0;

  /** Undoes what units of an earlier process left. The database has its table `doc` already. */
  constructor(db: DatabaseSync) {
    db.exec(`CREATE TABLE IF NOT EXISTS undo
      (unit INTEGER, ns TEXT, key TEXT, old TEXT, new TEXT, PRIMARY KEY (unit, ns, key)) WITHOUT ROWID`);
    undo(db);
    this.#note = db.prepare(`INSERT INTO undo VALUES
      (?1, ?2, ?3, (SELECT value FROM doc WHERE ns = ?2 AND key = ?3), ?4)
      ON CONFLICT DO UPDATE SET old = iif(new IS excluded.old, old, excluded.old), new = excluded.new`);
    this.#close = db.prepare('DELETE FROM undo WHERE unit = ?');
  }

  /** Runs a unit of work: when the process is killed before it ends, nothing that it wrote holds. It ends where it fails, too, and what it wrote until then holds. */
  async whole<T>(work: () => Promise<T>): Promise<T> {
    this.#units += 1;
    const unit: Unit = { id: this.#units, open: true };
    try {
      return await this.#unit.run(unit, work);
    } finally {
      // What it started and goes on, a timer say, is no part of it any more.
      unit.open = false;
      this.#close.run(unit.id);
    }
  }

  /** Runs what is no part of the unit that it is started from. */
  apart<T>(work: () => T): T {
    return this.#unit.run(undefined, work);
  }

  /** Whether a unit is under way that what is written now belongs to. */
  get isOpen(): boolean {
    return this.#unit.getStore()?.open === true;
  }

  /** Call before a document is changed, with what it will be; undefined when it will be gone. */
  note(ns: string, key: string, value: string | undefined): void {
    const unit = this.#unit.getStore();
    if (unit?.open === true) this.#note.run(unit.id, ns, key, value ?? null);
  }
}

/** Undoes change by change: of two units that changed one document, the later one's first. A document that is no longer as a unit left it is another's. */
function undo(db: DatabaseSync): void {
  const next = db.prepare(`SELECT unit, ns, key, old FROM undo LEFT JOIN doc USING (ns, key)
    WHERE doc.value IS undo.new ORDER BY unit DESC LIMIT 1`);
  const put = db.prepare('INSERT OR REPLACE INTO doc (ns, key, value) VALUES (?, ?, ?)');
  const drop = db.prepare('DELETE FROM doc WHERE ns = ? AND key = ?');
  const done = db.prepare('DELETE FROM undo WHERE unit = ? AND ns = ? AND key = ?');
  db.exec('BEGIN IMMEDIATE');
  for (let change = next.get() as Change | undefined; change !== undefined; change = next.get() as Change | undefined) {
    const { unit, ns, key, old } = change;
    if (old === null) drop.run(ns, key);
    else put.run(ns, key, old);
    done.run(unit, ns, key);
  }
  db.exec('DELETE FROM undo; COMMIT');
}

interface Change {
  readonly unit: number;
  readonly ns: string;
  readonly key: string;
  readonly old: string | null;
}
