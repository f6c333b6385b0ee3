import { invalidInput } from './errors.ts';

/**
 * One page of a list.
 * @param most the greatest page size that the operation takes, and the size when none is asked for
 * @throws AwsError InvalidInputException on a page size out of range or a foreign token
 */
export function pageOf<T>(
  all: readonly T[],
  asked: { MaxResults?: number | undefined; NextToken?: string | undefined },
  most: number,
): { items: T[]; NextToken?: string } {
  const size = asked.MaxResults ?? most;
  if (!Number.isInteger(size) || size < 1 || size > most) {
    throw invalidInput(
      `1 validation error detected: Value '${size}' at 'maxResults' failed to satisfy constraint: Member must be between 1 and ${most}`,
    );
  }
  const from = offsetOf(asked.NextToken);
  const items = all.slice(from, from + size);
  if (from + size >= all.length) return { items };
  return { items, NextToken: Buffer.from(`glue:${from + size}`).toString('base64') };
}

function offsetOf(token: string | undefined): number {
  if (token === undefined || token === '') return 0;
  const match = /^glue:(\d+)$/.exec(Buffer.from(token, 'base64').toString('utf8'));
  if (match === null) throw invalidInput('Invalid NextToken');
  return Number(match[1]);
}

/** Glue's `Expression` of names: a regular expression over the whole name, `*` being any run of characters. @throws AwsError */
export function nameMatcher(expression: string | undefined): (name: string) => boolean {
  if (expression === undefined || expression === '') return () => true;
  try {
    const pattern = new RegExp(`^(?:${expression.replaceAll(/(?<![.\])\\])\*/g, '.*')})$`, 'i');
    return (name) => pattern.test(name);
  } catch {
    throw invalidInput(`Invalid expression: ${expression}`);
  }
}
