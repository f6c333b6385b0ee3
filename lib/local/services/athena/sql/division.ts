import type { DuckdbParser } from '../engine/parser.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * Puts a macro in the place of `/` and `%`, which raises DIVISION_BY_ZERO for what is not floating point, as Athena does and DuckDB does not. Inside
 * `TRY` the operators stay: there DuckDB's NULL is the answer.
 */
export async function divideAsAthena(text: string, parser: DuckdbParser): Promise<string> {
  const tree = parseExactly(await parser.serialize(text));
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree) || tree.error === true) return text;
  replace(tree);
  return parser.deserialize(JSON.stringify(tree));
}

/** JSON whose numbers stay as they are written: a location or a literal may be above what a double holds. */
function parseExactly(text: string): Json {
  const exact = JSON as unknown as ExactJson;
  return exact.parse(text, (_key, value, context) =>
    typeof value === 'number' && context.source !== undefined ? exact.rawJSON(context.source) : value,
  );
}

interface ExactJson {
  parse(text: string, revive: (key: string, value: Json, context: { source?: string }) => unknown): Json;
  rawJSON(text: string): unknown;
}

function replace(node: Json): void {
  if (Array.isArray(node)) {
    for (const entry of node) replace(entry);
    return;
  }
  if (typeof node !== 'object' || node === null || node.type === 'OPERATOR_TRY') return;
  if (
    node.class === 'FUNCTION' &&
    node.is_operator === true &&
    (node.function_name === '/' || node.function_name === '%')
  ) {
    node.function_name = node.function_name === '/' ? 'athena_divide' : 'athena_modulo';
    node.is_operator = false;
  }
  for (const value of Object.values(node)) replace(value);
}
