import { QueryFailure } from './sql/gate.ts';
import { tokenize } from './sql/lexer.ts';

/**
 * Puts execution parameters in the places of `?`. Each must be one literal, so that a parameter cannot become SQL.
 * @throws QueryFailure for too few or too many parameters, or one that is no literal
 */
export function bindParameters(sql: string, parameters: readonly string[]): string {
  const marks = tokenize(sql).filter((token) => token.kind === 'symbol' && token.value === '?');
  if (marks.length !== parameters.length) {
    throw new QueryFailure(
      `INVALID_PARAMETER_USAGE: line 1:1: Incorrect number of parameters: expected ${marks.length} but found ${parameters.length}`,
    );
  }
  let text = sql;
  for (let index = marks.length - 1; index >= 0; index -= 1) {
    const mark = marks[index];
    if (mark === undefined) continue;
    text = `${text.slice(0, mark.start)}${literalIn(parameters[index] ?? '')}${text.slice(mark.end)}`;
  }
  return text;
}

function literalIn(parameter: string): string {
  const tokens = tokenize(parameter);
  const [first, second, third] = tokens;
  const isNumber = (token: typeof first) => token?.kind === 'number';
  if (tokens.length === 1 && (first?.kind === 'string' || isNumber(first))) return parameter;
  if (tokens.length === 1 && first?.kind === 'word' && ['true', 'false', 'null'].includes(first.value))
    return parameter;
  if (tokens.length === 2 && (first?.value === '-' || first?.value === '+') && isNumber(second)) return parameter;
  if (
    tokens.length === 2 &&
    first?.kind === 'word' &&
    ['date', 'timestamp', 'decimal', 'time'].includes(first.value) &&
    second?.kind === 'string'
  )
    return parameter;
  if (tokens.length === 3 && first?.value === '+' && isNumber(third)) return parameter;
  throw new QueryFailure(`INVALID_PARAMETER_USAGE: the execution parameter ${parameter} is not a literal`);
}
