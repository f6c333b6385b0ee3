import type { Engine } from '../engine/instance.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * Puts a macro in the place of `/` and `%`, which raises DIVISION_BY_ZERO for what is not floating point, as Athena does and DuckDB does not. Inside
 * `TRY` the operators stay: there DuckDB's NULL is the answer.
 */
export async function divideAsAthena(text: string, engine: Engine): Promise<string> {
  const tree = JSON.parse(await engine.serialize(text)) as Json;
  if (typeof tree !== 'object' || tree === null || Array.isArray(tree) || tree.error === true) return text;
  replace(tree);
  return engine.deserialize(JSON.stringify(tree));
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
