import { type DuckDBConnection, DuckDBInstance, LIST, listValue, VARCHAR } from '@duckdb/node-api';
import type { FilterLiteral, RowFilter } from '#mesh/access/row-filter-tree.ts';

/** DuckDB's own parser, asked what it makes of many statements at once. */
export interface DuckDbParser {
  /** What DuckDB reads in `CASE WHEN <expression> …`, as one text that can be compared; an error as `error: …`. */
  read(expressions: readonly string[]): Promise<string[]>;
  close(): void;
}

/** Around each expression: what it must not change, whatever is in it. */
const [BEFORE, AFTER] = ['SELECT CASE WHEN ', ` THEN 'in' ELSE 'out' END FROM "t" WHERE "guard" = 7`];

export async function openDuckDbParser(): Promise<DuckDbParser> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection: DuckDBConnection = await instance.connect();
  const whole = await serialized(connection, [`${BEFORE}TRUE${AFTER}`]);
  const frame = frameOf(whole[0] as Node);
  return {
    async read(expressions) {
      const trees = await serialized(
        connection,
        expressions.map((expression) => `${BEFORE}${expression}${AFTER}`),
      );
      return trees.map((tree) => {
        if (tree.error === true) return `error: ${tree.error_message}`;
        if (frameOf(tree) !== frame) return `error: the query around it is another: ${frameOf(tree)}`;
        return describe(conditionOf(tree));
      });
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

type Node = { readonly [key: string]: unknown };

async function serialized(connection: DuckDBConnection, statements: readonly string[]): Promise<Node[]> {
  const result = await connection.runAndReadAll(
    'SELECT json_serialize_sql(statement)::VARCHAR FROM (SELECT unnest($1) AS statement)',
    [listValue(statements)],
    [LIST(VARCHAR)],
  );
  return result.getRows().map(([text]) => JSON.parse(String(text)));
}

function conditionOf(tree: Node): Node {
  const select = (tree as { statements: { node: { select_list: { case_checks: { when_expr: Node }[] }[] } }[] })
    .statements[0]?.node.select_list[0];
  return select?.case_checks[0]?.when_expr ?? {};
}

/** Everything but the condition, as one text: statements, columns, tables and the outer WHERE. */
function frameOf(tree: Node): string {
  return JSON.stringify(tree, (key, value) => (key === 'when_expr' || key === 'query_location' ? 0 : value));
}

const SIGNS: Readonly<Record<string, string>> = {
  COMPARE_EQUAL: '=',
  COMPARE_NOTEQUAL: '<>',
  COMPARE_LESSTHAN: '<',
  COMPARE_LESSTHANOREQUALTO: '<=',
  COMPARE_GREATERTHAN: '>',
  COMPARE_GREATERTHANOREQUALTO: '>=',
};

/** A tree of DuckDB in the notation of `describeFilter`; what a filter cannot be stands there as it is. */
function describe(node: Node): string {
  const children = (node.children ?? []) as Node[];
  const of = (key: string) => describe(node[key] as Node);
  const type = String(node.type);
  if (SIGNS[type] !== undefined) return call(SIGNS[type], of('left'), of('right'));
  switch (type) {
    case 'COLUMN_REF':
      return `column ${JSON.stringify(node.column_names)}`;
    case 'STRUCT_EXTRACT': {
      const [whole, field] = children as [Node, Node];
      const path = JSON.parse(describe(whole).slice('column '.length)) as string[];
      return `column ${JSON.stringify([...path, (field.value as Node).value])}`;
    }
    case 'VALUE_CONSTANT':
      return constant(node.value as Node);
    case 'OPERATOR_CAST':
      return `boolean ${((node.child as Node).value as Node).value === 't'}`;
    case 'CONJUNCTION_AND':
    case 'CONJUNCTION_OR':
      return call(type.slice('CONJUNCTION_'.length).toLowerCase(), ...flat(node, type).map(describe));
    case 'OPERATOR_NOT':
      return negated(describe(children[0] as Node));
    case 'OPERATOR_IS_NULL':
      return call('null', ...children.map(describe));
    case 'OPERATOR_IS_NOT_NULL':
      return negated(call('null', ...children.map(describe)));
    case 'COMPARE_IN':
      return call('in', ...children.map(describe));
    case 'COMPARE_NOT_IN':
      return negated(call('in', ...children.map(describe)));
    case 'COMPARE_BETWEEN':
      return call('between', of('input'), of('lower'), of('upper'));
    case 'FUNCTION':
      if (node.function_name === '~~') return call('like', ...children.map(describe));
      if (node.function_name === '!~~') return negated(call('like', ...children.map(describe)));
      return JSON.stringify(node);
    default:
      return JSON.stringify(node);
  }
}

function flat(node: Node, type: string): Node[] {
  return ((node.children ?? []) as Node[]).flatMap((child) => (child.type === type ? flat(child, type) : [child]));
}

function constant({ type, value }: Node): string {
  const { id, type_info: info } = type as { id: string; type_info: { scale?: number } | null };
  if (id === 'VARCHAR') return `text ${JSON.stringify(value)}`;
  const scale = id === 'DECIMAL' ? (info?.scale ?? 0) : 0;
  return number(Number(hugeOr(value)) / 10 ** scale);
}

/** DuckDB writes a number of 128 bits as its two halves. */
function hugeOr(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const { upper, lower } = value as { upper: number; lower: number };
  return BigInt(upper) * 2n ** 64n + BigInt(lower);
}

/** A filter of ours in one notation, as DuckDB would see what is printed of it. */
export function describeFilter(filter: RowFilter): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return call(filter.kind, ...flatFilter(filter, filter.kind).map(describeFilter));
    case 'not':
      return negated(describeFilter(filter.operand));
    case 'compare':
      return call(filter.operator, path(filter.column), literal(filter.value));
    default: {
      const rest = {
        null: () => call('null', path(filter.column)),
        like: () =>
          call('like', path(filter.column), `text ${JSON.stringify('pattern' in filter ? filter.pattern : '')}`),
        in: () => call('in', path(filter.column), ...('values' in filter ? filter.values.map(literal) : [])),
        between: () =>
          'low' in filter ? call('between', path(filter.column), literal(filter.low), literal(filter.high)) : '',
      }[filter.kind]();
      return filter.negated ? negated(rest) : rest;
    }
  }
}

