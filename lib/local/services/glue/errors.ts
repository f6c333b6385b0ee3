import { AwsError } from '../../core/error.ts';

export function entityNotFound(message: string): AwsError {
  return new AwsError('EntityNotFoundException', message);
}

export function alreadyExists(message: string): AwsError {
  return new AwsError('AlreadyExistsException', message);
}

export function invalidInput(message: string): AwsError {
  return new AwsError('InvalidInputException', message);
}

/** @throws AwsError InvalidInputException when a text is longer than Glue takes, or shorter */
export function requireLength(value: string | undefined, member: string, least: number, most: number): void {
  if (value === undefined) return;
  if (value.length >= least && value.length <= most) return;
  const bound = value.length < least ? `greater than or equal to ${least}` : `less than or equal to ${most}`;
  throw invalidInput(
    `1 validation error detected: Value at '${member}' failed to satisfy constraint: Member must have length ${bound}`,
  );
}

/** A name of a database or table in lower case. @throws AwsError InvalidInputException */
export function nameOf(value: string | undefined, member: string): string {
  if (value === undefined) {
    throw invalidInput(
      `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
    );
  }
  requireLength(value, member, 1, 255);
  return value.toLowerCase();
}
