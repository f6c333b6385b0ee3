import { AwsError } from '../../core/error.ts';

/**
 * One page of a list.
 * @param most the greatest page size that the operation takes
 * @throws AwsError InvalidInputException on a page size out of range or a foreign token
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
  const from = asked.NextToken === undefined || asked.NextToken === '' ? 0 : offsetOf(asked.NextToken);
  const items = all.slice(from, from + size);
  if (from + size >= all.length) return { items };
  return { items, NextToken: Buffer.from(`weft:${from + size}`).toString('base64') };
}

function offsetOf(token: string): number {
  const match = /^weft:(\d+)$/.exec(Buffer.from(token, 'base64').toString('utf8'));
  if (match === null) throw new AwsError('InvalidInputException', 'Invalid token');
  return Number(match[1]);
}
