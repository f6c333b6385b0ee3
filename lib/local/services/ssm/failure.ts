import { AwsError } from '../../core/error.ts';

/** How many names one request may have. */
export const MOST_NAMES = 10;

export function notFound(): AwsError {
  return new AwsError('ParameterNotFound', '');
}

export function tooLong(member: string, most: number): AwsError {
  return new AwsError(
    'ValidationException',
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must have length less than or equal to ${most}`,
  );
}
