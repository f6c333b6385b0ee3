import { AwsError } from '../../core/error.ts';
import type { Item } from './value.ts';

/** A `ValidationException` with DynamoDB's wording. */
export function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

export function conditionFailed(item?: Item): AwsError {
  return new AwsError('ConditionalCheckFailedException', 'The conditional request failed', 400, item && { Item: item });
}

export function noTable(name?: string): AwsError {
  const which = name === undefined ? '' : `: Table: ${name} not found`;
  return new AwsError('ResourceNotFoundException', `Requested resource not found${which}`);
}
