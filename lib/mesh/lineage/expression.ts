import { asNode, list, type Node, nameOf } from '../audit/reads/tree.ts';
import { isAggregate, isMasking, isPick } from './functions.ts';
import { columnIn, isLocal, isNamed, type Made, NOTHING, type Rows, type Scope, together } from './scope.ts';
import { carried, isDirect, type Subtype, through } from './transformation.ts';

/** What the reading of one statement knows at one place of it. */
export interface Reading {
  /** Columns of tables, by `database.table`. */
  readonly tables: Readonly<Record<string, readonly string[]>>;
  /** Of tables that are named without one. */
  readonly database?: string;
  /** The tables of the catalog that were read so far. */
  readonly read: Set<string>;
  /** The common tables in reach. */
  readonly common: ReadonlyMap<string, Rows>;
  /** The rows of a query inside of another one. */
  rows(query: unknown, reading: Reading, outer: Scope | undefined): Rows;
}

/** How a part is used: in which way, and whether what is made of it hides it. */
interface Use {
  readonly how: Subtype;
  readonly masking: boolean;
}

const QUERIES = new Set(['select', 'union', 'intersect', 'except', 'subquery', 'values']);

/** Parts of nodes that hold no values. */
const NO_VALUES = new Set([
  'to',
  'inferred_type',
  'span',
  'name',
  'alias',
  'alias_keyword',
  'trailing_comments',
  'comments',
]);

/** What an expression is made of, when it is used in that way. */
export function madeOf(expression: unknown, how: Subtype, scope: Scope, reading: Reading): Made {
  return walk(expression, { how, masking: false });

  function walk(value: unknown, use: Use, at: Scope = scope): Made {
    if (Array.isArray(value)) return together(...value.map((entry) => walk(entry, use, at)));
    if (typeof value !== 'object' || value === null) return NOTHING;
    const [kind, body] = only(value);
    if (kind === undefined) return parts(value as Node, step(use), at);
    const node = asNode(body);
    if (QUERIES.has(kind)) return nested(value, use, at, 'value');
    switch (kind) {
      case 'column':
        return column(value, use, at);
      case 'dot':
        return pathOf(value) === undefined ? walk(node.this, step(use), at) : column(value, use, at);
      case 'paren':
      case 'alias':
        return walk(node.this, use, at);
      case 'exists':
        return nested(node.this, use, at, 'existence');
      case 'in':
        return together(
          walk([node.this, node.expressions, node.unnest], step(use), at),
          walk(node.query, step(use), at),
        );
      case 'case':
        return conditional(
          [node.operand, ...list(node.whens).map((when) => list(when)[0])],
          [...list(node.whens).map((when) => list(when)[1]), node.else_],
          use,
          at,
        );
      case 'if_func':
        return conditional([node.condition], [node.true_value, node.false_value], use, at);
      case 'coalesce':
        return conditional(list(node.expressions).slice(0, -1), list(node.expressions), use, at);
      case 'window_function':
        return together(walk(node.this, step(use), at), walk(windowOf(node.over, at), decided(use, 'WINDOW'), at));
      case 'within_group':
        return together(walk(node.this, use, at), walk(node.order_by, decided(use, 'SORT'), at));
      case 'lambda': {
        const locals = new Set(list(node.parameters).map((name) => nameOf(name) ?? ''));
        const inner: Scope = { relations: [], merged: new Map(), locals, windows: new Map(), outer: at };
        return walk(node.body, step(use), inner);
      }
      default:
        return functionOrOther(kind, node, body, use, at);
    }
  }

  function functionOrOther(kind: string, node: Node, body: unknown, use: Use, at: Scope): Made {
    const name = typeof node.name === 'string' ? node.name : kind;
    const within = { ...step(use), masking: use.masking || isMasking(name) };
    if (name.toLowerCase() === 'nullif') {
      const args = list(node.args);
      return conditional(args, args.slice(0, 1), use, at);
    }
    if (!isAggregate(name)) return Array.isArray(body) ? walk(body, within, at) : parts(node, within, at);
    const { filter, order_by, ...rest } = node;
    const aggregated = { ...within, how: isDirect(use.how) ? ('AGGREGATION' as const) : use.how };
    const picked = isPick(name) ? list(node.args) : undefined;
    return together(
      picked === undefined
        ? parts(rest, aggregated, at)
        : together(walk(picked[0], aggregated, at), walk(picked.slice(1), decided(use, 'CONDITIONAL'), at)),
      walk(filter, decided(use, 'FILTER'), at),
      walk(order_by, decided(use, 'SORT'), at),
    );
  }

  function parts(node: Node, use: Use, at: Scope): Made {
    const members = Object.entries(node).filter(([name]) => !NO_VALUES.has(name));
    return together(...members.map(([, member]) => walk(member, use, at)));
  }

  function conditional(conditions: readonly unknown[], values: readonly unknown[], use: Use, at: Scope): Made {
    return together(walk([...values], step(use), at), walk([...conditions], decided(use, 'CONDITIONAL'), at));
  }

  function column(value: unknown, use: Use, at: Scope): Made {
    const path = pathOf(value) ?? [];
    for (let length = Math.min(3, path.length - 1); length > 0; length -= 1) {
      const qualifier = path.slice(0, length).join('.');
      if (!isNamed(at, qualifier)) continue;
      return used(
        columnIn(at, path[length] ?? '', qualifier),
        path.slice(0, length + 1),
        use,
        path.length > length + 1,
      );
    }
    if (isLocal(at, path[0] ?? '')) return NOTHING;
    return used(columnIn(at, path[0] ?? ''), path, use, path.length > 1);
  }

  /** A column, or with `inside` a part of its value. */
  function used(made: Made | undefined, path: readonly string[], use: Use, inside: boolean): Made {
    if (made === undefined) return { inputs: [], unknown: [`\`${path.join('.')}\` is of no table of the query`] };
    const { how, masking } = inside ? step(use) : use;
    return { inputs: carried(made.inputs, how, masking), unknown: made.unknown };
  }

  function nested(query: unknown, use: Use, at: Scope, wanted: 'value' | 'existence'): Made {
    const { fields, dataset, open } = reading.rows(query, reading, at);
    const whole = open.map((table) => `the columns of \`${table}\` are not known, and a query inside shows them all`);
    const shown = wanted === 'value' ? together(...fields, { inputs: [], unknown: whole }) : NOTHING;
    const made = together(shown, dataset);
    return { inputs: carried(made.inputs, use.how, use.masking), unknown: made.unknown };
  }
}