function flatFilter(filter: RowFilter & { kind: 'and' | 'or' }, kind: 'and' | 'or'): RowFilter[] {
  return filter.operands.flatMap((operand) => (operand.kind === kind ? flatFilter(operand, kind) : [operand]));
}

function path(column: readonly string[]): string {
  return `column ${JSON.stringify(column)}`;
}

function literal(value: FilterLiteral): string {
  if (value.kind === 'string') return `text ${JSON.stringify(value.value)}`;
  return value.kind === 'number' ? number(Number(value.text)) : `boolean ${value.value}`;
}

/** Up to the precision that a double keeps. */
function number(value: number): string {
  return `number ${value.toPrecision(12)}`;
}

const OPPOSITES: Readonly<Record<string, string>> = {
  '=': '<>',
  '<>': '=',
  '<': '>=',
  '>=': '<',
  '>': '<=',
  '<=': '>',
};

/** DuckDB turns a comparison round when it is negated: so does this, for both sides. */
function negated(described: string): string {
  const sign = /^([<>=]+)\(/.exec(described)?.[1];
  if (sign !== undefined) return `${OPPOSITES[sign]}${described.slice(sign.length)}`;
  return described.startsWith('not(') ? described.slice('not('.length, -1) : call('not', described);
}

function call(name: string, ...operands: readonly string[]): string {
  return `${name}(${operands.join('; ')})`;
}
