import { AwsError } from './error.ts';

/** One page of a list, and the token of the next one. @throws AwsError `ValidationException` for a token that no page gave. */
export function paginate<T>(
  items: readonly T[],
  limit: number | undefined,
  token: string | undefined,
  most = 100,
): { page: readonly T[]; next: string | undefined } {
  const from = token === undefined ? 0 : Number(Buffer.from(token, 'base64url').toString('utf8'));
  if (!Number.isInteger(from) || from < 0)
    throw new AwsError('ValidationException', 'The pagination token is not valid.');
  const to = from + Math.min(limit ?? most, most);
  return {
    page: items.slice(from, to),
    next: to < items.length ? Buffer.from(String(to)).toString('base64url') : undefined,
  };
}

/**
 * One page of a list, as Glue and Lake Formation cut it.
 * @param most the greatest page size that the operation takes, and the size when none is asked for
 * @throws AwsError `InvalidInputException` on a page size out of range or a foreign token
 */
export function pageOf<T>(
  all: readonly T[],
  asked: { MaxResults?: number | undefined; NextToken?: string | undefined },
  most: number,
): { items: T[]; NextToken?: string } {
  const size = asked.MaxResults ?? most;
  if (!Number.isInteger(size) || size < 1 || size > most) {
    throw new AwsError(
      'InvalidInputException',
      `1 validation error detected: Value '${size}' at 'maxResults' failed to satisfy constraint: Member must be between 1 and ${most}`,
    );
  }
  const from = offsetOf(asked.NextToken);
  const items = all.slice(from, from + size);
  if (from + size >= all.length) return { items };
  return { items, NextToken: Buffer.from(`weft:${from + size}`).toString('base64') };
}

function offsetOf(token: string | undefined): number {
  if (token === undefined || token === '') return 0;
  const match = /^weft:(\d+)$/.exec(Buffer.from(token, 'base64').toString('utf8'));
  if (match === null) throw new AwsError('InvalidInputException', 'Invalid NextToken');
  return Number(match[1]);
}
