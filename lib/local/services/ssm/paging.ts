import { AwsError } from '../../core/error.ts';

/** A page of a list; the token is where the next one begins. @throws AwsError `ValidationException` or `InvalidNextToken`. */
export function paginate<T>(all: readonly T[], size: number, most: number, token: string | undefined) {
  if (size < 1 || size > most) {
    throw new AwsError(
      'ValidationException',
      `1 validation error detected: Value '${size}' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to ${most}`,
    );
  }
  const start = token === undefined ? 0 : Number(token);
  if (!Number.isInteger(start)) throw new AwsError('InvalidNextToken', 'The specified token is not valid.');
  const end = start + size;
  return { page: all.slice(start, end), NextToken: end < all.length ? String(end) : undefined };
}