/** The kind of a node and what it holds; a node has no other member. */
function only(value: object): [string, unknown] | [undefined] {
  const [kind, ...others] = Object.keys(value);
  if (kind === undefined || others.length > 0 || kind === 'this' || kind === 'expressions') return [undefined];
  return [kind, (value as Node)[kind]];
}

/** The names of a column in their order, e.g. of `t.address.city`; undefined when it is none. */
function pathOf(value: unknown): string[] | undefined {
  const node = asNode(value);
  if ('column' in node) {
    const { name, table } = asNode(node.column);
    const qualifier = nameOf(table);
    return [...(qualifier === undefined ? [] : [qualifier]), nameOf(name) ?? ''];
  }
  if (!('dot' in node)) return undefined;
  const { this: of, field } = asNode(node.dot);
  const path = pathOf(of);
  return path === undefined ? undefined : [...path, nameOf(field) ?? ''];
}

function windowOf(over: unknown, scope: Scope | undefined): unknown[] {
  const { window_name, partition_by, order_by, frame } = asNode(over);
  const name = nameOf(window_name);
  const named = name === undefined ? [] : windowOf(windowNamed(scope, name), scope);
  return [partition_by, order_by, frame, ...named];
}

function windowNamed(scope: Scope | undefined, name: string): unknown {
  return scope === undefined ? undefined : (scope.windows.get(name) ?? windowNamed(scope.outer, name));
}

/** A value that is not taken as it is. */
function step(use: Use): Use {
  return { ...use, how: isDirect(use.how) ? through('TRANSFORMATION', use.how) : use.how };
}

/** A value that only decides over what is used. */
function decided(use: Use, how: Subtype): Use {
  return { ...use, how: isDirect(use.how) ? how : use.how };
}
