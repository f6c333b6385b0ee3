import { definitions, names, readProperties, splitArguments } from './clause.ts';
import { readCreate } from './create.ts';
import { firstToken, oneStatement } from './gate.ts';
import type { Path, Statement } from './kinds.ts';
import { tokenize } from './lexer.ts';
import { Reader } from './reader.ts';

/**
 * Reads one statement. Queries are left as text: they pass the gate later.
 * @throws AwsError `InvalidRequestException` for no SQL, or more than one statement
 */
export function readStatement(text: string): Statement {
  const all = tokenize(text);
  while (all.at(-1)?.value === ';' && all.at(-1)?.kind === 'symbol') all.pop();
  if (all.some((token) => token.kind === 'symbol' && token.value === ';')) throw oneStatement(text);
  const sql = text.slice(0, all.at(-1)?.end ?? 0);
  return read(new Reader(sql, all));
}

function read(reader: Reader): Statement {
  const first = reader.peek();
  if (first === undefined) throw firstToken([]);
  if (first.kind === 'symbol' && first.value === '(') return { kind: 'query', sql: reader.rest() };
  if (first.kind !== 'word') throw firstToken(reader.tokens);
  const rule = RULES[first.value];
  if (rule === undefined || !Object.hasOwn(RULES, first.value)) throw firstToken(reader.tokens);
  const statement = rule(reader);
  reader.finish();
  return statement;
}

const query = (reader: Reader): Statement => ({ kind: 'query', sql: reader.rest() });

const RULES: Readonly<Record<string, (reader: Reader) => Statement>> = {
  select: query,
  with: query,
  values: query,
  table(reader) {
    reader.expect('table');
    return { kind: 'query', sql: `SELECT * FROM ${reader.rest()}` };
  },
  explain(reader) {
    reader.expect('explain');
    if (reader.accept('(')) while (!reader.done() && !reader.accept(')')) reader.at += 1;
    return { kind: 'explain', sql: reader.rest() };
  },
  describe: describe,
  desc: describe,
  show,
  create: readCreate,
  drop(reader) {
    reader.expect('drop');
    const what = reader.accept('table') ? 'table' : reader.accept('view') ? 'view' : undefined;
    if (what === undefined && !reader.accept('database')) reader.expect('schema');
    const ifExists = reader.accept('if', 'exists');
    const path = reader.path();
    const cascade = reader.accept('cascade');
    if (!cascade) reader.accept('restrict');
    return { kind: 'drop', what: what ?? 'database', path, ifExists, cascade };
  },
  alter(reader) {
    reader.expect('alter', 'table');
    const path = reader.path();
    reader.expect('add', 'columns');
    return { kind: 'addColumns', path, columns: definitions(reader.parenthesized()) };
  },
  msck(reader) {
    reader.expect('msck', 'repair', 'table');
    return { kind: 'repair', path: reader.path() };
  },
  insert(reader) {
    reader.expect('insert', 'into');
    const path = reader.path();
    const next = reader.peek(1)?.value;
    const listed = reader.peek()?.value === '(' && next !== 'select' && next !== 'with' && next !== '(';
    const columns = listed ? names(reader.parenthesized()) : [];
    return { kind: 'insert', path, columns, sql: reader.rest() };
  },
  unload(reader) {
    reader.expect('unload');
    const sql = reader.parenthesized();
    reader.expect('to');
    const location = reader.string();
    const properties = reader.accept('with') ? readProperties(reader) : {};
    return { kind: 'unload', sql, location, properties };
  },
  prepare(reader) {
    reader.expect('prepare');
    const name = reader.name();
    reader.expect('from');
    return { kind: 'prepare', name, sql: reader.rest() };
  },
  execute(reader) {
    reader.expect('execute');
    const name = reader.name();
    const args = reader.accept('using') ? splitArguments(reader.rest()) : [];
    return { kind: 'execute', name, arguments: args };
  },
  deallocate(reader) {
    reader.expect('deallocate', 'prepare');
    return { kind: 'deallocate', name: reader.name() };
  },
};

function describe(reader: Reader): Statement {
  reader.at += 1;
  if (reader.accept('formatted') || reader.accept('extended')) return { kind: 'describe', path: reader.path() };
  reader.accept('table');
  return { kind: 'describe', path: reader.path() };
}

function show(reader: Reader): Statement {
  reader.expect('show');
  const inDatabase = (): Path => (reader.accept('in') || reader.accept('from') ? reader.path() : []);
  const like = () => {
    reader.accept('like');
    return reader.peek()?.kind === 'string' ? { like: reader.string() } : {};
  };
  if (reader.accept('databases') || reader.accept('schemas'))
    return { kind: 'show', what: 'databases', path: [], ...like() };
  if (reader.accept('tables')) return { kind: 'show', what: 'tables', path: inDatabase(), ...like() };
  if (reader.accept('views')) return { kind: 'show', what: 'views', path: inDatabase(), ...like() };
  if (reader.accept('columns')) {
    const table = inDatabase();
    const database = table.length === 1 ? inDatabase() : [];
    return { kind: 'show', what: 'columns', path: [...database, ...table] };
  }
  if (reader.accept('partitions')) return { kind: 'show', what: 'partitions', path: reader.path() };
  if (reader.accept('tblproperties')) return { kind: 'show', what: 'properties', path: reader.path() };
  if (reader.accept('create', 'table')) return { kind: 'show', what: 'createTable', path: reader.path() };
  reader.expect('create', 'view');
  return { kind: 'show', what: 'createView', path: reader.path() };
}
