import { ALL_TABLES, type CellsFilter, type Grant } from '../../access/grant.ts';
import type { DriftFinding } from '../../drift/finding.ts';

/** A grant that stands, and how that is known. */
export interface Via {
  readonly grant: Pick<Grant, 'principal' | 'resource' | 'permissions'> & Partial<Grant>;
  /** Whose Lake Formation has it: the governance account's, or the consumer's own. */
  readonly side: 'governance' | 'consumer';
  /** When it was recorded, in milliseconds. */
  readonly recorded: number;
  /** Set for what the mesh never gave. */
  readonly finding?: DriftFinding;
  /** Of a grant by LF-Tags: the columns that it shows, by table. */
  readonly shows?: Readonly<Record<string, readonly string[]>>;
}

/** Some rows of one column that can be read, and the grants that show them. */
export interface Cell {
  readonly column: string;
  /** A Lake Formation filter expression; empty: every row. */
  readonly rows: string;
  readonly via: readonly Via[];
  /** When it could first be known, in milliseconds. */
  readonly recorded: number;
}

/** A data cells filter; and how it came to be like that where the mesh did not make it so, and when that was recorded. */
export type KnownFilter = CellsFilter & {
  readonly changed?: { readonly finding: DriftFinding; readonly recorded: number };
};

/** Cells by column and rows. */
export type Cells = ReadonlyMap<string, Cell>;

const NONE: Cells = new Map();

/** What grants show of a table whose columns are `order`. A filter that nobody told of shows every column of rows that nobody can name. */
export function cellsOf(
  via: readonly Via[],
  table: string,
  order: readonly string[],
  filters: readonly KnownFilter[],
): Cells {
  if (via.length === 0) return NONE;
  const cells = new Map<string, Cell>();
  for (const one of via) {
    for (const { columns, rows, changed } of shown(one, table, order, filters)) {
      const through = changed === undefined ? one : { ...one, finding: changed.finding };
      const recorded = Math.max(one.recorded, changed?.recorded ?? 0);
      for (const column of columns) add(cells, { column, rows, via: [through], recorded });
    }
  }
  return plainest(cells);
}

function add(cells: Map<string, Cell>, cell: Cell): void {
  const id = `${cell.column}\n${cell.rows}`;
  const former = cells.get(id);
  const next =
    former === undefined
      ? cell
      : { ...former, via: [...former.via, ...cell.via], recorded: Math.min(former.recorded, cell.recorded) };
  cells.set(id, next);
}

interface Shown {
  readonly columns: readonly string[];
  readonly rows: string;
  readonly changed?: KnownFilter['changed'] | undefined;
}

function shown(
  { grant: { resource, permissions }, shows }: Via,
  table: string,
  order: readonly string[],
  filters: readonly KnownFilter[],
): Shown[] {
  if (shows !== undefined)
    return [{ columns: order.filter((name) => shows[table]?.includes(name) === true), rows: '' }];
  if (!('table' in resource) || (resource.table !== table && resource.table !== ALL_TABLES)) return [];
  if (permissions.includes('ALL')) return [{ columns: order, rows: '' }];
  if (!permissions.includes('SELECT')) return [];
  if (resource.kind === 'table') return [{ columns: order, rows: '' }];
  if (resource.kind === 'columns') return [{ columns: among(order, resource.columns, resource.excluded), rows: '' }];
  const named = filters.filter((filter) => filter.table === table && filter.name === resource.name);
  if (named.length === 0) return [{ columns: order, rows: `those of the filter ${resource.name}` }];
  return named.map(({ columns, rows = '', changed }) => ({ columns: among(order, columns), rows, changed }));
}

function among(order: readonly string[], columns: readonly string[] | '*', excluded: readonly string[] = []): string[] {
  if (columns === '*') return order.filter((name) => !excluded.includes(name));
  const wanted = new Set(columns);
  return order.filter((name) => wanted.has(name));
}

/** What both sides show: an account caps what its roles were given. */
export function overlap(left: Cells, right: Cells): Cells {
  if (left.size === 0 || right.size === 0) return NONE;
  const byColumn = Map.groupBy(right.values(), ({ column }) => column);
  const cells = new Map<string, Cell>();
  for (const a of left.values()) {
    for (const b of byColumn.get(a.column) ?? []) {
      const via = [...new Set([...a.via, ...b.via])];
      const recorded = Math.max(a.recorded, b.recorded);
      add(cells, { column: a.column, rows: bothRows(a.rows, b.rows), via, recorded });
    }
  }
  return plainest(cells);
}

export function union(...all: readonly Cells[]): Cells {
  const cells = new Map<string, Cell>();
  for (const cell of all.flatMap((some) => [...some.values()])) add(cells, cell);
  return plainest(cells);
}

/** A column that is shown in every row is shown in some: a plain grant cancels a filter beside it. */
function plainest(cells: Map<string, Cell>): Cells {
  const open = new Set([...cells.values()].flatMap(({ column, rows }) => (rows === '' ? [column] : [])));
  for (const [id, { column, rows }] of cells) if (rows !== '' && open.has(column)) cells.delete(id);
  return cells;
}

function bothRows(left: string, right: string): string {
  if (left === right || right === '') return left;
  return left === '' ? right : `(${left}) AND (${right})`;
}
