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
