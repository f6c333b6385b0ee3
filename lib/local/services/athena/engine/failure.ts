import { QueryFailure } from '../sql/gate.ts';
import type { Token } from '../sql/lexer.ts';

/** What DuckDB says, in Athena's words; nothing of DuckDB's own text about other columns, tables or files comes through. */
export function athenaFailure(error: unknown, tokens: readonly Token[]): QueryFailure {
  if (error instanceof QueryFailure) return error;
  const message = (error instanceof Error ? error.message : String(error)).replace(/^Error: /, '');
  const first = message.split('\n', 1)[0] ?? '';
  for (const [pattern, words] of RULES) {
    const match = pattern.exec(message);
    if (match !== null) return new QueryFailure(words(match, tokens));
  }
  return new QueryFailure(`GENERIC_INTERNAL_ERROR: ${first.replace(/(['"]?)\/[^\s'"]*\1/g, '<file>')}`, 1);
}

type Words = (match: RegExpExecArray, tokens: readonly Token[]) => string;

const column: Words = (match, tokens) =>
  `COLUMN_NOT_FOUND: ${place(tokens, match[1] ?? '')}: Column '${shown(match[1] ?? '')}' cannot be resolved or requester is not authorized to access requested resources`;

const RULES: readonly [RegExp, Words][] = [
  [/Referenced column "([^"]+)" (?:was )?not found/, column],
  [/does not have a column named "([^"]+)"/, column],
  [/Column "?([^"\s]+)"? (?:in USING clause|does not exist on)/i, column],
  [/column "?([^"\s]+)"? (?:does not exist|not found)/i, column],
  [/Referenced (?:table|alias) "([^"]+)" not found/, column],
  [
    /table "([^"]+)" has \d+ columns available but/,
    (match) => `MISMATCHED_COLUMN_ALIASES: Column alias list has other entries than '${match[1]}' has columns`,
  ],
  [
    /^Binder Error: Ambiguous reference to column name "([^"]+)"/,
    (match, tokens) => `AMBIGUOUS_NAME: ${place(tokens, match[1] ?? '')}: Column '${match[1]}' is ambiguous`,
  ],
  [
    /column "([^"]+)" must appear in the GROUP BY clause/,
    (match, tokens) =>
      `EXPRESSION_NOT_AGGREGATE: ${place(tokens, match[1] ?? '')}: '${match[1]}' must be an aggregate expression or appear in GROUP BY clause`,
  ],
  [
    /More than one row returned by a subquery/,
    () => 'SUBQUERY_MULTIPLE_ROWS: Scalar sub-query has returned multiple rows',
  ],
  [/Malformed JSON/, () => 'INVALID_FUNCTION_ARGUMENT: Cannot convert value to JSON'],
  [/DIVISION_BY_ZERO/, () => 'DIVISION_BY_ZERO: Division by zero'],
  [
    /(?:Scalar|Aggregate|Table)? ?Function with name "?(\w+)"? does not exist/,
    (match, tokens) =>
      `FUNCTION_NOT_FOUND: ${place(tokens, bare(match[1] ?? ''))}: Function '${bare(match[1] ?? '')}' not registered`,
  ],
  [
    /No function matches the given name and argument types '(\w+)\(([^)]*)\)'/,
    (match) =>
      `FUNCTION_NOT_FOUND: Unexpected parameters (${(match[2] ?? '').toLowerCase()}) for function ${bare(match[1] ?? '').toLowerCase()}`,
  ],
  [
    /Macro "?(\w+)\(\)"? does not support|Macro function "?(\w+)/i,
    (match) => `FUNCTION_NOT_FOUND: Unexpected parameters for function ${bare(match[1] ?? match[2] ?? '')}`,
  ],
  [/Set operations can only apply/, () => 'SYNTAX_ERROR: query has different number of fields'],
  [
    /Could not choose a best candidate function for the function call "([^"]{1,12})\((.*?)\)"/,
    (match) => `TYPE_MISMATCH: Cannot apply operator: ${(match[2] ?? '').toLowerCase().replace(', ', ` ${match[1]} `)}`,
  ],
  [
    /Cannot compare values of type (\w+)[^.]* and type (\w+)/,
    (match) =>
      `TYPE_MISMATCH: Cannot apply operator: ${(match[1] ?? '').toLowerCase()} = ${(match[2] ?? '').toLowerCase()}`,
  ],
  [/^Conversion Error: (.*)/, (match) => `INVALID_CAST_ARGUMENT: ${match[1]}`],
  [/^Out of Range Error: (.*)/, (match) => `NUMERIC_VALUE_OUT_OF_RANGE: ${match[1]}`],
  [/^Parser Error: (.*)/, (match) => `SYNTAX_ERROR: ${match[1]}`],
  [/^Binder Error: (.*)/, (match) => `SYNTAX_ERROR: ${match[1]}`],
  [/^Out of Memory Error/, () => 'EXCEEDED_MEMORY_LIMIT: Query exceeded the memory limit of the local engine'],
];

function bare(name: string): string {
  return name.replace(/^athena_/i, '').toLowerCase();
}

function shown(name: string): string {
  return name.toLowerCase();
}

/** Where the query names it. */
function place(tokens: readonly Token[], name: string): string {
  const last = name.split('.').at(-1)?.toLowerCase();
  const token = tokens.find((one) => one.kind !== 'string' && one.value.toLowerCase() === last);
  return `line ${token?.line ?? 1}:${token?.column ?? 1}`;
}
